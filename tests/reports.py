"""What a report says, as plain text: for the tests that read it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from reporter.options import ReportOptions, Source
from reporter.pipeline.report import make_document
from reporter.report.document import Bullets, Document, Note, Pairs, Paragraph, Section, Table


@cache
def document(
    *paths: Path, language: str = "en", stream: int | None = None, sources: tuple[Source, ...] = ()
) -> Document:
    """The report of these captures."""
    options = ReportOptions(lang=language, stream=stream, sources=sources)
    return make_document(list(paths), options=options, progress=lambda what, count: None)


def said(found: Document, name: str) -> str:
    """All that a section says in sentences and tables; empty where the report has no such section."""
    return "\n".join(_lines([each for each in found.sections if each.id == name]))


def section(found: Document, name: str) -> Section:
    """The section of that name."""
    return next(each for each in found.sections if each.id == name)


def _lines(sections: Sequence[Section]) -> list[str]:
    lines: list[str] = []
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Paragraph | Note):
                lines.append("".join(span.text for span in block.text))
            elif isinstance(block, Bullets):
                lines += ["".join(span.text for span in item) for item in block.items]
            elif isinstance(block, Pairs):
                lines += [f"{label}: " + "".join(span.text for span in value) for label, value in block.rows]
            elif isinstance(block, Table):
                lines += [" | ".join(block.head)]
                lines += [" | ".join("".join(span.text for span in cell) for cell in row) for row in block.rows]
        lines += _lines(section.sections)
    return lines
