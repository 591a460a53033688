"""Quality, closing, summary, answers and commentary say the same of how a connection began and ended."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reporter.model.stream import Closing, Opening, Role
from reporter.options import ReportOptions
from reporter.pipeline import Explanation
from reporter.pipeline.report import make_document
from reporter.render.html import render_html
from tests.crafted import ACK, CLIENT, RST, SERVER, SYN, exchange, segment, write

pytestmark = pytest.mark.tshark

REQUEST = b"GET /1 HTTP/1.1\r\nHost: lab.example\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#: SYN, SYN-ACK, ACK, request, ACK, response; then FIN of the client, FIN and ACK of the server, ACK.
WHOLE = exchange(REQUEST, RESPONSE)
_UP, _DOWN = ((CLIENT, 50000), (SERVER, 80)), ((SERVER, 80), (CLIENT, 50000))
_SYN = segment(*_UP, SYN, 1000)
_REFUSAL = segment(*_DOWN, RST | ACK, 0, 1001)


@dataclass(frozen=True)
class Case:
    """A crafted capture, what the model knows of it, and what its report says (`en`, `zh`) and must not say."""

    frames: list[bytes]
    opening: Opening
    closing: Closing
    first: Role | None = None
    en: tuple[str, ...] = ()
    not_en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()
    not_zh: tuple[str, ...] = ()
    times: list[int] = field(default_factory=list)


CASES = {
    "refused three times": Case(
        [_SYN, _REFUSAL] * 3,
        Opening.REFUSED,
        Closing.NEVER_OPEN,
        None,
        (
            "refused (SYN in frames 1, 3, 5, RST in frames 2, 4, 6)",
            "was never opened, so there was nothing to close",
            "Neither: the connection was never opened (frame 2 refused it)",
            "though the RST of frame 2 had refused it",
            "the RST of frame 4 had refused the one before",
            "no open connection without its handshake",
        ),
        ("no answer", "was not captured", "drops silently all", "timer has run out"),
        ("虽然第 2 帧的 RST 已经拒绝", "（SYN 在第 1、3、5 帧，RST 在第 2、4、6 帧）"),
        ("一直没有等到应答", "没有捕获到关闭"),
        [0, 300, 500_000, 500_300, 1_000_000, 1_000_300],
    ),
    "refused, then accepted": Case(
        [_SYN, _REFUSAL, *WHOLE],
        Opening.THREE_WAY,
        Closing.THREE_SEGMENT,
        Role.CLIENT,
        (
            "The first attempt to open stream 0 was refused with a RST (frame 2); a later one succeeded.",
            "(frames 3, 4, 5)",
            "after an attempt that was refused (frame 2)",
            "confirms the SYN of frame 3",
        ),
        ("had ended the connection", "no captured frame carried", "no connection was opened", "were not carried by"),
        ("建立流 0 的第一次尝试被 RST 拒绝（第 2 帧）", "此前有一次尝试被拒绝（第 2 帧）"),
        ("连接没有建立。 ", "漏记了它们"),
        [0, 300, 500_000],
    ),
}


def said(path: Path, language: str) -> str:
    """The text of the report of a capture."""
    options = ReportOptions(lang=language)
    markup = render_html(make_document([path], options=options, progress=lambda what, count: None))
    body = re.sub(r"<(script|style).*?</\1>", " ", markup, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", body)).split())


@pytest.mark.parametrize("name", CASES)
def test_the_model_knows_it(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    explanation = Explanation(write(tmp_path / "a.pcapng", case.frames, times=case.times), strict=True)
    list(explanation)
    (stream,) = explanation.streams()
    assert (stream.opening, stream.closing, stream.closed_first) == (case.opening, case.closing, case.first)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", CASES)
def test_every_part_of_the_report_says_the_same(name: str, language: str, tmp_path: Path) -> None:
    case = CASES[name]
    text = said(write(tmp_path / "a.pcapng", case.frames, times=case.times), language)
    wanted, unwanted = (case.en, case.not_en) if language == "en" else (case.zh, case.not_zh)
    assert [words for words in wanted if words not in text] == []
    assert [words for words in unwanted if words in text] == []
