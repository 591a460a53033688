"""What is decided once is said alike by all parts of a report: what was sent again, and what was captured twice."""

from __future__ import annotations

import re
from functools import cache

import pytest

from reporter.options import ReportOptions
from reporter.pipeline.report import make_document
from reporter.report.document import Block, Document, Ladder, Section, Table
from reporter.report.drawings import SequencePlot
from tests.captures import BUNDLED

pytestmark = pytest.mark.tshark


@cache
def document(name: str, language: str = "en") -> Document:
    options = ReportOptions(lang=language)
    return make_document([BUNDLED / f"{name}.pcapng"], options=options, progress=lambda what, count: None)


def blocks(found: Document, name: str) -> tuple[Block, ...]:
    part: Section | None = next((each for each in found.sections if each.id == name), None)
    return part.blocks if part is not None else ()


def ladder(name: str, language: str = "en") -> Ladder:
    return next(each for each in blocks(document(name, language), "overview") if isinstance(each, Ladder))


def answer(name: str, question: str, language: str = "en") -> str:
    table = next(each for each in blocks(document(name, language), "answers") if isinstance(each, Table))
    rows = [["".join(span.text for span in cell) for cell in row] for row in table.rows]
    return next(row[1] for row in rows if question in row[0])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_packets_captured_twice_are_named_and_are_no_trouble_of_the_connection(language: str) -> None:
    twice = [2, 4, 7, 8, 10, 12, 15, 16, 18, 20, 22, 24]
    said = answer("duplicate", "重传" if language == "zh" else "sent again", language)
    assert [int(number) for number in re.findall(r"\d+", said)] == [24, 12, *twice[:8]]
    assert not blocks(document("duplicate", language), "trouble")
    rungs = ladder("duplicate", language).rungs
    assert {rung.phase for rung in rungs} == {"open", "data", "close"}
    words = ("两次", "同一报文") if language == "zh" else ("twice", "the same packet")
    assert [rung.frame for rung in rungs if any(word in rung.note for word in words)] == twice


@pytest.mark.parametrize(
    ("name", "again"), [("challenge-ack", 0), ("simultaneous-open", 0), ("loss-fast-retransmit", None)]
)
def test_the_plot_and_the_answer_agree_about_what_was_sent_again(name: str, again: int | None) -> None:
    plot = next(each for each in blocks(document(name), "ledger") if isinstance(each, SequencePlot))
    drawn = [stroke.frame for panel in plot.panels for stroke in panel.strokes if stroke.repeated]
    said = answer(name, "sent again")
    assert said.startswith("No") == (not drawn)
    assert f"; {len(drawn)} of them" in plot.description
    counts = [int(each) for each in re.findall(r"(\d+) (?:segments?|more) ", said)]
    assert sum(counts) == len(drawn)
    assert again is None or len(drawn) == again


@pytest.mark.parametrize(
    ("language", "words"), [("en", "all of the client, without data"), ("zh", "都由客户端发出，不带数据")]
)
def test_a_folded_run_without_data_is_of_the_end_that_sent_it(language: str, words: str) -> None:
    run = next(rung for rung in ladder("loss-sender-side", language).rungs if "263–298" in rung.label)
    assert run.from_client
    assert not run.both
    assert run.note == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "the client sends 174 bytes, the server 2320"),
        ("zh", "客户端发出 174 字节，服务器 2320 字节"),
    ],
)
def test_a_folded_run_of_both_ends_tells_the_bytes_of_both(language: str, words: str) -> None:
    run = next(rung for rung in ladder("http2-clear", language).rungs if rung.both)
    assert re.sub(r"\d+", "0", run.note) == re.sub(r"\d+", "0", words)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_ladder_of_the_handshake_does_not_say_that_it_draws_the_whole_stream(language: str) -> None:
    part = blocks(document("page-nginx-browser", language), "handshake")
    drawn = next(each for each in part if isinstance(each, Ladder))
    assert re.findall(r"\d+", drawn.description.partition("192.")[0])[:3] in (["3", "14", "0"], ["0", "14", "3"])
    assert "14" in ladder("page-nginx-browser", language).description
