"""The sections of numbers: there when there is something to tell, and every row of them adds up."""

import re
import shutil
import subprocess
from dataclasses import replace
from functools import cache

import pytest

from reporter.capture.pcapng import Interface
from reporter.options import ReportOptions
from reporter.pipeline import report as making
from reporter.pipeline.report import make_document
from reporter.render.html import render_html
from reporter.report.document import Bullets, Commentary, Document, PacketList, Pairs, Paragraph, Section, Table
from reporter.report.drawings import SequencePlot, Waterfall
from reporter.report.themefile import LIMITS
from tests.captures import BUNDLED

pytestmark = pytest.mark.tshark


@cache
def document(name: str, language: str = "en", theme: str = "lab") -> Document:
    options = ReportOptions(lang=language, theme=theme)
    return make_document([next(BUNDLED.glob(f"{name}.pcap*"))], options=options, progress=lambda what, count: None)


def section(found: Document, name: str) -> Section | None:
    return next((each for each in found.sections if each.id == name), None)


def block(found: Document, name: str, kind: type) -> object:
    there = section(found, name)
    assert there is not None, name
    return next((each for each in there.blocks if isinstance(each, kind)), None)


def texts(table: Table) -> list[list[str]]:
    return [["".join(span.text for span in cell) for cell in row] for row in table.rows]


def table_of(name: str, part: str) -> list[list[str]]:
    found = block(document(name), part, Table)
    assert isinstance(found, Table)
    return texts(found)


@pytest.mark.parametrize("name", ["page-node-curl", "loss-fast-retransmit", "seq-wrap", "half-close", "merged-close"])
def test_every_row_of_the_ledger_adds_up(name):
    rows = table_of(name, "ledger")
    for _, _, flags, _, seq, length, following, _, _ in rows:
        assert int(following) == int(seq) + int(length) + ("SYN" in flags) + ("FIN" in flags)
    confirmed = [int(frame) for row in rows for frame in row[8].split() if frame.isdigit()]
    assert len(confirmed) == len(set(confirmed)), "a frame is confirmed once"
    assert {int(row[0]) for row in rows} >= set(confirmed)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_brief_lists_the_packets_of_a_capture_without_tcp(language):
    listed = block(document("udp-only", language, "brief"), "outside", PacketList)
    assert isinstance(listed, PacketList)
    assert [row.frame for row in listed.rows] == [1, 2]
    assert section(document("page-node-curl", language, "brief"), "outside") is None


def test_trouble_is_told_only_where_there_is_any():
    assert section(document("page-python-curl"), "trouble") is None
    rows = table_of("loss-fast-retransmit", "trouble")
    assert [row[0] for row in rows][:2] == ["A gap in the sequence numbers", "Duplicate ACK"]
    assert rows[0][2:] == ["119, 123", "2896 = 1448 + 1448"]
    assert any(row[0] == "TCP keep-alive probe" for row in table_of("keepalive-full", "trouble"))


def test_options_in_force_are_those_that_both_offer():
    rows = {row[0]: row for row in table_of("page-node-curl", "options")}
    assert rows["SACK"][1:4] == ["offered", "offered", "in force"]
    assert section(document("mid-connection"), "options") is None


@pytest.mark.skipif(shutil.which("zstd") is None, reason="no zstd here")
@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (None, ["not read: editcap", "not read: editcap"]),
        ((), ["not recorded", "not recorded"]),
        ((Interface("eth0", None, "port 80"),), ["eth0", "port 80"]),
    ],
)
def test_what_was_not_read_is_not_called_not_recorded(told, shown, tmp_path, monkeypatch):
    packed = tmp_path / "lab.pcapng.zst"
    with packed.open("wb") as file:
        subprocess.run(["zstd", "-q", "-c", str(BUNDLED / "page-node-curl.pcapng")], stdout=file, check=True)
    monkeypatch.setattr(making, "interfaces_in", lambda path: told)
    found = make_document([packed], options=ReportOptions(lang="en"), progress=lambda what, count: None)
    particulars = block(found, "method", Pairs)
    assert isinstance(particulars, Pairs)
    rows = {label: "".join(span.text for span in value) for label, value in particulars.rows}
    for label, begins in zip(("Capture interface", "Capture filter"), shown, strict=True):
        assert rows[label].startswith(begins)


def test_measures_name_their_frames():
    rows = {row[0]: row for row in table_of("loss-fast-retransmit", "measures")}
    assert rows["Wireshark's iRTT"][1:] == ["20.329 ms", "field tcp.analysis.initial_rtt, first in frame 2"]
    assert rows["Data of the server"][1] == "241178 bytes"
    assert "frame 6 to frame 295" in rows["Data of the server"][2]


def test_the_waterfall_has_every_request_of_every_connection():
    found = block(document("page-node-browser"), "resources", Waterfall)
    assert isinstance(found, Waterfall)
    assert [len(lane.bars) for lane in found.lanes] == [2, 1, 2]
    for lane in found.lanes:
        assert lane.opening is not None
        for bar in lane.bars:
            assert bar.first is not None
            assert bar.end is not None
            assert bar.start <= bar.first <= bar.end


def test_the_waterfall_leaves_room_for_its_caption(monkeypatch):
    """Every connection costs a row too; what is left out is counted."""
    monkeypatch.setattr("reporter.report.waterfall._ROWS", 6)
    found = block(document.__wrapped__("page-node-browser"), "resources", Waterfall)
    assert isinstance(found, Waterfall)
    assert [len(lane.bars) for lane in found.lanes] == [2, 1]
    assert found.omitted
    assert "2" in "".join(span.text for span in found.omitted)


