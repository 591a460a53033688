"""Points into a grade book: which cell of whom changes from what to what, and the file with just that changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reporter.batch.gradebooks import Book, recognise
from reporter.batch.klass import Klass, Member, points_text
from reporter.batch.names import comparable
from reporter.batch.roster import spellings
from reporter.batch.spans import replaced, spans_of
from reporter.batch.status import DONE
from reporter.errors import UsageTrouble
from reporter.explain.visible import escaped


@dataclass(frozen=True, slots=True)
class Change:
    """One cell, by the line of the file: `row` stands for it in later runs. `kept` tells that it was not changed."""

    line: int
    row: str
    who: Member
    old: str
    new: str
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """What becomes of a grade book: the new bytes, the changes, and students with points but without a row."""

    kind: str
    content: bytes
    changes: tuple[Change, ...]
    without_row: tuple[Member, ...]


def fill(path: Path, klass: Klass, column: str | None, earlier: Mapping[str, str], *, overwrite: bool) -> Filled:
    """Fill the points of the class into a grade book; nothing is written here. Raises UsageTrouble.

    A cell is filled when it is empty or holds what an earlier run wrote (`earlier`, by row), or with `overwrite`:
    what somebody has entered by hand is kept and told.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageTrouble(
            f"the grade book cannot be read: {error.strerror}", where=str(path), to_do="check --gradebook"
        ) from None
    if content.startswith((b"PK", b"\xd0\xcf")):
        raise UsageTrouble(
            "the grade book is no CSV file", where=str(path), to_do="save it as CSV (UTF-8) and give that"
        )
    rows, _ = spans_of(content)
    book = recognise([[span.text for span in row] for row in rows], column, str(path))
    found = _match(book, klass)
    changes, cells = [], []
    for at, member in sorted(found.items()):
        row = rows[at]
        if book.column >= len(row):
            continue
        span, name = row[book.column], escaped("|".join(f"{by}:{value}" for by, value in book.keys[at]))
        new, old = points_text(member.row.points), span.text
        if _same(old, new):
            continue
        kept = bool(old) and not overwrite and not _same(earlier.get(name, ""), old)
        changes.append(Change(content.count(b"\n", 0, span.start) + 1, name, member, old, new, kept))
        if not kept:
            cells.append((span, new))
    there = {member.submission.key for member in found.values()}
    lacking = tuple(each for each in _graded(klass) if each.submission.key not in there)
    return Filled(book.kind, replaced(content, cells), tuple(changes), lacking)


def _same(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return one == other


def _graded(klass: Klass) -> list[Member]:
    return [each for each in klass.members if each.row.points is not None and each.row.status in DONE]


def _match(book: Book, klass: Klass) -> dict[int, Member]:
    """The member of each row: by the surest key that finds one student alone."""
    tables: dict[str, dict[str, set[int]]] = {by: defaultdict(set) for by in ("lms", "id", "login", "name")}
    members = _graded(klass)
    for place, member in enumerate(members):
        submission = member.submission
        tables["lms"][submission.lms_id].add(place)
        tables["id"][submission.student.id.casefold()].add(place)
        tables["login"][submission.login.casefold()].add(place)
        for spelling in spellings(submission.student.name):
            tables["name"][spelling].add(place)
    found: dict[int, Member] = {}
    for at, keys in book.keys.items():
        for by, value in keys:
            places = tables[by].get(comparable(value) if by == "name" else value.casefold(), set())
            if value and len(places) == 1:
                found[at] = members[next(iter(places))]
                break
    return found
