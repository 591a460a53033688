"""What a report answers about a handshake that was captured whole, though not as in the textbook."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from reporter.options import ReportOptions
from reporter.pipeline.report import make_document
from reporter.render.html import render_html
from tests.crafted import ACK, CLIENT, PSH, RST, SERVER, SYN, exchange, segment, write
from tests.reports import document, said

pytestmark = pytest.mark.tshark

REQUEST = b"GET / HTTP/1.1\r\nHost: lab.example\r\n\r\n"
RESPONSE = b"HTTP/1.1 204 No Content\r\n\r\n"
WHOLE = exchange(REQUEST, RESPONSE)
ENDS = (CLIENT, 50000), (SERVER, 80)
#: The data of the SYN is confirmed by the SYN-ACK (RFC 7413), and the response comes before the third segment.
FAST_OPEN = [
    segment(*ENDS, SYN, 1000, payload=REQUEST),
    segment(*ENDS[::-1], SYN | ACK, 5000, 1001 + len(REQUEST)),
    segment(*ENDS[::-1], PSH | ACK, 5001, 1001 + len(REQUEST), RESPONSE),
    segment(*ENDS, ACK, 1001 + len(REQUEST), 5001 + len(RESPONSE)),
]
#: The SYN with an IP identification that tells nothing, and the RST that refuses a SYN.
NO_IDENT = WHOLE[0][:18] + b"\0\0" + WHOLE[0][20:]
REFUSAL = segment(*ENDS[::-1], RST | ACK, 0, 1001)
#: Microseconds of the frames where the application spoke long after the SYN-ACK, or the clock was set back.
LATE, BACK = (0, 10_000, 3_000_000, 3_010_000), (20_000, 30_000, 5_000, 40_000)


def after(*times: int) -> list[int]:
    """These microseconds of the first frames, then each frame 5 ms after the one before."""
    return [*times, *range(times[-1] + 5_000, times[-1] + 100_000, 5_000)]


CASES = {
    "whole": (WHOLE, (), ["10 ms, measured on the segments", "was captured completely"], ["cannot tell: the"]),
    "SYN-ACK recorded last": (
        [WHOLE[each] for each in (0, 2, 1, *range(3, len(WHOLE)))],
        (),
        ["not recorded in the order in which they were sent", "Which options are in force?", "which SYN it answers"],
        ["captured whole and without repeats", "SYN and SYN-ACK were not both captured"],
    ),
    "SYN recorded last": (
        [WHOLE[each] for each in (1, 0, *range(2, len(WHOLE)))],
        (),
        ["not recorded in the order in which they were sent", "Which options are in force?", "which SYN it answers"],
        ["captured whole and without repeats", "SYN and SYN-ACK were not both captured"],
    ),
    "SYN sent twice": (
        [WHOLE[0], *WHOLE],
        after(0, 1_000_000),
        ["a SYN was sent more than once"],
        ["measured on the segments"],
    ),
    "SYN-ACK sent twice": (
        [*WHOLE[:2], *WHOLE[1:]],
        after(0, 5_000, 1_005_000),
        ["a SYN-ACK was sent more than once"],
        ["measured on the segments", "a SYN was sent more than once"],
    ),
    "SYN captured twice": (
        [WHOLE[0], *WHOLE],
        (),
        ["15 ms, from the SYN (frame 1) to the third segment (frame 4); of what was captured twice only the first"],
        ["sent more than once", "delivered or captured twice only"],
    ),
    "SYN very likely captured twice": (
        [NO_IDENT, NO_IDENT, *WHOLE[1:]],
        (),
        ["15 ms, from the SYN (frame 1)", "delivered or captured twice (as frame 2 very likely was) only the first"],
        ["sent more than once"],
    ),
    "first SYN refused": (
        [WHOLE[0], REFUSAL, *WHOLE],
        after(0, 5_000, 500_000),
        ["10 ms, from the SYN (frame 3) to the third segment (frame 5); the attempt before was refused (frame 2)"],
        ["sent more than once", "Wireshark's iRTT"],
    ),
    "SYN sent twice and refused once": (
        [WHOLE[0], WHOLE[0], REFUSAL, *WHOLE],
        after(0, 1_000_000, 1_005_000, 2_000_000),
        ["a SYN was sent more than once"],
        ["measured on the segments", "and is not counted"],
    ),
    "clock set back": (WHOLE, BACK, ["the timestamps go back during the handshake"], ["captured whole and without"]),
    "no empty ACK": (
        [*WHOLE[:2], *WHOLE[3:]],
        LATE,
        ["the third segment carries data", "(frame 3) carries data and came long after the SYN-ACK"],
        ["was captured completely", "captured whole and without repeats"],
    ),
    "Fast Open": (
        FAST_OPEN,
        (),
        [
            "other segments of the connection lie between",
            f"+ 1 + {len(REQUEST)}, the number of the SYN and the bytes of data that it carries",
        ],
        ["captured whole and without repeats", "SYN and SYN-ACK were not both captured"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_answers_give_the_true_reason(tmp_path: Path, name: str) -> None:
    frames, times, says, not_says = CASES[name]
    path = write(tmp_path / "hands.pcapng", frames, times=times or [each * 5000 for each in range(len(frames))])
    found = make_document([path], options=ReportOptions(lang="en"), progress=lambda what, count: None)
    text = re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", "", render_html(found))))
    assert not [part for part in says if part not in text]
    assert not [part for part in not_says if part in text]


def test_in_chinese_copies_and_refused_attempts_are_left_out_as_well(tmp_path: Path) -> None:
    twice = document(write(tmp_path / "twice.pcapng", [NO_IDENT, NO_IDENT, *WHOLE[1:]]), language="zh")
    assert "3 ms，从 SYN（第 1 帧）到第三个报文段（第 4 帧）；被传送或被捕获了两次" in said(twice, "answers")
    frames = [WHOLE[0], REFUSAL, *WHOLE]
    refused = document(write(tmp_path / "refused.pcapng", frames, times=after(0, 5_000, 500_000)), language="zh")
    assert "第三个报文段（第 5 帧）；此前被拒绝的尝试（第 2 帧的 RST）不计" in said(refused, "answers")
    assert "握手的往返时间 | 10 ms | 第 3、4、5 帧的时间之差" in said(refused, "measures")


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Probably: 1 segment (frame 3)"), ("zh", "很可能有：1 个报文段（第 3 帧）")]
)
def test_a_syn_ack_that_repeats_one_not_captured_is_told_as_sent_again(
    tmp_path: Path, language: str, words: str
) -> None:
    frames = [WHOLE[0], WHOLE[2], WHOLE[1], *WHOLE[2:]]
    path = write(tmp_path / "late.pcapng", frames, times=after(0, 10_000, 1_010_000))
    assert words in said(document(path, language=language), "answers")
