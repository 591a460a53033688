"""What a report answers about a handshake that was captured whole, though not as in the textbook."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from reporter.options import ReportOptions
from reporter.pipeline.report import make_document
from reporter.render.html import render_html
from tests.crafted import ACK, CLIENT, PSH, SERVER, SYN, exchange, segment, write

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
#: Microseconds of the frames where the application spoke long after the SYN-ACK, or the clock was set back.
LATE, BACK = (0, 10_000, 3_000_000, 3_010_000), (20_000, 30_000, 5_000, 40_000)
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
    "SYN sent twice": ([WHOLE[0], *WHOLE], (), ["a SYN was sent more than once"], ["measured on the segments"]),
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
    document = make_document([path], options=ReportOptions(lang="en"), progress=lambda what, count: None)
    text = re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", "", render_html(document))))
    assert not [part for part in says if part not in text]
    assert not [part for part in not_says if part in text]
