"""The roster: who belongs to the class, and which of them a name of a download means."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reporter.batch.columns import NUMBERS, columns_of
from reporter.batch.encoding import decoded
from reporter.batch.names import comparable, plain
from reporter.batch.numbers import Numbers, number_key, written
from reporter.batch.persons import candidates, is_chinese, words
from reporter.batch.submission import Claim, Student
from reporter.batch.tablefile import content_of, is_utf16
from reporter.errors import UsageTrouble

#: Titles of the columns, the surest first. `name` may come in two columns.
_TITLES = {
    "id": NUMBERS,
    "name": ("姓名", "学生姓名", "名字", "full name", "student name", "name", "student"),
    "first": ("名", "first name", "given name"),
    "last": ("姓", "last name", "surname", "family name"),
    "login": ("用户名", "账号", "登录名", "login", "username", "SIS Login ID", "email", "邮箱", "email address"),
}
#: Lines in which the titles are looked for: schools put headings above them.
_ABOVE = 10
#: How a spreadsheet shortens a long number: digits are lost.
_SHORTENED = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)
#: What Canvas puts among the students of its export.
_NOBODY = re.compile(r"Points Possible|Student, Test$|Test Student$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: the student and how the LMS may call them."""

    student: Student
    logins: tuple[str, ...] = ()


class Roster:
    """The rows, and everybody whom a number, a login or a name may mean."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self._numbers: Numbers[Entry] = Numbers()
        self._logins: dict[str, list[Entry]] = defaultdict(list)
        self._names: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            self._numbers.add(entry.student.id, entry)
            for login in entry.logins:
                for each in {login.casefold(), login.casefold().partition("@")[0]}:
                    self._logins[each].append(entry)
            for name in spellings(entry.student.name):
                self._names[name].append(entry)

    def numbered(self, claim: Claim) -> list[Entry]:
        """Everybody whose number stands in a claim."""
        return self._numbers.within(claim.text) or self._numbers.find(claim.id) or self._numbers.find(claim.login)

    def called(self, claim: Claim) -> list[Entry]:
        """Everybody with the login of a claim; a text that ends with it may end with a longer one, which is meant."""
        login = claim.login.casefold()
        words = claim.text.casefold().split("_") if login and claim.text.endswith(f"_{claim.login}") else []
        tails = ("_".join(words[at:]) for at in range(len(words)))
        keys = (*tails, login, login.partition("@")[0])
        return next((self._logins[key] for key in keys if key and key in self._logins), [])

    def named(self, name: str) -> list[Entry]:
        """Everybody of this name, its words in any order."""
        return self._names.get(comparable(name), [])

    def named_within(self, text: str) -> list[Entry]:
        """Everybody whose name stands in a text as words of its own; one word of Latin letters alone proves nothing."""
        return list({id(entry): entry for name in _names_within(text) for entry in self._names.get(name, [])}.values())

    def perhaps_within(self, text: str) -> list[Entry]:
        """Everybody whose name stands in a text in whatever way: within a longer word, too."""
        whole = comparable(text)
        return [
            entry
            for entry in self.entries
            if any(
                name in whole
                for name in spellings(entry.student.name)
                if len(name) > 3 or (is_chinese(name) and name[1:])
            )
        ]

    def has_numbers_as_long_as(self, number: str) -> bool:
        """Whether somebody's number is as long."""
        return any(len(entry.student.id) == len(number) for entry in self.entries)


def _names_within(text: str) -> set[str]:
    """What may be somebody's name, comparable: each Chinese word, and each whole phrase of words of other letters."""
    there = [word for _, _, word in words(text) if is_chinese(word)]
    phrases = [each for _, each in candidates(text)]
    return {
        comparable(each) for each in (*there, *phrases) if is_chinese(each) or len(each.split()) + each.count("-") > 1
    }


def spellings(name: str) -> set[str]:
    """A name in its words' possible orders, comparable: Canvas writes `annesample` for `Sample, Anne`."""
    words = [word for word in re.split(r"[\s,，]+", name) if word]
    orders = itertools.permutations(words) if len(words) <= 4 else [tuple(words)]
    return {comparable("".join(order)) for order in orders} - {""}


def read_roster(path: Path) -> Roster:
    """The roster of a CSV file: a header with 学号 and 姓名 (or id and name). Raises UsageTrouble."""
    content = content_of(path, "roster", "--roster")
    text = content.decode("utf-16", "replace") if is_utf16(content) else decoded(content).removeprefix("\ufeff")
    lines = text.splitlines(keepends=True)
    try:
        at, delimiter = _header(lines, path)
        reader = csv.reader(io.StringIO("".join(lines[at:]), newline=""), delimiter=delimiter)
        header = next(reader)
        rows = [(at + reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        to_do = "save it as CSV (UTF-8) and give that"
        raise UsageTrouble(f"the roster is no CSV file: {error}", where=str(path), to_do=to_do) from None
    entries = list(_entries(rows, _columns(header, [row for _, row in rows]), path))
    if not entries:
        raise UsageTrouble(
            "there are no students on the roster", where=str(path), to_do="put a line for each below 学号,姓名"
        )
    seen: dict[str, int] = {}
    for line, entry in entries:
        number = number_key(entry.student.id)
        if number and number in seen:
            raise UsageTrouble(
                f"the roster has the number {entry.student.id} twice",
                where=f"{path}, lines {seen[number]} and {line}",
                to_do="correct one of them",
            )
        seen[number] = line
    return Roster([entry for _, entry in entries])


def _header(lines: Sequence[str], path: Path) -> tuple[int, str]:
    """The place of the line with the titles, and what parts them. Raises UsageTrouble where there is none."""
    for at, line in enumerate(lines[:_ABOVE]):
        for delimiter in sorted("\t;,", key=line.count, reverse=True):
            columns = _columns(next(csv.reader([line], delimiter=delimiter), []))
            if "id" in columns or "name" in columns or {"first", "last"} <= columns.keys():
                return at, delimiter
    raise UsageTrouble(
        f"none of the first {_ABOVE} lines of the roster has the title 学号 or 姓名",
        where=str(path),
        to_do="let its first line be 学号,姓名 (or id,name)",
    )


def _columns(header: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> dict[str, list[int]]:
    """The columns by what they hold. Of several with a number the surest counts alone: others may number the rows."""
    found = {name: places for name, titles in _TITLES.items() if (places := columns_of(header, titles))}
    numbered = found.get("id", [])
    if len(numbered) > 1:
        used = [place for place in numbered if any(row[place].strip() for row in rows if place < len(row))]
        found["id"] = (used or numbered)[:1]
    return found


def _entries(
    rows: Iterable[tuple[int, list[str]]], columns: dict[str, list[int]], path: Path
) -> Iterable[tuple[int, Entry]]:
    for line, row in rows:

        def cell(name: str, row: list[str] = row) -> str:
            return next((plain(row[at]) for at in columns.get(name, ()) if at < len(row) and row[at].strip()), "")

        name = cell("name") or f"{cell('last')} {cell('first')}".strip()
        number = written(cell("id"))
        if _SHORTENED.fullmatch(number):
            raise UsageTrouble(
                f"the roster has {number} in place of a student number: a spreadsheet has shortened it",
                where=f"{path}, line {line}",
                to_do="make it a column of text in the spreadsheet, enter the numbers anew, save it as CSV again",
            )
        logins = tuple(plain(row[at]) for at in columns.get("login", ()) if at < len(row) and row[at].strip())
        if (number or name) and not _NOBODY.match(name):
            yield line, Entry(Student(number, name), logins)
