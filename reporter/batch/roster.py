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

from reporter.batch.encoding import decoded
from reporter.batch.names import comparable, plain
from reporter.batch.numbers import Numbers, number_key, written
from reporter.batch.submission import Claim, Student
from reporter.batch.tablefile import content_of, is_utf16
from reporter.errors import UsageTrouble

#: Titles of the columns, as comparable() writes them. `name` may come in two columns.
_TITLES = {
    "id": ("学号", "学生学号", "学工号", "id", "studentid", "studentnumber", "number", "sid", "sisuserid", "idnumber"),
    "name": ("姓名", "学生姓名", "名字", "name", "fullname", "student", "studentname"),
    "first": ("名", "firstname", "givenname"),
    "last": ("姓", "lastname", "surname", "familyname"),
    "login": ("用户名", "账号", "登录名", "login", "username", "sisloginid", "email", "邮箱", "emailaddress"),
}


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

    def has_numbers_as_long_as(self, number: str) -> bool:
        """Whether somebody's number is as long."""
        return any(len(entry.student.id) == len(number) for entry in self.entries)


def spellings(name: str) -> set[str]:
    """A name in its words' possible orders, comparable: Canvas writes `annesample` for `Sample, Anne`."""
    words = [word for word in re.split(r"[\s,，]+", name) if word]
    orders = itertools.permutations(words) if len(words) <= 4 else [tuple(words)]
    return {comparable("".join(order)) for order in orders} - {""}


def read_roster(path: Path) -> Roster:
    """The roster of a CSV file: a header with 学号 and 姓名 (or id and name). Raises UsageTrouble."""
    content = content_of(path, "roster", "--roster")
    text = content.decode("utf-16", "replace") if is_utf16(content) else decoded(content).removeprefix("\ufeff")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max("\t;,", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        to_do = "save it as CSV (UTF-8) and give that"
        raise UsageTrouble(f"the roster is no CSV file: {error}", where=str(path), to_do=to_do) from None
    columns = _columns(rows[0]) if rows else {}
    if "id" not in columns and "name" not in columns and not {"first", "last"} <= columns.keys():
        raise UsageTrouble(
            "the roster has no column 学号 or 姓名",
            where=f"{path}, line 1",
            to_do="let its first line be 学号,姓名 (or id,name)",
        )
    entries = list(_entries(rows[1:], columns))
    seen: dict[str, int] = {}
    for line, entry in enumerate(entries, 2):
        number = number_key(entry.student.id)
        if number and number in seen:
            raise UsageTrouble(
                f"the roster has the number {entry.student.id} twice",
                where=f"{path}, rows {seen[number]} and {line}",
                to_do="correct one of them",
            )
        seen[number] = line
    return Roster(entries)


def _columns(header: list[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, title in enumerate(header):
        for name, titles in _TITLES.items():
            if comparable(title) in titles:
                found.setdefault(name, []).append(place)
    return found


def _entries(rows: Iterable[list[str]], columns: dict[str, list[int]]) -> Iterable[Entry]:
    for row in rows:

        def cell(name: str, row: list[str] = row) -> str:
            return next((plain(row[at]) for at in columns.get(name, ()) if at < len(row) and row[at].strip()), "")

        name = cell("name") or f"{cell('last')} {cell('first')}".strip()
        number = written(cell("id"))
        logins = tuple(plain(row[at]) for at in columns.get("login", ()) if at < len(row) and row[at].strip())
        if number or name:
            yield Entry(Student(number, name), logins)
