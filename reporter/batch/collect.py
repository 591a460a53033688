"""From a download and a roster to the submissions of a class, in the order in which they are always told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from reporter.batch.archives import Refused
from reporter.batch.attempts import BY_DATE, order
from reporter.batch.download import Download, open_download
from reporter.batch.handed import handed_in_again, own_names
from reporter.batch.layouts import by_pattern, recognise
from reporter.batch.ledger import no_room
from reporter.batch.matching import Match, matches
from reporter.batch.names import natural, slug
from reporter.batch.roster import Entry, Roster
from reporter.batch.submission import Piece, Remark, Submission
from reporter.batch.unpack import Quota, Unpacker
from reporter.errors import UsageTrouble, disk_full


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


def plan(
    download: Download, roster: Roster | None, pattern: re.Pattern[str] | None, scratch: Path | None = None
) -> list[Submission]:
    """Every submission and every student of the roster, in order; their files are not yet there.

    Into archives of several attempts of a student it is looked in `scratch`; without it their names decide.
    """
    listing = download.listing
    claims = by_pattern(listing, pattern) if pattern is not None else recognise(listing)
    people: dict[tuple[object, ...], list[Match]] = {}
    found = matches({entry: claims[entry] for entry in listing.names if entry in claims}, roster)
    for match in found:
        people.setdefault(match.person, []).append(match)
    submissions = [each for person in people.values() for each in _attempts(person, download, scratch)]
    if roster is not None:
        there = {id(match.found) for match in found}
        submissions += [_missing(entry, found) for entry in roster.entries if id(entry) not in there]
    return _keyed(submissions)


def _missing(entry: Entry, found: Sequence[Match]) -> Submission:
    """A row of the roster for which nothing was found, with what could be theirs."""
    perhaps = sorted({each.entry for each in found if any(entry is other for other in each.perhaps)}, key=natural)
    unnamed = {each.entry for each in found if any(remark.code == "unnamed" for remark in each.remarks)}
    remarks: tuple[Remark, ...] = ()
    if perhaps:
        remarks = (Remark.of("perhaps-theirs", entries=", ".join(perhaps)),)
    elif unnamed:
        remarks = (Remark.of("perhaps-unnamed", count=len(unnamed)),)
    return Submission("", entry.student, logins=entry.logins, listed=True, remarks=remarks)


def _attempts(person: Sequence[Match], download: Download, scratch: Path | None) -> Iterable[Submission]:
    """The attempt that counts, with the entries that belong to none; and each earlier one."""
    attempts: dict[str, list[Match]] = {}
    for match in person:
        attempts.setdefault(match.claim.attempt, []).append(match)
    names = [name for name in attempts if name]
    # Without a date of the LMS an attempt is called as its entry is.
    undated = len(names) > 1 and all(name == attempts[name][0].entry for name in names)
    times = {name: download.newest(name, scratch) for name in names} if undated and scratch is not None else {}
    found = order(names, dated=not undated, times=times)
    last = found.names[-1] if names else ""
    counts = _submission([*(attempts[last] if last else ()), *attempts.get("", ())])
    earlier = [
        _submission(attempts[name], replaced=Remark.of(found.by, by=_main(attempts[last]))) for name in found.names[:-1]
    ]
    # One person, whichever of the names say what they are called.
    names_said = (each.student for each in (counts, *earlier) if each.student.name)
    student = next(names_said, counts.student)
    yield from (replace(each, student=student) for each in earlier)
    remarks: tuple[Remark, ...] = ()
    if len(names) > 1 and found.by != BY_DATE:
        code = found.by.replace("replaced", "several", 1)
        remarks = (Remark.of(code, this=last, others=", ".join(sorted(found.names[:-1], key=natural))),)
    yield replace(counts, student=student, remarks=(*counts.remarks, *remarks))


def _main(attempt: Sequence[Match]) -> str:
    """The entry by which an attempt is called: a file that was handed in, not what an LMS has noted down of it."""
    return next((each for each in attempt if each.claim.file not in (None, each.entry)), attempt[0]).entry


def _submission(found: Sequence[Match], replaced: Remark | None = None) -> Submission:
    first = next((each for each in found if each.claim.lms_id), found[0])
    claim = first.claim
    logins = (claim.login, *(first.found.logins if first.found is not None else ()))
    return Submission(
        key="",
        student=first.student,
        entries=tuple(sorted((each.entry for each in found), key=natural)),
        layout=first.layout,
        lms_id=claim.lms_id,
        called=claim.name,
        called_by_them=tuple(own_names({each.entry: each.claim.file for each in found}).items()),
        logins=tuple(dict.fromkeys(each for each in logins if each and each != claim.name)),
        matched=first.by,
        listed=first.listed,
        group=claim.person.partition("\n")[0] if claim.members else "",
        replaced=replaced,
        remarks=tuple(dict.fromkeys(remark for each in found for remark in each.remarks)),
    )


def order_of(submission: Submission) -> tuple[object, ...]:
    """The order of rows: by number, then name, then entry; an attempt that counts before those it replaces."""
    who = submission.student
    return (natural(who.id or "\uffff"), natural(who.name), submission.replaced is not None, submission.entries)


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
    if not submission.entries or submission.replaced is not None:
        return submission
    called = dict(submission.called_by_them)
    unpacker = Unpacker(scratch / submission.key, quota, called)
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
    if submission.layout == "canvas":
        handed_in_again(found)
    prefix = _common([called.get(each, each) for each in submission.entries])
    captures = tuple(sorted((replace(each, name=_own(each.name, prefix)) for each in found.captures), key=_by_name))
    others = tuple(sorted((replace(each, name=_own(each.name, prefix)) for each in found.others), key=_by_name))
    useless = tuple(sorted((_own(each, prefix) for each in found.useless), key=natural))
    remarks = (*submission.remarks, *found.remarks)
    return replace(submission, captures=captures, others=others, useless=useless, refused=refused, remarks=remarks)


def _by_name(piece: Piece) -> tuple[tuple[int, int, str], ...]:
    return natural(piece.name)


def _common(entries: Sequence[str]) -> str:
    return f"{entries[0]}/" if len(entries) == 1 and entries[0] else ""


def _own(name: str, prefix: str) -> str:
    """A file's name as the student sees it: without the entry it came in."""
    return name.removeprefix(prefix) if prefix and name.startswith(prefix) else name


def collect(
    path: Path, scratch: Path, leave_out: Path, roster: Roster | None, pattern: str | None
) -> tuple[Download, list[Submission]]:
    """Open a download and plan it. Raises UsageTrouble."""
    compiled = compile_pattern(pattern)
    download = open_download(path, scratch, leave_out)
    planned = plan(download, roster, compiled, scratch)
    if not planned:
        download.close()
        raise UsageTrouble("there is nothing in it", where=str(path), to_do="name the folder or zip of the class")
    return download, planned
