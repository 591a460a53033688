"""Moodle's offline grading sheet: the student is known by `Participant <id>`, the id of the folder's name.

Titles are those of the site's language. The importer wants its own columns and no others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reporter.batch.columns import NUMBERS, column_of
from reporter.batch.gradebooks import Book, cell, gradebook, most_of, named_column, unnamed

_IDENTIFIER = ("Identifier", "标识符", "编号", "識別碼")
_GRADE = ("Grade", "成绩", "分数", "成績", "分數")
_MOST = ("Maximum grade", "最高分", "最高成绩", "最高分数", "满分", "最高成績")
_PARTICIPANT = re.compile(r"^\D+(\d+)$")


@gradebook("moodle", order=10)
def read(table: Sequence[Sequence[str]], column: str | None) -> Book | None:
    """Told by its identifiers, which are a word and a number in every row."""
    if len(table) < 2:
        return None
    header = table[0]
    place = column_of(header, _IDENTIFIER)
    # In a language that we do not know. A column of student numbers makes it a table of another kind.
    foreign = bool(header) and column_of(header, NUMBERS) is None
    if place is None and foreign and all(_PARTICIPANT.match(cell(row, 0)) for row in table[1:]):
        place = 0
    if place is None or not all(_PARTICIPANT.match(cell(row, place)) for row in table[1:] if any(row)):
        return None
    grade = named_column(header, column) if column is not None else column_of(header, _GRADE)
    if grade is None:
        raise unnamed(header)
    keys = {}
    for at, row in enumerate(table[1:], 1):
        found = _PARTICIPANT.match(cell(row, place))
        if found:
            keys[at] = (("lms", found[1]),)
    most = column_of(header, _MOST)
    return Book("moodle", grade, header[grade].strip(), keys, most_of({at: cell(table[at], most) for at in keys}))
