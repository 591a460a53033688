"""What is decided once is said alike by all parts of a report: what was sent again, and what was captured twice."""

from __future__ import annotations

import re
from functools import cache

import pytest

from reporter.explain.words import Rich
from reporter.options import LANGUAGES
from reporter.report.document import Block, Bullets, Document, Ladder, Paragraph, Section, Table
from reporter.report.drawings import SequencePlot, Waterfall
from reporter.report.sections.limits import without_arp, without_dns
from tests.captures import BUNDLED
from tests.golden.made import documents

pytestmark = pytest.mark.tshark


@cache
def made(name: str) -> dict[str, Document]:
    """Both reports of a capture, which is read and explained once."""
    return documents(BUNDLED / f"{name}.pcapng", LANGUAGES)


def document(name: str, language: str = "en") -> Document:
    return made(name)[language]


def blocks(found: Document, name: str) -> tuple[Block, ...]:
    part: Section | None = next((each for each in found.sections if each.id == name), None)
    return part.blocks if part is not None else ()


def plain(text: Rich) -> str:
    return "".join(span.text for span in text)


def text_of(paragraph: Paragraph) -> str:
    return plain(paragraph.text)


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


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_was_cut_by_count_is_said_of_full_segments_only(language: str) -> None:
    def said(name: str) -> str:
        part = next(each for each in document(name, language).sections if each.id == "resources")
        inner = next(each for each in part.sections if each.id == "segments")
        return text_of(next(each for each in inner.blocks if isinstance(each, Paragraph)))

    word = "字节数，与内容无关" if language == "zh" else "byte count made the cut"
    assert word not in said("half-close"), "the server has written each piece by itself"
    full = said("parallel-browser")
    assert word in full
    assert {"1", "1448"} <= set(re.findall(r"\d+", full))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_capture_filter_that_keeps_arp_out_is_named(language: str) -> None:
    limits = next(each for each in document("half-close", language).sections if each.id == "limits")
    said = [text for each in limits.blocks if isinstance(each, Bullets) for text in map(plain, each.items)]
    assert any("ARP" in each and "tcp port 8000" in each and "or arp" in each for each in said)


@pytest.mark.parametrize(
    ("capture_filter", "shut"),
    [
        ("tcp port 80", True),
        ("(udp port 53) or (tcp and dst port 80)", True),
        ("tcp port 80 or arp", False),
        ("host 192.0.2.1", False),
        ("not tcp port 22", False),
        ("", False),
    ],
)
def test_only_filters_for_what_is_above_ip_surely_keep_arp_out(capture_filter: str, shut: bool) -> None:
    assert without_arp(capture_filter) is shut


@pytest.mark.parametrize(
    ("capture_filter", "shut"),
    [
        ("tcp port 8080", True),
        ("tcp port 8080 or tcp portrange 8001-8003", True),
        ("(tcp port 80 or 443)", True),
        ("tcp port 80 || udp port 53", False),
        ("portrange 1-1024", False),
        ("tcp port 80 or udp", False),
        ("tcp", False),
        ("tcp src port 4000", False),
        ("not tcp port 22", False),
        ("host 192.0.2.1 and port 80", False),
        ("", False),
    ],
)
def test_only_filters_for_other_ports_surely_keep_dns_out(capture_filter: str, shut: bool) -> None:
    assert without_dns(capture_filter) is shut


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("name", "words"),
    [("half-close", ("tcp port 8000",)), ("websocket", ("Host",)), ("reset-unplaced", ("RST",)), ("refused", ())],
)
def test_why_something_is_not_seen_is_told_where_the_capture_tells(
    name: str, words: tuple[str, ...], language: str
) -> None:
    limits = next(each for each in document(name, language).sections if each.id == "limits")
    said = [text for each in limits.blocks if isinstance(each, Bullets) for text in map(plain, each.items)]
    for word in words:
        assert any(word in each and ("DNS" in each or word == "RST") for each in said), said


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_waterfall_says_how_it_is_ordered_and_how_much_it_draws(language: str) -> None:
    def figure(name: str) -> Waterfall:
        return next(each for each in blocks(document(name, language), "resources") if isinstance(each, Waterfall))

    word = "按连接分组" if language == "zh" else "grouped by connection"
    assert word in figure("parallel-browser").description
    assert word not in figure("http-variety").description
    intro = next(
        each for each in blocks(document("http-variety", language), "resources") if isinstance(each, Paragraph)
    )
    drawn = sum(len(lane.bars) for lane in figure("http-variety").lanes)
    assert re.search(rf"{'其中' if language == 'zh' else 'for'} {drawn}\b", text_of(intro))


@pytest.mark.parametrize(
    ("name", "language", "numbers"),
    [
        ("dns-trouble", "en", ["14 packets of name lookup (DNS)"]),
        ("dns-trouble", "zh", ["14 个域名查询（DNS）报文"]),
        ("vlan", "en", ["of address resolution (ARP)"]),
        ("vlan", "zh", ["个地址解析（ARP）报文"]),
        ("dns-arp-curl", "en", ["of address resolution (ARP) and", "of name lookup (DNS)"]),
        ("dns-arp-curl", "zh", ["个地址解析（ARP）报文和", "个域名查询（DNS）报文"]),
    ],
)
def test_what_was_captured_before_the_connection_is_what_there_was(
    name: str, language: str, numbers: list[str]
) -> None:
    said = text_of(next(each for each in blocks(document(name, language), "before") if isinstance(each, Paragraph)))
    assert all(each in said for each in numbers)
    assert said.count("ARP") + said.count("DNS") == len(numbers)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_summary_names_the_frames_of_arp(language: str) -> None:
    steps = next(each for each in blocks(document("icmp", language), "summary") if isinstance(each, Bullets))
    said = plain(steps.items[0])
    assert [int(each) for each in re.findall(r"\d+", said) if int(each) != 4] == [1, 2, 16, 17]
    steps = next(each for each in blocks(document("dns-trouble", language), "summary") if isinstance(each, Bullets))
    said = plain(steps.items[0]).replace("192.168.10.80", "")
    assert sorted(int(each) for each in re.findall(r"\d+", said)) == [1, 9, 13, 14, 14], "14, 1 to 14; 9, 13"


def test_the_median_of_an_even_number_is_the_mean_of_the_middle_two() -> None:
    table = next(each for each in blocks(document("page-nginx-browser"), "measures") if isinstance(each, Table))
    rows = [[plain(cell) for cell in row] for row in table.rows]
    value, source = next((row[1], row[2]) for row in rows if "median" in row[0] and row[2].startswith("4 samples"))
    assert re.match(r"0\.003 ms / 20\.\d+ ms / 43\.\d+ ms", value)
    assert "half the sum of those in frames 11, 252" in source


@pytest.mark.parametrize(
    ("language", "question", "words"),
    [("en", "grow", "By {0}, to {1} ="), ("zh", "增加了", "增加了 {0}，增加到 {1} =")],
)
def test_by_how_much_the_acknowledgment_number_grows_is_answered_by_how_much(
    language: str, question: str, words: str
) -> None:
    said = answer("duplicate", question, language)
    assert said.startswith(words.format(77, 78))
