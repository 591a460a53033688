"""Reports of several captures: every part names its file, and a part that was asked for another tells of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest

from reporter.options import ReportOptions, Source
from reporter.pipeline.report import make_document
from reporter.report.document import Document, Section, Table
from tests.captures import BUNDLED

pytestmark = pytest.mark.tshark

NAMES = ("half-close.pcapng", "loss-fast-retransmit.pcapng")


@cache
def document(language: str) -> Document:
    """A report of two captures, of which the second was asked for in three sections."""
    named = tuple(Source(name, NAMES[1]) for name in ("answers", "ledger", "overview"))
    options = ReportOptions(lang=language, sources=named)
    return make_document([BUNDLED / name for name in NAMES], options=options, progress=lambda what, count: None)


def every(sections: tuple[Section, ...]) -> Iterator[Section]:
    for each in sections:
        yield each
        yield from every(each.sections)


def found(document: Document, name: str) -> Section:
    return next(each for each in every(document.sections) if each.id == name)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_captions_and_descriptions_name_the_file_where_there_are_several(language: str) -> None:
    made = document(language)
    captions: Counter[str] = Counter()
    for part in every(made.sections):
        for block in part.blocks:
            caption = getattr(block, "caption", None)
            if caption is not None and getattr(block, "kind", "") in ("ladder", "packet-list", "sequence-plot"):
                captions["".join(span.text for span in caption.text)] += 1
                assert "pcapng" in "".join(span.text for span in caption.text) + part.source
    assert captions
    assert max(captions.values()) == 1
    for name in ("layers", "flags"):
        assert NAMES[0] in found(made, name).source
    assert not found(document_of_one(language), "layers").source


@cache
def document_of_one(language: str) -> Document:
    options = ReportOptions(lang=language)
    return make_document([BUNDLED / NAMES[0]], options=options, progress=lambda what, count: None)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_answers_that_were_asked_for_of_a_capture_are_of_its_connection(language: str) -> None:
    made = document(language)
    part = found(made, "answers")
    table = next(block for block in part.blocks if isinstance(block, Table))
    said = "".join(span.text for row in table.rows for cell in row for span in cell)
    assert NAMES[0] not in said
    assert NAMES[1] in "".join(span.text for span in table.caption.text)
    assert found(made, "ledger").source == part.source != found(made, "handshake").source


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_several_captures_do_not_show_is_of_several(language: str) -> None:
    one, several = ("这份捕获", "这些捕获") if language == "zh" else ("this capture", "these captures")
    assert several in found(document(language), "limits").title
    assert one in found(document_of_one(language), "limits").title
    if language == "en":
        assert "captures" in document(language).cover.subtitle
        assert "captures" not in document_of_one(language).cover.subtitle
    titles = [each.title for each in found(document(language), "quality").sections]
    assert len(titles) == len(set(titles))
