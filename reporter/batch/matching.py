"""Whose each entry of a download is: decided here, once, for all entries against the whole roster.

What could be somebody else's is nobody's, with the reason: a wrong guess would be a wrong grade.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reporter.batch.names import comparable, plain
from reporter.batch.numbers import differ, is_date, is_phone, numbers_beside, numbers_in, rivals_in
from reporter.batch.persons import is_surnamed
from reporter.batch.roster import Entry, Roster
from reporter.batch.submission import Claim, Remark, Student


@dataclass(frozen=True, slots=True)
class Match:
    """One entry and one who handed it in (a group's entry has a match for each of its members).

    `found` is their row of the roster, `by` what it was found by (`id`, `login`, `name`); None and empty when nobody
    is surely meant. Then `remarks` say why, and `perhaps` are the rows of those whose it could be.
    """

    entry: str
    layout: str
    claim: Claim
    found: Entry | None = None
    by: str = ""
    listed: bool | None = None
    remarks: tuple[Remark, ...] = ()
    perhaps: tuple[Entry, ...] = ()

    @property
    def student(self) -> Student:
        """Who it is, by the roster where they are on it, else as the entry says."""
        if self.found is not None:
            return self.found.student
        claim = self.claim
        return Student(plain(claim.id), plain(claim.name or ("" if claim.id else claim.login)))

    @property
    def person(self) -> tuple[object, ...]:
        """The same for all entries of one student."""
        return ("roster", id(self.found)) if self.found else (self.layout, self.claim.person, self.claim.id)


def matches(claims: Mapping[str, tuple[str, Claim]], roster: Roster | None) -> list[Match]:
    """Who handed in each entry, in the order of the claims."""
    numbering = _numbering(claims, roster)
    alone = [
        _unlisted(entry, layout, claim) if roster is None else _alone(entry, layout, claim, roster)
        for entry, (layout, whole) in claims.items()
        for claim in _members(replace(whole, id=whole.id or whole.lms_id) if layout in numbering else whole)
    ]
    return _together(each for each in alone if not each.claim.aside or _is_somebodys(each))


def _is_somebodys(match: Match) -> bool:
    """Whether a student is meant by what may be a list of the teacher's: one of the roster, else by a common name."""
    if match.listed is None:
        return is_surnamed(match.claim.name)
    return match.found is not None or bool(match.perhaps)


def _unlisted(entry: str, layout: str, claim: Claim) -> Match:
    """Whom an entry means where there is no roster."""
    several = () if claim.id else rivals_in(claim.text)
    remarks = (Remark.of("several-numbers", numbers=", ".join(several)),) if len(several) > 1 else ()
    return Match(entry, layout, claim, remarks=remarks)


def _numbering(claims: Mapping[str, tuple[str, Claim]], roster: Roster | None) -> set[str]:
    """Layouts whose ids of an LMS are student numbers after all: the roster has one, with the same name."""
    if roster is None:
        return set()
    return {
        layout
        for layout, claim in claims.values()
        if any(entry in roster.named(claim.name) for entry in roster.numbered(Claim("", id=claim.lms_id)))
    }


def _members(claim: Claim) -> Iterable[Claim]:
    """The claim of each member of a group."""
    if not claim.members:
        return [claim]
    logins = (*claim.logins, *("" for _ in claim.members))
    return [
        replace(
            claim,
            id=member.id,
            name=member.name,
            login=login,
            person=f"{claim.person}\n{place}",
            text=claim.text and f"{member.id} {member.name}",
        )
        for place, (member, login) in enumerate(zip(claim.members, logins, strict=False))
    ]


def _alone(entry: str, layout: str, claim: Claim, roster: Roster) -> Match:
    """Whom an entry means by itself."""

    def nobody(code: str, perhaps: Iterable[Entry] = (), **facts: str) -> Match:
        remark = Remark.of(code, **facts)
        return Match(entry, layout, claim, listed=False, remarks=(remark,), perhaps=tuple(perhaps))

    def one(found: Entry, by: str, remarks: tuple[Remark, ...] = ()) -> Match:
        return Match(entry, layout, claim, found, by, listed=True, remarks=remarks)

    namesakes, said = _namesakes(claim, roster), plain(claim.name)
    numbered = roster.numbered(claim)
    if len(numbered) > 1:
        fitting = [each for each in numbered if _bears(claim, each, namesakes)]
        if len(fitting) != 1:
            numbers = ", ".join(each.student.id for each in numbered)
            return nobody("several-numbers", numbered, numbers=numbers)
        numbered = fitting
    if numbered:
        found = numbered[0]
        strange = [each for each in numbers_in(claim.text) if _rivals(each, found.student.id)]
        if strange and not _bears(claim, found, namesakes):
            return nobody("several-numbers", (found,), numbers=", ".join((found.student.id, *strange)))
        if namesakes and not _bears(claim, found, namesakes):
            known = found.student
            return nobody("number-of-another", (found, *namesakes), id=known.id, known=known.name, said=said)
        return one(found, "id", _doubt(claim, found))
    called = roster.called(claim)
    if len(called) == 1:
        return one(called[0], "login")
    # Numbers beside a name, other than those that an LMS has put there.
    beside = [claim.id] if claim.id else [] if claim.lms_id else numbers_beside(claim.text)
    meant = [each for each in namesakes if not any(_another(number, each, roster) for number in beside)]
    if len({each.student.name for each in namesakes}) > 1:
        names = ", ".join(dict.fromkeys(each.student.name for each in namesakes))
        return nobody("several-names", namesakes, names=names)
    if len(namesakes) > 1 and meant:
        return nobody("same-name", meant, name=namesakes[0].student.name)
    if meant:
        return one(meant[0], "name")
    if len(namesakes) == 1:
        known = namesakes[0].student
        return nobody("other-number", namesakes, name=known.name, known=known.id, said=plain(", ".join(beside)))
    if len(beside) > 1:
        return nobody("several-numbers", numbers=", ".join(beside))
    if not (claim.id or claim.name or claim.login):
        return nobody("unnamed")
    within = roster.perhaps_within(claim.text) if not namesakes and claim.name else []
    perhaps = [each for each in within if not any(_another(number, each, roster) for number in beside)]
    if perhaps:
        return nobody("perhaps-named", perhaps, names=", ".join(dict.fromkeys(each.student.name for each in perhaps)))
    return nobody("not-on-roster")


def _namesakes(claim: Claim, roster: Roster) -> list[Entry]:
    """Everybody of the roster whose name an entry may have.

    An LMS writes names alone: what has more around it is a group called after one of them. A username is no name.
    """
    within = roster.named_within(claim.text) if not claim.lms_id and (claim.name or not claim.login) else []
    return list({id(entry): entry for entry in (*roster.named(claim.name), *within)}.values())


def _rivals(number: str, known: str) -> bool:
    """Whether a number beside one of the roster could be of the same kind, and so of somebody who is not on it."""
    return len(number) == len(known) and differ(number, known) and not is_date(number)


def _another(number: str, entry: Entry, roster: Roster) -> bool:
    """Whether a number is not this one's; a date, or a telephone's, is none unless the roster has some as long."""
    doubtful = is_date(number) or is_phone(number)
    return differ(number, entry.student.id) and (not doubtful or roster.has_numbers_as_long_as(number))


def _bears(claim: Claim, entry: Entry, namesakes: Sequence[Entry] = ()) -> bool:
    """Whether the student's name stands in the claim, and not only as a part of a longer one of the roster."""
    name = comparable(entry.student.name)
    longer = any(name in comparable(each.student.name) for each in namesakes)
    return entry in namesakes or (bool(name) and not longer and name in comparable(f"{claim.text} {claim.name}"))


def _doubt(claim: Claim, entry: Entry) -> tuple[Remark, ...]:
    """A remark where a number is on the roster with another name; of Latin letters there are too many spellings."""
    said, known = comparable(claim.name), comparable(entry.student.name)
    chinese = all(text and all("\u4e00" <= each <= "\u9fff" for each in text) for text in (said, known))
    if not chinese or said == known or _bears(claim, entry):
        return ()
    return (Remark.of("other-name", said=plain(claim.name)),)


def _together(alone: Iterable[Match]) -> list[Match]:
    """Where several mean the same row of the roster by its name, none of them is known to be its student's."""
    found = list(alone)
    meant: dict[int, set[str]] = defaultdict(set)
    for each in found:
        if each.found is not None:
            # Who handed it in, as far as that is known without the name.
            meant[id(each.found)].add(each.claim.lms_id or each.claim.id if each.by == "name" else "by number or login")
    settled = []
    for each in found:
        if each.by == "name" and each.found is not None and len(meant[id(each.found)]) > 1:
            remark = Remark.of("name-taken", name=each.found.student.name)
            each = replace(each, found=None, by="", listed=False, remarks=(remark,), perhaps=(each.found,))
        settled.append(each)
    return settled
