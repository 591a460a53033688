"""SYNs of which a snapshot length has cut off options: what was not captured is not denied."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from reporter.options import LANGUAGES, ReportOptions
from reporter.pipeline.report import make_document
from reporter.render.html import render_html
from tests.crafted import ACK, CLIENT, SERVER, SYN, exchange, segment, write

pytestmark = pytest.mark.tshark

#: As Linux sends them: MSS, SACK permitted, timestamps, and after them, cut off by 68 bytes of frame, the window scale.
OPTIONS = bytes.fromhex("020405b40402080a000000010000000001030307")
ENDS = (CLIENT, 50000), (SERVER, 80)
FRAMES = [
    segment(*ENDS, SYN, 1000, options=OPTIONS),
    segment(*ENDS[::-1], SYN | ACK, 5000, 1001, options=OPTIONS),
    *exchange(b"GET / HTTP/1.1\r\nHost: lab.example\r\n\r\n", b"HTTP/1.1 204 No Content\r\n\r\n")[2:],
]
#: By snapshot length and language: what the report says, and what it must not say.
SAYS = {
    (None, "en"): (
        ["window scale option, so scaling is in force", "SACK is in force"],
        ["force cannot be told", "cut off"],
    ),
    (None, "zh"): (["窗口扩大生效", "SACK 生效"], ["无法判断", "截去"]),
    (68, "en"): (
        [
            "Whether the client offers window scaling cannot be told",
            "Whether window scaling is in force cannot be told",
            "timestamps are in force",
            "the real size of a window may be many times its field",
        ],
        ["not offer", "offered window scaling", "taken as it is", "not in force"],
    ),
    (68, "zh"): (
        ["窗口扩大是否生效无法判断", "时间戳生效", "可能是字段值的许多倍"],
        ["没有提出", "按原值理解", "不生效"],
    ),
    (58, "en"): (
        ["Whether SACK is in force cannot be told", "whether timestamps are in force cannot be told either"],
        ["Neither", "neither carries", "not in force", "carry no timestamps", "cannot be reported"],
    ),
    (58, "zh"): (["SACK 是否生效无法判断；时间戳是否生效无法判断"], ["没有提出", "没有带", "不生效"]),
    (54, "en"): (["The server's MSS cannot be read, nor can the client's"], ["announces no MSS", "announces none"]),
    (54, "zh"): (["服务器的 MSS 读不到，客户端的 MSS 也读不到"], ["没有声明 MSS"]),
}


@pytest.mark.parametrize(("snaplen", "language"), SAYS)
def test_options_that_were_cut_off_are_not_denied(tmp_path: Path, snaplen: int | None, language: str) -> None:
    assert {each for _, each in SAYS} == set(LANGUAGES)
    path = write(tmp_path / "cut.pcapng", FRAMES, snaplen=snaplen)
    document = make_document([path], options=ReportOptions(lang=language), progress=lambda what, count: None)
    text = re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", "", render_html(document))))
    says, not_says = SAYS[snaplen, language]
    assert not [part for part in says if part not in text]
    assert not [part for part in not_says if part in text]
