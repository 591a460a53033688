"""How wide the columns of a person's own table are: nobody has said it, so their words do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reporter.render.typeset import text_width
from reporter.report.prose import Element

#: Widths are in the type size of the table (em). What a line of paper holds, in usual, small and smallest type,
#: and the padding of a cell in it.
_SIZES = (("", 49.0, 1.3), ("tight", 58.0, 1.3), ("tighter", 70.0, 0.65))
#: A screen of a phone; what a table that is wider in any case gets for its texts.
_PHONE, _MORE = 20.0, 10.0
#: A word wider than this may be parted; a cell wider than this is never set as one line.
_WORD, _TEXT = 16.0, 40.0
#: Chinese is broken anywhere but into single characters; what is short is kept whole.
_WHOLE, _PART = 5.0, 4.0
_PIECE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+|[^\\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table: their widths in thousandths, the least width it is set in (em), the class of its type."""

    widths: tuple[int, ...]
    least: int
    type: str


def columns_of(table: Element, *, paged: bool) -> Columns:
    """How to set this table, on paper or on a screen where it scrolls when it is too wide."""
    rows = [[words(cell) for cell in row.children if isinstance(cell, Element)] for row in _rows(table)]
    count = max(map(len, rows), default=0)
    cells = [[row[index] for row in rows if index < len(row)] for index in range(count)]
    words_of = [max(map(_longest, column)) for column in cells]
    wished = [max(min(max(text_width(text, 1) for text in column), _TEXT) - word, 0.0)
              for word, column in zip(words_of, cells, strict=True)]  # fmt: skip
    fitting = (each for each in _SIZES if sum(words_of) + each[2] * count <= each[1])
    kind, line, padding = next(fitting, _SIZES[-1])
    if not paged:
        padding = _SIZES[0][2]
    needed = sum(words_of) + padding * count
    room = line - needed if paged else _PHONE - needed if needed <= _PHONE else _MORE
    part = min(max(room, 0.0) / sum(wished), 1.0) if sum(wished) else 0.0
    wide = [word + padding + part * wish for word, wish in zip(words_of, wished, strict=True)]
    return Columns(_thousandths(wide), round(sum(wide) + 0.5), kind)


def table_of(columns: Columns, inner: Markup) -> Markup:
    """The table as HTML around what is in it."""
    group = Markup("").join(Markup('<col class="p{}">').format(width) for width in columns.widths)
    kind = f"least-{columns.least} {columns.type}".strip()
    return Markup('<table class="{}"><colgroup>{}</colgroup>{}</table>').format(kind, group, inner)


def words(element: Element) -> str:
    """The text of an element and all that is in it."""
    return "".join(each if isinstance(each, str) else words(each) or " " for each in element.children)


def tables_in(elements: Iterable[Element | str]) -> Iterator[Element]:
    """All tables among these elements and in them."""
    for each in elements:
        if isinstance(each, Element):
            if each.name == "table":
                yield each
            yield from tables_in(each.children)


def _rows(table: Element) -> Iterator[Element]:
    for each in table.children:
        if isinstance(each, Element):
            yield from (each,) if each.name == "tr" else _rows(each)


def _longest(text: str) -> float:
    """The widest piece of a text that is not to be parted."""
    return max((_least(piece) for piece in _PIECE.findall(text)), default=0.0)


def _least(piece: str) -> float:
    width = text_width(piece, 1)
    return min(width, _WORD) if piece[0] < "\u2e80" or width <= _WHOLE else _PART


def _thousandths(sizes: Sequence[float]) -> tuple[int, ...]:
    """The parts of a whole in whole thousandths, none of them 0; together 1000 or hardly more."""
    total = sum(sizes) or 1.0
    parts = [1000 * size / total for size in sizes]
    whole = [max(int(part), 1) for part in parts]
    behind = sorted(range(len(parts)), key=lambda index: whole[index] - parts[index])
    for index in behind[: max(1000 - sum(whole), 0)]:
        whole[index] += 1
    return tuple(whole)
