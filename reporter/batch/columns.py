"""The columns of a table that a teacher gives: found by their titles, the surest title first, wherever it stands."""

from __future__ import annotations

from collections.abc import Sequence

from reporter.batch.names import comparable

#: Titles of a column with student numbers, the surest first: the last may as well number the rows, or be an LMS's.
NUMBERS = (
    "学号",
    "学生学号",
    "学工号",
    "student id",
    "student number",
    "SIS User ID",
    "ID number",
    "ID 号",
    "sid",
    "number",
    "id",
)


def columns_of(header: Sequence[str], titles: Sequence[str]) -> list[int]:
    """Every column with one of these titles, compared without case and punctuation; in the order of the titles."""
    there = [comparable(title) for title in header]
    wanted = [comparable(title) for title in titles]
    return [place for title in wanted for place, each in enumerate(there) if each == title]


def column_of(header: Sequence[str], titles: Sequence[str]) -> int | None:
    """The column with the earliest of these titles."""
    return next(iter(columns_of(header, titles)), None)