def test_what_was_sent_again_is_marked_in_the_plot():
    found = block(document("loss-fast-retransmit"), "ledger", SequencePlot)
    assert isinstance(found, SequencePlot)
    again = {stroke.frame for panel in found.panels for stroke in panel.strokes if stroke.repeated}
    assert again == {215, 217}


def test_no_plot_of_next_to_nothing():
    assert block(document("refused"), "ledger", SequencePlot) is None


@pytest.mark.parametrize("name", ["brief", "plain"])
def test_captions_are_numbered_in_order_in_every_theme(name):
    found = document("page-node-curl", "zh", name)
    captions = [each.caption for each in blocks(found.sections) if getattr(each, "caption", None) is not None]
    for kind in ("figure", "table"):
        anchors = [caption.anchor for caption in captions if caption.anchor.startswith(kind)]
        assert sorted(anchors, key=lambda anchor: int(anchor.rpartition("-")[2])) == anchors


@pytest.mark.parametrize("name", ["brief", "lab", "plain"])
@pytest.mark.parametrize("capture", ["page-node-curl", "page-node-browser", "half-close"])
@pytest.mark.parametrize("paged", [True, False], ids=["paper", "screen"])
def test_no_number_is_missing_among_the_captions_that_are_shown(name, capture, paged):
    shown = re.findall(r'<figcaption class="caption"[^>]*><b>([^<]+?)\s*(\d+)</b>', page_of(capture, name, paged))
    for kind in ("图", "表"):
        numbers = [int(number) for word, number in shown if word == kind]
        assert numbers == [*range(1, len(numbers) + 1)], kind
        assert numbers


def page_of(capture: str, theme: str, paged: bool) -> str:
    return render_html(document(capture, "zh", theme), paged=paged)


def blocks(sections: tuple[Section, ...]) -> list:
    return [each for part in sections for each in (*part.blocks, *blocks(part.sections))]


def test_a_long_connection_is_folded_on_paper_and_whole_on_the_screen():
    found = block(document("loss-fast-retransmit"), "ledger", Table)
    assert isinstance(found, Table)
    assert found.paper is not None
    assert len(found.rows) == 299
    assert len(found.paper) < 60
    assert found.omitted_on_paper
    assert not found.omitted


def test_trouble_and_measures_of_every_connection_that_is_told_of():
    captures = [BUNDLED / "truncated.pcapng", BUNDLED / "mid-connection.pcapng"]
    found = make_document(captures, options=ReportOptions(lang="en"), progress=lambda what, count: None)
    measures = section(found, "measures")
    assert measures is not None
    assert [each.title for each in measures.sections] == [
        "Stream 0 (truncated.pcapng)",
        "Stream 0 (mid-connection.pcapng)",
    ]
    trouble = section(found, "trouble")
    assert trouble is not None
    tables = [each for part in (trouble, *trouble.sections) for each in part.blocks if isinstance(each, Table)]
    assert "TCP keep-alive probe" in {row[0] for table in tables for row in texts(table)}


@pytest.mark.parametrize(
    ("language", "read", "denied"),
    [
        ("en", "not in the part of the file that could be read", ("was not captured", "when the capture was stopped")),
        ("zh", "文件能够读出的部分里", ("只是没有捕获到", "停止捕获时")),
    ],
)
def test_of_a_file_cut_short_only_the_readable_part_is_spoken_of(language, read, denied):
    found = document("truncated", language)
    teardown, limits = section(found, "teardown"), block(found, "limits", Bullets)
    assert teardown is not None
    assert isinstance(limits, Bullets)
    rich = [each.text for each in teardown.blocks if isinstance(each, Paragraph)] + list(limits.items)
    said = ["".join(span.text for span in each) for each in rich]
    assert len([each for each in said if read in each]) == 2
    assert not [each for each in said for words in denied if words in each]


def test_a_long_commentary_keeps_its_end(monkeypatch):
    whole = block(document("page-node-curl"), "commentary", Commentary)
    assert isinstance(whole, Commentary)
    assert not whole.omitted
    monkeypatch.setitem(LIMITS, "remarks", 12)
    document.cache_clear()
    cut = block(document("page-node-curl"), "commentary", Commentary)
    document.cache_clear()
    assert isinstance(cut, Commentary)
    assert [each.row.frame for each in cut.remarks] == [
        each.row.frame for each in (*whole.remarks[:9], *whole.remarks[-3:])
    ]
    assert cut.gap == 9
    assert str(len(whole.remarks) - 12) in "".join(span.text for span in cut.omitted)
    page = render_html(document_with(cut))
    assert (
        page.index(f'id="{cut.remarks[8].row.anchor}"')
        < page.index("⋯ ")
        < page.index(f'id="{cut.remarks[9].row.anchor}"')
    )


def document_with(commentary: Commentary) -> Document:
    found = document("page-node-curl")
    part = section(found, "commentary")
    assert part is not None
    return replace(found, sections=(replace(part, blocks=(commentary,)),))


def test_one_of_a_thing_is_counted_in_the_singular() -> None:
    intro = next(each for each in section(document("half-close"), "resources").blocks if isinstance(each, Paragraph))  # type: ignore[union-attr]
    assert "1 HTTP exchange on 1 connection" in "".join(span.text for span in intro.text)
