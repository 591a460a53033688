"""Grade books: the teacher's own file, filled in place. A kind of book is one registered function in a file here."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from reporter.batch.names import comparable
from reporter.errors import UsageTrouble

#: How the student of a row may be found: `lms`, `id`, `login` or `name` and its value, the surest first.
Keys = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Book:
    """How a grade book is to be read: the column for the points with its title, and students' rows by their places.

    `lms` among the keys are the ids of the LMS that `kind` is called after. `most` are the points of which a row says
    that there can be no more.
    """

    kind: str
    column: int
    title: str
    keys: Mapping[int, Keys]
    most: Mapping[int, float] = field(default_factory=dict)


#: Table of texts, and the title of the column to fill where the teacher named one; None when it is not of this kind.
Reader = Callable[[Sequence[Sequence[str]], str | None], Book | None]
_READERS: list[tuple[int, str, Reader]] = []


def gradebook(name: str, *, order: int) -> Callable[[Reader], Reader]:
    """Register a function as the reader of a kind of grade book."""

    def enter(function: Reader) -> Reader:
        _READERS.append((order, name, function))
        return function

    return enter


def recognise(table: Sequence[Sequence[str]], column: str | None) -> Book | None:
    """The book that a table is; None when it is none that is known. Raises UsageTrouble for the column."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    for _, _, reader in sorted(_READERS, key=lambda each: each[:2]):
        book = reader(table, column)
        if book is not None:
            return book
    return None


def unknown(where: str) -> UsageTrouble:
    """The trouble of a table that is no grade book."""
    return UsageTrouble(
        "this is no grade book that can be filled",
        where=where,
        to_do="give Moodle's offline grading sheet, Canvas's export, or a CSV file with a column 学号 or 姓名 (id or "
        "name) and one for the grade, which --grade-column names where it is not called 成绩 or Grade",
    )


def unnamed(header: Sequence[str], several: Sequence[str] = ()) -> UsageTrouble:
    """The trouble of a grade book that does not say by itself which column to fill."""
    there = ", ".join(each.strip() for each in several or header if each.strip())
    return UsageTrouble(
        f"the grade book has {'several columns' if several else 'no column'} that may be the grade",
        where="--gradebook",
        to_do=f"say which with --grade-column; there are {there}",
    )


def named_column(header: Sequence[str], title: str) -> int:
    """The column that the teacher named. Raises UsageTrouble when there is none, or several."""
    exact = [place for place, each in enumerate(header) if each.strip() == title.strip()]
    found = exact or [place for place, each in enumerate(header) if comparable(title) in comparable(each)]
    if len(found) != 1:
        there = ", ".join(each for each in header if each.strip())
        what = f"there is no column {title!r}" if not found else f"several columns are called like {title!r}"
        raise UsageTrouble(what, where="--grade-column", to_do=f"name one of {there}")
    return found[0]


def cell(row: Sequence[str], place: int | None) -> str:
    """A cell's text, empty where there is none."""
    return row[place].strip() if place is not None and place < len(row) else ""


def most_of(rows: Mapping[int, str]) -> dict[int, float]:
    """The greatest number of points by row, from the texts that say it; what is no number says nothing."""
    found = {}
    for at, text in rows.items():
        with contextlib.suppress(ValueError):
            found[at] = float(text.replace(",", ".") if text.count(",") == 1 else text)
    return found


def keys_of(row: Sequence[str], places: Sequence[tuple[str, int | None]]) -> Keys:
    """How the student of a row may be found."""
    return tuple((by, cell(row, place)) for by, place in places if cell(row, place))
