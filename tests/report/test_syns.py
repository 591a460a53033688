"""Openings out of the ordinary, told by role: a SYN recorded late, with data, of both ends, with the last number."""

from __future__ import annotations

from pathlib import Path

import pytest

from reporter.report.document import Table
from tests.arithmetic import sums, wrong_sums
from tests.captures import BUNDLED
from tests.crafted import ACK, CLIENT, FIN, SERVER, SYN, segment, write
from tests.reports import document, said, section

pytestmark = pytest.mark.tshark

_REQUEST = b"GET /1 HTTP/1.1\r\nHost: lab.example\r\n\r\n"
_C, _S = (CLIENT, 50000), (SERVER, 80)
languages = pytest.mark.parametrize("language", ["en", "zh"])


def opened(isn: int) -> list[bytes]:
    """SYN, SYN-ACK, ACK, request, its ACK, both FINs; the client begins at `isn`."""
    ours, end = isn + 1, isn + 1 + len(_REQUEST)
    return [
        segment(_C, _S, SYN, isn),
        segment(_S, _C, SYN | ACK, 5000, ours),
        segment(_C, _S, ACK, ours, 5001),
        segment(_C, _S, ACK, ours, 5001, _REQUEST),
        segment(_S, _C, ACK, 5001, end),
        segment(_C, _S, FIN | ACK, end, 5001),
        segment(_S, _C, FIN | ACK, 5001, end + 1),
        segment(_C, _S, ACK, end + 1, 5002),
    ]


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SYN-ACK is recorded before the SYN, with a later time; the request after its confirmation."""
    frames = opened(1000)
    order = [1, 0, 2, 4, 3, 5, 6, 7]
    path = tmp_path_factory.mktemp("late") / "late.pcapng"
    return write(path, [frames[each] for each in order], times=[60, 20, 30_000, 50_010, 50_000])


@languages
def test_a_syn_recorded_after_its_answer_is_still_the_clients(late: Path, language: str) -> None:
    found = document(late, language=language)
    method, opening = said(found, "method"), said(found, "handshake")
    answers, summary = said(found, "answers"), said(found, "summary")
    if language == "en":
        assert "sent the SYN (frame 2, recorded after the SYN-ACK in frame 1)" in method
        assert "captured completely; the SYN (frame 2) was recorded after" in opening
        assert "The client's SYN (frame 2) has Seq 0, raw 1000; the server's SYN-ACK (frame 1)" in answers
        assert "Data of the client | 38 bytes" in said(found, "measures")
        assert "29.98 ms from first to last" in summary
    else:
        assert "（SYN 在第 2 帧，记录在第 1 帧的 SYN-ACK 之后）" in method
        assert "SYN（第 2 帧）记录在应答它的 SYN-ACK（第 1 帧）之后" in opening
        assert "客户端的 SYN（第 2 帧）Seq 为 0，原始值 1000；服务器的 SYN-ACK（第 1 帧）" in answers
        assert "客户端发出的数据 | 38 字节" in said(found, "measures")
        assert "前后历时 29.98 ms" in summary
    assert (1001, "1000 + 1", 1001) in sums(answers)
    (caption,) = [block.caption for block in section(found, "options").blocks if isinstance(block, Table)]
    between = "Options of frame 2 and frame 1" if language == "en" else "第 2 帧与第 1 帧"
    assert "".join(span.text for span in caption.text).startswith(between)


@languages
def test_the_first_number_may_be_the_last_one(tmp_path: Path, language: str) -> None:
    answers = said(document(write(tmp_path / "a.pcapng", opened((1 << 32) - 1)), language=language), "answers")
    assert "0 = 4294967295 + 1 - 4294967296" in answers
    assert wrong_sums(answers) == []


@languages
def test_data_in_the_syn_is_counted(language: str) -> None:
    found = document(BUNDLED / "tfo.pcapng", language=language, stream=1)
    answers, opening = said(found, "answers"), said(found, "handshake")
    assert "146571234 = 146571169 + 1 + 64" in answers
    assert "65 = 0 + 1 + 64" in answers
    assert wrong_sums(answers) == []
    if language == "en":
        assert "the SYN in frame 10 carries 64 bytes of data already (TCP Fast Open" in opening
        assert "the SYN-ACK in frame 11 confirms the SYN and its data" in opening
        assert "carries no data" not in opening
    else:
        assert "第 10 帧的 SYN 已经携带 64 字节数据（TCP Fast Open" in opening
        assert "第 11 帧的 SYN-ACK 确认了 SYN 与这些数据" in opening
        assert "不携带数据" not in opening


@languages
def test_data_of_the_syn_that_is_not_confirmed_is_told(language: str) -> None:
    found = document(BUNDLED / "tfo.pcapng", language=language, stream=2)
    answers, opening = said(found, "answers"), said(found, "handshake")
    assert "1803981857 = 1803981856 + 1" in answers
    assert ("its 64 bytes of data are not confirmed" if language == "en" else "64 字节数据没有得到确认") in answers
    assert ("confirms the SYN alone" if language == "en" else "只确认了 SYN") in opening


@languages
def test_both_ends_sent_a_syn(language: str) -> None:
    found = document(BUNDLED / "simultaneous-open.pcapng", language=language)
    answers = said(found, "answers")
    head = said(found, "options").splitlines()[1]
    assert (494871142, "494871141 + 1", 494871142) in sums(answers)
    assert (1858871453, "1858871452 + 1", 1858871453) in sums(answers)
    if language == "en":
        assert "192.168.10.2:40000 in frame 1, 192.168.10.80:8000 in frame 2" in said(found, "method")
        assert "frame 4 answers the client's SYN" in answers
        assert "frame 3 answers the server's SYN" in answers
        assert "Client's SYN | Server's SYN |" in head
    else:
        assert "192.168.10.2:40000 的在第 1 帧，192.168.10.80:8000 的在第 2 帧" in said(found, "method")
        assert "第 4 帧的 SYN-ACK 应答客户端的 SYN" in answers
        assert "第 3 帧的 SYN-ACK 应答服务器的 SYN" in answers
        assert "客户端的 SYN | 服务器的 SYN |" in head


def test_a_syn_ack_of_another_syn_is_no_answer(tmp_path: Path) -> None:
    frames = [segment(_C, _S, SYN, 1000), segment(_S, _C, SYN | ACK, 5000, 777)]
    answers = said(document(write(tmp_path / "a.pcapng", frames)), "answers")
    assert "By its Ack it does not answer this SYN" in answers
