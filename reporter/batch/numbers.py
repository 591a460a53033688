"""Student numbers: as people and spreadsheets write them, compared, and found within a name."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import Generic, TypeVar

T = TypeVar("T")

#: What spreadsheets put around a number that is to stay a text: `="2026"`, `'2026`, `2026.0`.
_WRAPPED = re.compile(r"""^=?["'“”]+(.*?)["“”]*$""")
_MADE_DECIMAL = re.compile(r"^(\d+)\.0+$")
#: A date of this century, with or without the time of day; many numbers of students look like one.
_DATE = re.compile(r"^20[0-3]\d(0[1-9]|1[0-2])([0-2]\d|3[01])(([01]\d|2[0-3])[0-5]\d([0-5]\d)?)?$")
#: A mobile number of China; some numbers of students look like one.
_PHONE = re.compile(r"^1[3-9]\d{9}$")
#: 6 to 18 digits; up to two letters before them belong to the number, unless they are a word, and a capital after it.
_NUMBER = re.compile(
    r"(?<![A-Za-z\d])(?!(?i:no|id|hw|ex|wk|v)\d)(?:[A-Z]{1,2}|[a-z]{1,2})\d{6,17}[A-Z]?(?![A-Za-z\d])"
    r"|(?<!\d)\d{6,18}(?!\d)(?:[A-Z](?![A-Za-z\d'’]))?"
)
_TOO_LONG = re.compile(r"\d{19,}")
#: Shorter ones are too common within names to be looked for there, and prove nothing where they differ.
LEAST = 5


def written(text: str) -> str:
    """A number as it is meant: plain digits and letters, without what a spreadsheet has put around it."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    wrapped = _WRAPPED.match(plain)
    plain = wrapped[1].strip() if wrapped else plain
    decimal = _MADE_DECIMAL.match(plain)
    return decimal[1] if decimal else plain


def number_key(text: str) -> str:
    """A number as it is compared: without width, case and wrapping."""
    return written(text).casefold()


def _bare(key: str) -> str:
    """The key without the zeros that spreadsheets lose; of letters and digits nothing is lost."""
    return key.lstrip("0") if key.isdigit() else key


def numbers_in(text: str) -> list[str]:
    """What may be student numbers within a name, the likeliest first: the longest, then phones and dates."""
    found = _NUMBER.findall(unicodedata.normalize("NFKC", text))
    return sorted(found, key=lambda each: (is_date(each), is_phone(each), -len(each)))


def rivals_in(text: str) -> list[str]:
    """The numbers within a name of which each may be the student's: no dates and phones where there are others."""
    found = list(dict.fromkeys(numbers_in(text)))
    return [each for each in found if not (is_date(each) or is_phone(each))] or found


def numbers_beside(text: str) -> list[str]:
    """What is a number beside somebody's name: what may be a student's, and what is too long for that and holds one."""
    return rivals_in(text) + _TOO_LONG.findall(unicodedata.normalize("NFKC", text))


def is_phone(number: str) -> bool:
    """Whether a number may as well be that of a telephone."""
    return bool(_PHONE.match(number))


def is_date(number: str) -> bool:
    """Whether a number may as well be a date."""
    return bool(_DATE.match(number))


def _whole(key: str) -> bool:
    return len(key) >= LEAST and any(map(str.isdigit, key))


def alike(one: str, other: str) -> bool:
    """Whether one number is the other, perhaps without its beginning (`PB26000001` and `26000001`)."""
    first, second = (_bare(number_key(each)) for each in (one, other))
    return first == second or (_whole(first) and _whole(second) and first.endswith(second) | second.endswith(first))


def differ(one: str, other: str) -> bool:
    """Whether two numbers are those of two people: both are whole and they are not alike."""
    return all(_whole(_bare(number_key(each))) for each in (one, other)) and not alike(one, other)


class Numbers(Generic[T]):
    """Who has which number. What is written alike but for leading zeros is found when nothing is written so."""

    def __init__(self) -> None:
        self._exact: dict[str, list[T]] = defaultdict(list)
        self._bare: dict[str, list[T]] = defaultdict(list)

    def add(self, number: str, item: T) -> None:
        """Enter a number; an empty one is nobody's."""
        key = number_key(number)
        if key:
            self._exact[key].append(item)
            self._bare[_bare(key)].append(item)

    def find(self, number: str) -> list[T]:
        """Everybody with this number."""
        key = number_key(number)
        return self._exact.get(key) or (self._bare.get(_bare(key), []) if _bare(key) else [])

    def within(self, text: str) -> list[T]:
        """Everybody whose number stands within a text, with nothing that could belong to a number around it."""
        whole = unicodedata.normalize("NFKC", text).casefold()
        found: dict[int, T] = {}
        for key, items in self._exact.items():
            if len(key) >= LEAST and key in whole and any(map(str.isdigit, key)):
                alone = re.search(rf"(?<![a-z\d]){re.escape(key)}(?![a-z\d])", whole)
                found |= {id(item): item for item in items} if alone else {}
        for number in () if found else (*re.findall(r"(?<![a-z\d])\d{5,}(?![a-z\d])", whole), *numbers_in(text)):
            found |= {id(item): item for item in self.find(number)}
        return list(found.values())
