"""From a download and a roster to the submissions of a class, in the order in which they are always told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reporter.batch.archives import Refused
from reporter.batch.download import Download, open_download
from reporter.batch.layouts import by_pattern, recognise, stem
from reporter.batch.ledger import no_room
from reporter.batch.names import comparable, natural, plain, slug
from reporter.batch.roster import Roster
from reporter.batch.submission import Claim, Piece, Remark, Student, Submission
from reporter.batch.unpack import Quota, Unpacker
from reporter.errors import UsageTrouble, disk_full


@dataclass(slots=True)
class _Person:
    """All entries of one student, by attempt."""

    student: Student
    claim: Claim
    layout: str
    matched: str
    listed: bool | None
    attempts: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """Who hands in what, before any file is unpacked: enough for the match table."""

    submissions: tuple[Submission, ...]
    members: dict[str, tuple[Student, ...]]


def compile_pattern(text: str | None) -> re.Pattern[str] | None:
    """A teacher's `--name-pattern`. Raises UsageTrouble when it is none or names nobody."""
    if text is None:
        return None
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise UsageTrouble(
            f"the pattern is no regular expression: {error}", where=f"--name-pattern {text}", to_do="correct it"
        ) from None
    if not {"id", "name"} & pattern.groupindex.keys():
        raise UsageTrouble(
            "the pattern names nobody",
            where=f"--name-pattern {text}",
            to_do="use the groups (?P<id>…) and (?P<name>…)",
        )
    return pattern


def plan(download: Download, roster: Roster | None, pattern: re.Pattern[str] | None) -> list[Submission]:
    """Every submission and every student of the roster, in order; their files are not yet there."""
    listing = download.listing
    claims = by_pattern(listing, pattern) if pattern is not None else recognise(listing)
    people: dict[tuple[str, str], _Person] = {}
    for entry in listing.names:
        if entry not in claims:
            continue
        layout, claim = claims[entry]
        for member in claim.members or (Student(claim.id, claim.name),):
            own = replace(claim, id=member.id, name=member.name)
            student, matched = roster.find(own) if roster is not None else (None, "")
            person = student or Student(plain(own.id), plain(own.name))
            listed = None if roster is None else student is not None
            identity = ("roster", f"{person.id}\n{person.name}") if student else (layout, claim.person + member.id)
            known = people.setdefault(identity, _Person(person, own, layout, matched, listed))
            known.attempts.setdefault(claim.attempt, []).append(entry)
    found = [each for person in people.values() for each in _attempts(person)]
    if roster is not None:
        there = {each.student for each in found if each.listed}
        missing = (entry.student for entry in roster.entries if entry.student not in there)
        found += [Submission("", student, listed=True) for student in missing]
    return _keyed(found)


def _attempts(person: _Person) -> Iterable[Submission]:
    """The attempt that counts, with the entries that belong to none; and each earlier one."""
    ordered = sorted((name for name in person.attempts if name), key=lambda name: natural(stem(name)))
    last = ordered[-1] if ordered else ""
    for name in ordered[:-1]:
        yield _submission(person, person.attempts[name], replaced_by=person.attempts[last][0])
    yield _submission(person, [*(person.attempts[last] if last else ()), *person.attempts.get("", ())])


def _submission(person: _Person, entries: Sequence[str], replaced_by: str = "") -> Submission:
    claim = person.claim
    return Submission(
        key="",
        student=person.student,
        entries=tuple(sorted(entries, key=natural)),
        layout=person.layout,
        lms_id=claim.lms_id,
        login=claim.login if claim.login != claim.name else "",
        matched=person.matched,
        listed=person.listed,
        group=claim.person if claim.members else "",
        replaced_by=replaced_by,
        remarks=_doubts(person),
    )


def _doubts(person: _Person) -> tuple[Remark, ...]:
    if person.listed is False:
        return (Remark.of("not-on-roster"),)
    said, known = comparable(person.claim.name), comparable(person.student.name)
    chinese = re.compile("^[\u4e00-\u9fff]+$")
    if person.matched == "id" and chinese.match(said) and chinese.match(known) and said != known:
        return (Remark.of("other-name", said=plain(person.claim.name)),)
    return ()


def order_of(submission: Submission) -> tuple[object, ...]:
    """The order of rows: by number, then name, then entry; an attempt that counts before those it replaces."""
    who = submission.student
    return (natural(who.id or "\uffff"), natural(who.name), bool(submission.replaced_by), submission.entries)


def _keyed(found: Sequence[Submission]) -> list[Submission]:
    taken: set[str] = set()
    keyed = []
    for each in sorted(found, key=order_of):
        who = each.student
        wanted = slug("-".join(part for part in (who.id, who.name) if part) or "".join(each.entries[:1]))
        key, number = wanted, 1
        while key.casefold() in taken:
            number += 1
            key = f"{wanted}_{number}"
        taken.add(key.casefold())
        keyed.append(replace(each, key=key))
    return keyed


def with_files(submission: Submission, download: Download, scratch: Path, quota: Quota) -> Submission:
    """The submission with its files, or with the reason why they cannot be used."""
    if not submission.entries or submission.replaced_by:
        return submission
    unpacker = Unpacker(scratch / submission.key, quota)
    refused = None
    try:
        download.fill(unpacker, submission.entries)
    except (Refused, OSError) as error:
        if disk_full(error):
            raise no_room(str(scratch)) from error
        if not isinstance(error, Refused):
            raise
        refused = Remark.of(error.code, **error.facts)
    found = unpacker.found
    prefix = _common(submission.entries)
    captures = tuple(sorted((replace(each, name=_own(each.name, prefix)) for each in found.captures), key=_by_name))
    others = tuple(sorted((replace(each, name=_own(each.name, prefix)) for each in found.others), key=_by_name))
    remarks = (*submission.remarks, *found.remarks)
    return replace(submission, captures=captures, others=others, refused=refused, remarks=remarks)


def _by_name(piece: Piece) -> tuple[tuple[int, int, str], ...]:
    return natural(piece.name)


def _common(entries: Sequence[str]) -> str:
    return f"{entries[0]}/" if len(entries) == 1 else ""


def _own(name: str, prefix: str) -> str:
    """A file's name as the student sees it: without the entry it came in."""
    return name.removeprefix(prefix) if prefix and name.startswith(prefix) else name


def collect(
    path: Path, scratch: Path, leave_out: Path, roster: Roster | None, pattern: str | None
) -> tuple[Download, list[Submission]]:
    """Open a download and plan it. Raises UsageTrouble."""
    compiled = compile_pattern(pattern)
    download = open_download(path, scratch, leave_out)
    planned = plan(download, roster, compiled)
    if not planned:
        download.close()
        raise UsageTrouble("there is nothing in it", where=str(path), to_do="name the folder or zip of the class")
    return download, planned
