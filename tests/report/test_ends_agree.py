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
from tests.crafted import ACK, CLIENT, FIN, RST, SERVER, SYN, exchange, segment, write

pytestmark = pytest.mark.tshark

REQUEST = b"GET /1 HTTP/1.1\r\nHost: lab.example\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#: SYN, SYN-ACK, ACK, request, ACK, response; then FIN of the client, FIN and ACK of the server, ACK.
WHOLE = exchange(REQUEST, RESPONSE)
_UP, _DOWN = ((CLIENT, 50000), (SERVER, 80)), ((SERVER, 80), (CLIENT, 50000))
_SYN = segment(*_UP, SYN, 1000)
_REFUSAL = segment(*_DOWN, RST | ACK, 0, 1001)
#: The connection up to the response, and the numbers after request and response.
_OPEN = WHOLE[:6]
_C, _S = 1001 + len(REQUEST), 5001 + len(RESPONSE)


def _answer(ack: int) -> bytes:
    return segment(*_DOWN, ACK, _S, ack)


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
    "SYN without a captured answer": Case(
        [_SYN],
        Opening.UNANSWERED,
        Closing.NOT_SEEN_OPEN,
        None,
        (
            "only the SYN was captured and no answer to it: whether the connection was opened, the capture cannot tell",
            "no answer to the SYN of stream 0 was captured (frame 1)",
            "whether stream 0 was opened at all, and closed later, the capture cannot tell",
            "it does not show whether the connection was opened at all",
            "no answer capturednone: not seen to open",
        ),
        ("never opened", "no connection was opened", "nothing to close", "was not answered"),
        (
            "只捕获到 SYN，没有捕获到应答，所以连接是否建立，捕获不能说明",
            "流 0 的 SYN 没有捕获到应答（第 1 帧）",
            "连接是否建立，捕获中看不到",
            "未捕获到应答无（未见建立）",
        ),
        ("没有建立", "没有断开", "没有得到应答"),
    ),
    "SYN met by answers to another": Case(
        [_SYN, segment(*_DOWN, ACK, 300_000, 501), segment(*_DOWN, SYN | ACK, 299_999, 501)],
        Opening.WRONG_ANSWER,
        Closing.NOT_SEEN_OPEN,
        None,
        (
            "The SYN of stream 0 (frame 1) was answered (frames 2, 3), but with an Ack that is not the number after it",
            "Opening: the SYN of stream 0 (frame 1) was answered, but with the number of another (frames 2, 3).",
            "By its Ack it does not answer this SYN",
            "answered, not this SYNnone: not seen to open",
        ),
        ("no answer", "not answered", "never opened", "has neither FIN nor RST"),
        ("有应答，但确认的不是这个 SYN（第 2、3 帧）", "应答不符无（未见建立）"),
        ("没有捕获到应答", "没有建立"),
        [0, 1000, 100_000],
    ),
    "refused, then without a captured answer": Case(
        [_SYN, _REFUSAL, _SYN],
        Opening.REFUSED,
        Closing.NOT_SEEN_OPEN,
        None,
        (
            "of a later SYN (frame 3) no answer was captured",
            "it does not show whether the connection was opened at all",
        ),
        ("never opened", "no connection was opened", "nothing to close"),
        ("后来的 SYN（第 3 帧）没有捕获到应答，所以连接最终是否建立，捕获不能说明",),
        ("没有断开", "连接没有建立。 "),
        [0, 300, 500_000],
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
    "SYN-ACK missed and sent again": Case(
        [WHOLE[0], WHOLE[2], WHOLE[1], WHOLE[2], *WHOLE[3:]],
        Opening.ANSWER_MISSED,
        Closing.THREE_SEGMENT,
        Role.CLIENT,
        (
            "the SYN-ACK of frame 3, which came much later, is most likely one more copy of it",
            "Frame 2 had answered a SYN-ACK long before",
            "was opened without the first SYN-ACK in the capture",
            "only most likely a repeat of it (frame 3)",
        ),
        ("found no flaw", "only recorded later", "was captured completely"),
        ("第 3 帧的 SYN-ACK 晚了很久，多半是它的重发", "第 2 帧早已回应过 SYN-ACK"),
        ("没有发现缺陷", "只是记录得晚了", "完整地出现"),
        [0, 10_000, 1_010_000, 1_020_000, 1_030_000, 1_040_000, 1_050_000, 1_060_000, 1_070_000, 1_080_000],
    ),
    "RST past its sender's own FIN, after the other end's": Case(
        [*_OPEN, segment(*_UP, FIN | ACK, _C, _S), _answer(_C + 1), segment(*_DOWN, RST | ACK, _S + 1, _C + 1)],
        Opening.THREE_WAY,
        Closing.RESET,
        Role.CLIENT,
        ("very likely its own FIN", "FINs that the capture missed", "frame 9 counts past one number"),
        ("found no flaw", "no segments missed"),
        ("漏记的 FIN", "很可能就是它自己的 FIN"),
        ("没有发现缺陷",),
    ),
    "RST past one number, no FIN captured": Case(
        [*_OPEN, segment(*_DOWN, RST | ACK, _S + 1, _C)],
        Opening.THREE_WAY,
        Closing.DOUBTFUL_RESET,
        None,
        (
            "for a FIN (or for one byte of data), and only the capture has missed that, this RST fits",
            "and then the RST ended the connection",
            "Very likely the server: the RST of frame 7 passes over one number",
            "very likely stream 0 ended with a FIN of the server, which the capture missed, and the RST of frame 7",
            "FINs that the capture missed",
            "7serverRST, ACKcannot be toldcannot be told",
        ),
        ("found no flaw", "was aborted with a RST"),
        ("很可能是服务器：第 7 帧的 RST 跳过了一个序号", "漏记的 FIN"),
        ("没有发现缺陷", "以 RST 中止"),
    ),
    "RST below what its receiver has confirmed": Case(
        [*_OPEN, segment(*_UP, ACK, _C, _S), segment(*_DOWN, RST, _S - 5)],
        Opening.THREE_WAY,
        Closing.DOUBTFUL_RESET,
        None,
        (
            "and the connection should not end by it",
            "three-way handshakeRST, number in doubt",
            "whether it ended the connection the capture cannot tell",
            "its last word is a RST whose number does not fit (frame 8)",
        ),
        ("aborted", "does not end by it", "ended it first"),
        ("连接不应因它而终止", "三次握手RST（序号存疑）", "连接是否由它终止，捕获不能说明"),
        ("RST 中止", "连接不因它"),
    ),
    "RST below, after both FINs": Case(
        [*_OPEN, segment(*_DOWN, FIN | ACK, _S, _C), segment(*_UP, FIN | ACK, _C, _S + 1), segment(*_DOWN, RST, _S)],
        Opening.THREE_WAY,
        Closing.UNFINISHED,
        Role.SERVER,
        (
            "or it was never sent, the RST of frame 9 having ended the connection",
            "The RST of frame 9 has a number that does not fit what came before it",
            "the last ACK was not captured; the RST of frame 9 may have ended the connection instead (frames 7, 8, 9)",
            "both FINs were captured, the last ACK was not; the RST of frame 9 may have ended the connection instead.",
        ),
        ("and the connection does not end by it",),
        ("或者第 9 帧的 RST 已终止了连接，这个确认没有发出", "也可能是第 9 帧的 RST 终止了连接"),
    ),
    "RST far beyond what was captured": Case(
        [*_OPEN, segment(*_DOWN, RST | ACK, _S + 500, _C)],
        Opening.THREE_WAY,
        Closing.DOUBTFUL_RESET,
        None,
        (
            "its last word is a RST whose number does not fit (frame 7)",
            "whether it ended the connection, the capture cannot tell",
            "RSTs that do not fit what was captured",
        ),
        ("found no flaw", "was aborted with a RST", "ended it first"),
        ("与捕获内容不符的 RST", "连接是否由它终止，捕获不能说明"),
        ("没有发现缺陷", "以 RST 中止"),
    ),
    "RST whose Ack tells of the other end's FIN": Case(
        [*_OPEN, segment(*_DOWN, RST | ACK, _S, _C + 1)],
        Opening.THREE_WAY,
        Closing.RESET,
        None,
        (
            "the Ack of this RST, one more, tells that it was sent: very likely the client had begun to close",
            "FINs that the capture missed",
            "Very likely the client had sent a FIN, which the capture missed (frame 7 tells of it)",
        ),
        ("found no flaw", "no FIN, no four steps", "ended it first"),
        ("这个 RST 的确认号比它大 1", "漏记的 FIN"),
        ("没有发现缺陷", "没有 FIN，不是四次挥手"),
    ),
    "RST after the answer to an older SYN": Case(
        [
            _SYN,
            segment(*_DOWN, SYN | ACK, 300_000, 90_001),
            segment(*_UP, RST, 90_001),
            *WHOLE[1:],
        ],
        Opening.THREE_WAY,
        Closing.THREE_SEGMENT,
        Role.CLIENT,
        ("With this RST the client refuses the SYN-ACK of frame 2", "which answers frame 4", "(frames 1, 4, 5)"),
        ("only being probed", "Another copy of the SYN-ACK", "after the RST", "aborted with"),
        ("用这个 RST 拒绝第 2 帧的 SYN-ACK",),
        ("只是试探端口", "以 RST 中止"),
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
