"""results.xlsx: one sheet with a filter and a frozen header; texts are texts, never formulas or links."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import xlsxwriter

from reporter.batch.klass import Klass
from reporter.batch.views.sheet import rows
from reporter.batch.words import BatchWords
from reporter.render.csv import harmless

_WIDTHS = (16, 12, 16, 60)


def render(klass: Klass, words: BatchWords) -> bytes:
    """The file's bytes: the same class gives the same bytes."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties({"title": words.say("page", "title"), "created": datetime(2000, 1, 1, tzinfo=UTC)})
    sheet = book.add_worksheet("results")
    bold = book.add_format({"bold": True})
    table = rows(klass, words)
    for at, row in enumerate(table):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(at, column, harmless(cell), bold if at == 0 else None)
            elif cell is not None:
                sheet.write_number(at, column, cell)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(len(table) - 1, 1), len(table[0]) - 1)
    book.close()
    return content.getvalue()
