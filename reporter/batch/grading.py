"""Points into a grade book: which cell of whom changes from what to what, and the file with just that changed."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reporter.batch.gradebooks import Book, Keys, recognise, unknown
from reporter.batch.klass import Klass, Member, points_text
from reporter.batch.names import comparable
from reporter.batch.numbers import LEAST, Numbers, alike, number_key
from reporter.batch.roster import spellings
from reporter.batch.spans import Span, delimiters_of, replaced, spans_of
from reporter.batch.status import DONE
from reporter.batch.tablefile import content_of, is_utf16
from reporter.errors import UsageTrouble
from reporter.explain.visible import escaped

#: A number with a decimal comma; three digits behind it may be thousands.
_COMMA = re.compile(r"\s*-?\d+,\d{1,2}\s*")


@dataclass(frozen=True, slots=True)
class Change:
    """One cell, by the line of the file: `row` stands for it in later runs. `kept` tells that it was not changed."""

    line: int
    row: str
    who: Member
    old: str
    new: str
    kept: bool = False

    @property
    def emptied(self) -> bool:
        """Whether an earlier run's grade is taken out: there are no points for it any more."""
        return not self.new


@dataclass(frozen=True, slots=True)
class Filled:
    """What becomes of a grade book: the new bytes, the changes, and students with points but without a row.

    `several_rows` are students with points whom several rows mean, with the lines of these: none was filled. Nor was
    that of who is in `others_row`: the row of their number, by its line, does not name them. `unchecked` are students
    whose number is not known and asked for by a check. `above` are changes to more points than the book allows there.
    `nobodys` are lines with the grade of an earlier run that are nobody's of this class; they stay as they are.
    """

    kind: str
    content: bytes
    changes: tuple[Change, ...]
    without_row: tuple[Member, ...]
    several_rows: tuple[tuple[Member, tuple[int, ...]], ...] = ()
    others_row: tuple[tuple[Member, int], ...] = ()
    unchecked: tuple[Member, ...] = ()
    above: tuple[tuple[Change, float], ...] = ()
    nobodys: tuple[int, ...] = ()

    @property
    def written(self) -> tuple[Change, ...]:
        """The changes that were made."""
        return tuple(each for each in self.changes if not each.kept)


def fill(path: Path, klass: Klass, column: str | None, earlier: Mapping[str, str], *, overwrite: bool) -> Filled:
    """Fill the points of the class into a grade book; nothing is written here. Raises UsageTrouble.

    A cell is filled when it is empty or holds what an earlier run wrote (`earlier`, by row), or with `overwrite`:
    what somebody has entered by hand is kept and told. What an earlier run wrote for somebody who has no points now is
    taken out.
    """
    content, rows, delimiter, book = opened(path, column)
    commas = delimiter != b"," and any(_COMMA.fullmatch(_text(row, book.column)) for row in rows)
    people = _People(book.kind, klass)
    found, several, strange = _match(book, people, rows)
    changes, cells, above = [], [], []
    for at, member in sorted(found.items()):
        if not _graded(member) or unchecked(member):
            continue
        span, name = _cell(rows[at], book.column, delimiter), _row(book, at)
        new, old = points_text(member.row.points), span.text
        new = new.replace(".", ",") if commas else new
        if _same(old, new):
            continue
        kept = bool(old.strip()) and not overwrite and not _same(earlier.get(name, ""), old)
        changes.append(Change(_line(content, span), name, member, old, new, kept))
        if not kept:
            cells.append((span, new))
            if member.row.points is not None and member.row.points > book.most.get(at, math.inf):
                above.append((changes[-1], book.most[at]))
    nobodys = []
    for at, span in _ours(book, rows, earlier) if klass.rubric is not None else ():
        who = found.get(at)
        if who is None:
            nobodys.append(_line(content, span))
        elif not _graded(who) or unchecked(who):
            changes.append(Change(_line(content, span), _row(book, at), who, span.text, ""))
            cells.append((span, ""))
    aside = [*(member for member, _ in several), *(member for member, _ in strange)]
    there = {member.submission.key for member in (*found.values(), *aside)}
    lacking = tuple(each for each in people.members if _graded(each) and each.submission.key not in there)
    doubtful = tuple(
        (member, tuple(_line(content, rows[at][0]) for at in places)) for member, places in several if _graded(member)
    )
    return Filled(
        book.kind,
        replaced(content, cells),
        tuple(sorted(changes, key=lambda each: each.line)),
        lacking,
        doubtful,
        others_row=tuple((member, _line(content, rows[at][0])) for member, at in strange if _graded(member)),
        unchecked=tuple(each for each in found.values() if _graded(each) and unchecked(each)),
        above=tuple(above),
        nobodys=tuple(nobodys),
    )


def _row(book: Book, at: int) -> str:
    """What stands for a row in later runs."""
    return escaped("|".join(map(":".join, book.keys[at])))


def _ours(book: Book, rows: Sequence[Sequence[Span]], earlier: Mapping[str, str]) -> Iterator[tuple[int, Span]]:
    """The rows whose cell holds what an earlier run wrote into it, with the cell."""
    for at in sorted(book.keys):
        wrote = earlier.get(_row(book, at), "")
        if wrote and book.column < len(rows[at]) and _same(wrote, rows[at][book.column].text):
            yield at, rows[at][book.column]


