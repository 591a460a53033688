"""Canvas's export: `Student,ID,SIS User ID,SIS Login ID,Section,<Assignment> (<id>)`, then a row of points possible."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reporter.batch.columns import column_of
from reporter.batch.gradebooks import Book, cell, gradebook, keys_of, most_of, named_column
from reporter.errors import UsageTrouble

_ASSIGNMENT = re.compile(r".+ \(\d+\)$")


@gradebook("canvas", order=20)
def read(table: Sequence[Sequence[str]], column: str | None) -> Book | None:
    """Only a column that is already there is filled: an unknown title would make a new assignment."""
    header = table[0] if table else ()
    student, ident, section = (column_of(header, [title]) for title in ("Student", "ID", "Section"))
    last, first = column_of(header, ["LastName"]), column_of(header, ["FirstName"])
    if ident is None or section is None or (student is None and (last is None or first is None)):
        return None
    if column is not None:
        grade = named_column(header, column)
    else:
        assignments = [place for place, title in enumerate(header) if _ASSIGNMENT.match(title.strip())]
        if len(assignments) != 1:
            raise UsageTrouble(
                f"the grade book has {len(assignments)} assignments",
                where="--gradebook",
                to_do="say which with --grade-column, for example --grade-column "
                + (f"'{header[assignments[0]].strip()}'" if assignments else "'Lab 1 (1234)'"),
            )
        grade = assignments[0]
    sis, login = column_of(header, ["SIS User ID"]), column_of(header, ["SIS Login ID"])
    places = [("lms", ident), ("id", sis), ("login", login), ("name", student)]
    keys = {
        at: keys_of(row, places)
        for at, row in enumerate(table[1:], 1)
        if cell(row, ident).isdigit() and not cell(row, student).startswith("Points Possible")
    }
    possible = next((cell(row, grade) for row in table[1:] if cell(row, student).startswith("Points Possible")), "")
    return Book("canvas", grade, header[grade].strip(), keys, most_of(dict.fromkeys(keys, possible)))
