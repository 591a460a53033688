"""Openings and closings of which the capture missed a part: nothing is denied that only the capture lacks."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from reporter.model.stream import Closing, Opening, Role, Stream
from reporter.options import ReportOptions
from reporter.pipeline import Explanation
from reporter.pipeline.report import make_document
from reporter.render.html import render_html
from tests.crafted import ACK, CLIENT, FIN, RST, SERVER, exchange, segment, write

pytestmark = pytest.mark.tshark

REQUEST = b"GET /1 HTTP/1.1\r\nHost: lab.example\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#: SYN, SYN-ACK, ACK, request, ACK, response; then FIN of the client and its ACK, FIN of the server and its ACK.
_C, _S = 1001 + len(REQUEST), 5001 + len(RESPONSE)
_TO_SERVER, _TO_CLIENT = ((CLIENT, 50000), (SERVER, 80)), ((SERVER, 80), (CLIENT, 50000))
WHOLE = [
    *exchange(REQUEST, RESPONSE)[:6],
    segment(*_TO_SERVER, FIN | ACK, _C, _S),
    segment(*_TO_CLIENT, ACK, _S, _C + 1),
    segment(*_TO_CLIENT, FIN | ACK, _S, _C + 1),
    segment(*_TO_SERVER, ACK, _C + 1, _S + 1),
]
CLIENT_ONLY = [frame for number, frame in enumerate(WHOLE) if number in (0, 2, 3, 6, 9)]
SERVER_ONLY = [frame for number, frame in enumerate(WHOLE) if number in (1, 4, 5, 7, 8)]
NO_SYN_ACK, NO_FIRST_FIN, NO_SECOND_FIN = ([*WHOLE[:left], *WHOLE[left + 1 :]] for left in (1, 6, 8))
NO_LAST_ACK = WHOLE[:9]
LATE_SYN_ACK = [WHOLE[each] for each in (0, 2, 1, 3, 4, 5, 6, 7, 8, 9)]
LATE_FIN = [WHOLE[each] for each in (0, 1, 2, 3, 4, 5, 7, 6, 8, 9)]
FIN_AFTER_FIN = [WHOLE[each] for each in (0, 1, 2, 3, 4, 5, 8, 6, 9)]
#: The server closes first: its response and its FIN are recorded after the client's FIN, which confirms both; or the
#: capture has missed both and the FIN comes again.
_ANSWER, _SERVER_FIN = WHOLE[5], segment(*_TO_CLIENT, FIN | ACK, _S, _C)
_CLIENT_FIN, _LAST = segment(*_TO_SERVER, FIN | ACK, _C, _S + 1), segment(*_TO_CLIENT, ACK, _S + 1, _C + 1)
_OF_BOTH = segment(*_TO_SERVER, ACK, _C, _S + 1)
LATE_RESPONSE_AND_FIN = [*WHOLE[:5], _CLIENT_FIN, _ANSWER, _SERVER_FIN, _LAST]
LATE_WITH_SEPARATE_ACK = [*WHOLE[:5], _OF_BOTH, _ANSWER, _SERVER_FIN, _CLIENT_FIN, _LAST]
MISSED_AND_RESENT = [*WHOLE[:5], _OF_BOTH, _SERVER_FIN, _OF_BOTH, _CLIENT_FIN, _LAST]
RESENT_BEYOND_FORESIGHT = [*WHOLE[:5], _OF_BOTH, *[WHOLE[4]] * 45, _SERVER_FIN, _CLIENT_FIN, _LAST]
CLOSING_ONLY = WHOLE[6:]
RST_AFTER_MISSED_FIN = [
    *WHOLE[:6],
    segment(*_TO_SERVER, ACK, _C, _S + 1),
    segment(*_TO_SERVER, RST | ACK, _C, _S + 1),
]
RST_PAST_OWN_FIN = [
    *WHOLE[:6],
    segment(*_TO_CLIENT, FIN | ACK, _S, _C),
    segment(*_TO_SERVER, RST | ACK, _C + 1, _S + 1),
]

#: By case: packets, opening, closing, who closed first, the frame that tells of a missed FIN; what the report says, and
#: what it must not say.
CASES = {
    "whole": (WHOLE, Opening.THREE_WAY, Closing.FOUR_WAY, Role.CLIENT, None, ["four steps in all"], ["very likely"]),
    "client only": (
        CLIENT_ONLY,
        *(Opening.ANSWER_MISSED, Closing.ONE_FIN, None, 5),
        [
            "The SYN of stream 0 was answered, as the later segments show (frame 2)",
            "Only segments of the client were captured",
            "very likely the server's FIN",
            "Which of the two FINs came first, the capture cannot tell",
        ],
        ["no connection was opened", "not answered", "was not closed", "closes actively: it", "closed first by"],
    ),
    "server only": (
        SERVER_ONLY,
        *(Opening.NOT_CAPTURED, Closing.ONE_FIN, None, 4),
        ["Only segments of the server were captured", "so very likely the client closed first"],
        ["start capturing before", "was not closed", "closes actively: it", "closed first by", "FIN-WAIT-1"],
    ),
    "SYN-ACK missed": (
        NO_SYN_ACK,
        *(Opening.ANSWER_MISSED, Closing.FOUR_WAY, Role.CLIENT, None),
        ["by its numbers this is the third segment", "was opened without a SYN-ACK in the capture"],
        ["no connection was opened", "not answered", "challenge ACK", "old connection", "before the capture began"],
    ),
    "first FIN missed": (
        NO_FIRST_FIN,
        *(Opening.THREE_WAY, Closing.ONE_FIN, None, 7),
        [
            "The states suppose",
            "so very likely the client closed first",
            "Very likely the client: frame 7 confirms number",
        ],
        ["the server is the active closer", "may go on sending", "four steps in all", "was not closed"],
    ),
    "second FIN missed": (
        NO_SECOND_FIN,
        *(Opening.THREE_WAY, Closing.ONE_FIN, Role.CLIENT, 9),
        ["very likely the server's FIN, which the capture missed. The client closed first."],
        ["was not closed", "was still open", "four steps in all"],
    ),
    "before the last ACK": (
        NO_LAST_ACK,
        *(Opening.THREE_WAY, Closing.UNFINISHED, Role.CLIENT, None),
        ["Both FINs were captured, but not the ACK that confirms the second", "the last ACK was not captured"],
        ["four steps in all", "the four segments are"],
    ),
    "SYN-ACK recorded late": (
        LATE_SYN_ACK,
        *(Opening.THREE_WAY, Closing.FOUR_WAY, Role.CLIENT, None),
        ["was only recorded later, as frame 3"],
        ["the capture missed", "was not captured", "without a SYN-ACK"],
    ),
    "FIN recorded after its ACK": (
        LATE_FIN,
        *(Opening.THREE_WAY, Closing.FOUR_WAY, Role.CLIENT, None),
        ["four steps in all", "Frame 7 has confirmed this FIN already", "frames 7, 8, 9, 10"],
        ["No separate ACK", "waits for the FIN to be confirmed", "the last ACK was not", "to  (Len=0)"],
    ),
    "FIN recorded after the FIN that answers it": (
        FIN_AFTER_FIN,
        *(Opening.THREE_WAY, Closing.THREE_SEGMENT, Role.CLIENT, None),
        ["which is captured only later, in frame 8. So the client closed first"],
        ["which the capture missed", "waits for the FIN to be confirmed", "simultaneous", "to  (Len=0)"],
    ),
    "response and FIN recorded after the FIN that answers them": (
        LATE_RESPONSE_AND_FIN,
        *(Opening.THREE_WAY, Closing.THREE_SEGMENT, Role.SERVER, None),
        ["which is captured only later, in frame 8. So the server closed first", "Frame 6 has confirmed this FIN"],
        ["both at once", "active one", "still waits", "cannot tell which end", "simultaneous"],
    ),
    "response and FIN recorded after their ACK": (
        LATE_WITH_SEPARATE_ACK,
        *(Opening.THREE_WAY, Closing.FOUR_WAY, Role.SERVER, None),
        ["four steps in all", "Frame 6 has confirmed this FIN", "frame 6 has confirmed the first FIN (frame 8)"],
        ["No separate ACK", "waits for the FIN to be confirmed", "three segments"],
    ),
    "response and FIN missed, FIN sent again": (
        MISSED_AND_RESENT,
        *(Opening.THREE_WAY, Closing.FOUR_WAY, Role.SERVER, None),
        ["four steps in all", "Frame 6 has confirmed this FIN", "frame 6 has confirmed the first FIN (frame 7)"],
        ["No separate ACK", "waits for the FIN to be confirmed", "three segments"],
    ),
    "the FIN comes again long after": (
        RESENT_BEYOND_FORESIGHT,
        *(Opening.THREE_WAY, Closing.FOUR_WAY, Role.SERVER, None),
        ["Frame 6 has confirmed this FIN"],
        ["No separate ACK", "waits for the FIN to be confirmed"],
    ),
    "only the closing was captured": (
        CLOSING_ONLY,
        *(Opening.NOT_CAPTURED, Closing.FOUR_WAY, Role.CLIENT, None),
        ["the client closes actively", "was closed first by the client", "The client, with the FIN in frame 1"],
        ["cannot tell which end", "Unless the server", "may have closed", "as far as captured"],
    ),
    "RST after a missed FIN": (
        RST_AFTER_MISSED_FIN,
        *(Opening.THREE_WAY, Closing.RESET, None, None),
        ["Very likely the server had sent a FIN, which the capture missed: frame 7"],
        ["without a FIN", "no FIN, no four steps", "ended it first"],
    ),
    "RST past its sender's own FIN": (
        RST_PAST_OWN_FIN,
        *(Opening.THREE_WAY, Closing.RESET, None, None),
        ["very likely its own FIN", "Very likely the client had sent a FIN, which the capture missed: frame 8"],
        ["still open", "half-closed", "no acknowledgment of it was captured", "with a FIN of its own"],
    ),
}
named = pytest.mark.parametrize("name", CASES)


def stream_of(path: Path) -> Stream:
    explanation = Explanation(path, strict=True)
    list(explanation)
    (stream,) = explanation.streams()
    return stream


@named
def test_the_model_knows_what_is_evident(name: str, tmp_path: Path) -> None:
    frames, opening, closing, first, told, _, _ = CASES[name]
    stream = stream_of(write(tmp_path / "a.pcapng", frames))
    assert (stream.opening, stream.closing, stream.closed_first) == (opening, closing, first)
    missed = stream.missed_fin
    assert (missed.frame if missed is not None else None) == told
    assert stream.one_way == name.endswith("only")


@named
def test_the_report_says_it(name: str, tmp_path: Path) -> None:
    frames, *_, said, unsaid = CASES[name]
    path = write(tmp_path / "a.pcapng", frames)
    markup = render_html(make_document([path], options=ReportOptions(lang="en"), progress=lambda what, count: None))
    body = re.sub(r"<(script|style).*?</\1>", " ", markup, flags=re.DOTALL)
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", "", body)).split())
    assert [words for words in said if words not in text] == []
    assert [words for words in unsaid if words in text] == []


def test_a_single_number_with_data_after_it_was_no_fin(tmp_path: Path) -> None:
    more = segment(*_TO_SERVER, ACK, _C + 1, _S + 1, b"x" * 9)
    stream = stream_of(write(tmp_path / "a.pcapng", [*NO_FIRST_FIN, more]))
    assert (stream.closing, stream.missed_fin) == (Closing.HALF_CLOSED, None)


def test_the_syn_ack_recorded_after_the_third_segment(tmp_path: Path) -> None:
    frames = [WHOLE[0], WHOLE[2], WHOLE[1], *WHOLE[3:]]
    stream = stream_of(write(tmp_path / "a.pcapng", frames))
    assert (stream.opening, stream.handshake, stream.closing) == (Opening.THREE_WAY, (1, 2, 3), Closing.FOUR_WAY)


def test_a_fin_recorded_after_the_one_that_answers_it(tmp_path: Path) -> None:
    frames = [*WHOLE[:6], WHOLE[7], WHOLE[8], WHOLE[6], WHOLE[9]]
    stream = stream_of(write(tmp_path / "a.pcapng", frames))
    assert (stream.closed_first, stream.missed_fin) == (Role.CLIENT, None)
    assert stream.closing in (Closing.FOUR_WAY, Closing.THREE_SEGMENT)


def test_the_states_do_not_stay_at_syn_sent(tmp_path: Path) -> None:
    packets = list(Explanation(write(tmp_path / "a.pcapng", NO_SYN_ACK), strict=True))
    steps = [each.seen.step for each in packets]
    assert [(step.after.client, step.after.server) for step in steps if step is not None][1:3] == [
        ("ESTABLISHED", "ESTABLISHED")
    ] * 2
