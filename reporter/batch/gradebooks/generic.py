"""Any CSV file with a column for the student (学号, or 姓名) and one for the points."""

from __future__ import annotations

from collections.abc import Sequence

from reporter.batch.columns import NUMBERS, column_of
from reporter.batch.gradebooks import Book, cell, gradebook, keys_of, most_of, named_column, unnamed
from reporter.batch.names import comparable

_NAME = ("姓名", "学生姓名", "name", "full name", "student name", "student")
_LOGIN = ("用户名", "账号", "username", "login", "email", "邮箱")
_MOST = ("满分", "最高分", "max points", "maximum points", "points possible", "max score", "out of")
_GRADE = ("成绩", "分数", "得分", "总分", "grade", "score", "points", "mark")


def _grade(header: Sequence[str]) -> int:
    """The one column that is called like a grade. Raises UsageTrouble for none, and for several."""
    wanted = {comparable(title) for title in _GRADE}
    found = [place for place, title in enumerate(header) if comparable(title) in wanted]
    if len(found) != 1:
        raise unnamed(header, [header[place] for place in found])
    return found[0]


@gradebook("csv", order=90)
def read(table: Sequence[Sequence[str]], column: str | None) -> Book | None:
    """The header is the first row that has both."""
    for at, header in enumerate(table[:10]):
        ident, name, login = (column_of(header, titles) for titles in (NUMBERS, _NAME, _LOGIN))
        if ident is None and name is None:
            continue
        grade = named_column(header, column) if column is not None else _grade(header)
        places = [("id", ident), ("login", login), ("name", name)]
        rows = ((place, keys_of(row, places)) for place, row in enumerate(table[at + 1 :], at + 1))
        found = {place: keys for place, keys in rows if keys}
        most = column_of(header, _MOST)
        return Book(
            "csv", grade, header[grade].strip(), found, most_of({place: cell(table[place], most) for place in found})
        )
    return None