def opened(path: Path, column: str | None) -> tuple[bytes, list[list[Span]], bytes, Book]:
    """A grade book as it is before a class is worked on: bytes, cells, delimiter, and how to read it.

    Raises UsageTrouble when it cannot be filled.
    """
    content = content_of(path, "grade book", "--gradebook")
    if is_utf16(content):
        what = "the grade book is UTF-16 text, which cannot be filled in place"
        raise UsageTrouble(what, where=str(path), to_do="save it as CSV (UTF-8) and give that")
    for each in delimiters_of(content):
        rows, delimiter = spans_of(content, each)
        book = recognise([[span.text for span in row] for row in rows], column)
        if book is not None:
            return content, rows, delimiter, book
    raise unknown(str(path))


def _text(row: Sequence[Span], column: int) -> str:
    return row[column].text if column < len(row) else ""


def _cell(row: Sequence[Span], column: int, delimiter: bytes) -> Span:
    """The cell of a row; where the row ends before it, as Excel leaves out what is empty, the place for it."""
    if column < len(row):
        return row[column]
    return Span(row[-1].end, row[-1].end, "", delimiter * (column - len(row) + 1))


def _line(content: bytes, span: Span) -> int:
    return content.count(b"\n", 0, span.start) + 1


def _same(one: str, other: str) -> bool:
    try:
        return _value(one) == _value(other)
    except ValueError:
        return one == other


def _value(text: str) -> float:
    """The number of a cell, also where it is written with a decimal comma. Raises ValueError."""
    return float(text.strip().replace(",", ".") if _COMMA.fullmatch(text) else text)


def unchecked(member: Member) -> list[str]:
    """The checks that ask for the student's number where it is not known: without them the points are no grade yet."""
    verdicts = [each for each in member.row.verdicts if each["passed"] is None]
    return [each["id"] for each in verdicts if "id" in str(each["facts"].get("unknown", "")).split(", ")]


def _graded(member: Member) -> bool:
    return member.row.points is not None and member.row.status in DONE


#: What a row is known by, from the surest on.
_SUREST = ("lms", "id", "login", "name")


class _People:
    """All members of the class, graded or not, and how the row of one is told from the rows of the others."""

    def __init__(self, kind: str, klass: Klass) -> None:
        self.members = [each for each in klass.members if each.submission.replaced is None]
        self._numbers: Numbers[int] = Numbers()
        self._tables: dict[str, dict[str, set[int]]] = {by: defaultdict(set) for by in ("lms", "login", "name")}
        for place, member in enumerate(self.members):
            submission = member.submission
            self._numbers.add(submission.student.id, place)
            if submission.layout == kind:  # another LMS gives the same numbers to others
                self._tables["lms"][submission.lms_id].add(place)
            for login in submission.logins:
                self._tables["login"][login.casefold()].add(place)
            for spelling in spellings(submission.student.name):
                self._tables["name"][spelling].add(place)

    def find(self, keys: Keys) -> tuple[int, int] | None:
        """The place of the member whose row has these keys, and how sure that is (0 is surest)."""
        for by, value in keys:
            if by == "id":
                places = set(self._numbers.find(value))
            else:
                places = self._tables[by].get(comparable(value) if by == "name" else value.casefold(), set())
            if len(places) == 1:
                place = next(iter(places))
                return None if by != "lms" and self._another(place, keys) else (place, _SUREST.index(by))
        return None

    def _another(self, place: int, keys: Keys) -> bool:
        """Whether the row has the number of somebody else, whatever the member is called."""
        known = self.members[place].submission.student.id
        said = next((value for by, value in keys if by == "id"), "")
        there = self._numbers.find(said)
        return bool(known and said) and (place not in there if there else not alike(known, said))


_Matched = tuple[dict[int, Member], list[tuple[Member, tuple[int, ...]]], list[tuple[Member, int]]]


def _match(book: Book, people: _People, table: Sequence[Sequence[Span]]) -> _Matched:
    """The member of each row, members whom several rows mean alike, and those whose number is in the row of another.

    Nobody is in two rows.
    """
    wanted: dict[int, list[tuple[int, int]]] = defaultdict(list)
    strange = []
    for at, keys in sorted(book.keys.items()):
        found = people.find(keys)
        if found is not None:
            place, rank = found
            if rank == 0 and not _names(table[at], people.members[place]):
                strange.append((people.members[place], at))
                continue
            wanted[place].append((rank, at))
    alone, several = {}, []
    for place, rows in sorted(wanted.items()):
        surest = tuple(at for rank, at in rows if rank == min(rows)[0])
        if len(surest) == 1:
            alone[surest[0]] = people.members[place]
        else:
            several.append((people.members[place], surest))
    placed = {each.submission.key for each in alone.values()}
    return alone, several, [pair for pair in strange if pair[0].submission.key not in placed]


def _names(row: Sequence[Span], member: Member) -> bool:
    """Whether a row names whom the download names: a group may have a number that is a participant's too.

    Where the download has no name, as in an anonymous assignment, its number says all.
    """
    called, number = member.submission.called, member.submission.student.id
    if not called:
        return True
    ways = spellings(called)
    if any(ways & spellings(cell.text) for cell in row):
        return True
    return len(number) >= LEAST and any(number_key(cell.text) == number_key(number) for cell in row)
