"""results.csv: UTF-8 with a byte order mark, as Excel wants it; no cell is a formula."""

from __future__ import annotations

import csv
import io

from reporter.batch.klass import Klass, points_text
from reporter.batch.views.sheet import Cell, rows
from reporter.batch.words import BatchWords
from reporter.render.csv import harmless


def render(klass: Klass, words: BatchWords) -> bytes:
    """The class as CSV: UTF-8 with a mark at its beginning, for spreadsheets; lines end as in RFC 4180."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([_text(cell) for cell in row] for row in rows(klass, words))
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


def _text(cell: Cell) -> str:
    return harmless(cell) if isinstance(cell, str) else points_text(cell)
