"""学号-姓名 in any order and with anything around it, as classes agree on for mail and chat groups."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace

from reporter.batch.layouts import Listing, is_archive, layout, stem
from reporter.batch.numbers import is_date, is_phone, numbers_in, rivals_in
from reporter.batch.persons import pairs_in, person_in, words_common
from reporter.batch.submission import Claim, Student

#: Student numbers of one class begin alike, telephone numbers hardly.
_BEGINNING = 5


@layout("numbered", order=60)
def claims(listing: Listing) -> Mapping[str, Claim]:
    """Each folder or archive of a student is an attempt; loose files of one student belong together.

    Of several numbers that may be the student's none is taken, unless all others of the class are as long. A date
    with which several people's names begin is nobody's number, nor is what looks like that of a telephone.
    """
    folders = frozenset(listing.folders)
    texts = {name: unicodedata.normalize("NFKC", name if name in folders else stem(name)) for name in listing.names}
    numbers = {name: rivals_in(text) for name, text in texts.items() if numbers_in(text)}
    length = _length(list(numbers.values()))
    telephones = _are_telephones(numbers.values())
    sure = {}
    for name, each in numbers.items():
        fitting = each if len(each) == 1 else [number for number in each if len(number) == length]
        sure[name] = fitting[0] if len(fitting) == 1 and not (telephones and is_phone(fitting[0])) else ""
    common = words_common((sure[name] or name, texts[name]) for name in numbers)
    found = {}
    people: dict[str, set[str]] = defaultdict(set)
    for name in numbers:
        attempt = name if name in folders or is_archive(name) else ""
        found[name] = claim = _claim(name, texts[name], sure[name], attempt, common)
        people[claim.id].add(claim.name)
    return {
        name: _dated(claim) if _is_task(claim.id, people) else replace(claim, name=_agreed(claim, people))
        for name, claim in found.items()
    }


def _length(numbers: Sequence[Sequence[str]]) -> int:
    """How long the numbers of a class are, where its names tell: of those that have one, or of what all have."""
    alone = {len(each[0]) for each in numbers if len(each) == 1}
    if len(alone) == 1:
        return alone.pop()
    once = [{size for size, count in Counter(map(len, each)).items() if count == 1} for each in numbers]
    shared = set.intersection(*once) if len(once) > 1 and not alone else set()
    return shared.pop() if len(shared) == 1 else 0


def _are_telephones(numbers: Iterable[Sequence[str]]) -> bool:
    """Whether those that look like telephone numbers are some: alone, or without a beginning in common."""
    found = {each[0] for each in numbers if len(each) == 1 and is_phone(each[0])}
    return len(found) < 2 or len({each[:_BEGINNING] for each in found}) > 1


def _is_task(number: str, people: Mapping[str, set[str]]) -> bool:
    return is_date(number) and len(people[number] - {""}) > 1


def _agreed(claim: Claim, people: Mapping[str, set[str]]) -> str:
    """The name in an entry, else the one that all others with its number have."""
    others = people[claim.id] - {""} if claim.id else set()
    return claim.name or (min(others) if len(others) == 1 else "")


def _dated(claim: Claim) -> Claim:
    return replace(claim, person=claim.name or claim.person, id="")


def _claim(name: str, text: str, number: str, attempt: str, common: Set[str]) -> Claim:
    pairs = [] if number else pairs_in(text, common)
    if pairs:
        members = tuple(Student(*each) for each in pairs)
        return Claim(text, members[0].id, members[0].name, attempt=attempt, file=name, members=members, text=text)
    person = person_in(text, common)
    whose = number or (person if len(rivals_in(text)) == 1 else "") or text
    return Claim(person=whose, id=number, name=person, attempt=attempt, file=name, text=text)
