"""What students called the files that they handed in, where an LMS has renamed them for the download.

A file that was handed in keeps its own name in reports, reasons and verdicts, and a report.toml finds by it what it
names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reporter.batch.layouts import stem
from reporter.batch.names import natural
from reporter.batch.submission import Piece
from reporter.batch.unpack import Unpacked
from reporter.report.own.folder import CONFIG

#: Canvas numbers before the ending what a student hands in again under a name that it had: `report-1.toml`.
_AGAIN = re.compile(r"-\d+(?=\.[^.]+$)")
#: As much of a report.toml as is looked at for the names of files.
_TOML = 1 << 20


def own_names(claimed: Mapping[str, str | None]) -> dict[str, str]:
    """What each renamed entry was called by its student, of entries with what a layout says (None: nothing).

    No name is given twice: the second is told apart by a number, `lab (2).pcapng`. An empty name is a folder of the
    LMS's around the student's files; only one of these may be empty.
    """
    found: dict[str, str] = {}
    taken = {entry.casefold() for entry, own in claimed.items() if own is None or own == entry}
    for entry in sorted(claimed, key=natural):
        own = claimed[entry]
        if own is None or own == entry:
            continue
        wanted, number = own, 1
        while own.casefold() in taken and (wanted or number > 1):
            number += 1
            own = _numbered(wanted, number)
        if own.casefold() in taken:
            continue
        taken.add(own.casefold())
        found[entry] = own
    return found


def handed_in_again(found: Unpacked) -> None:
    """Take off the numbers that Canvas gives to what is handed in again, where a report.toml has one.

    Nothing else tells `lab-1.pcapng`, handed in again, from one that its student has called so. What the report.toml
    names with its number keeps it, and so does what would be called like another.
    """
    names = [each.name for each in found.others]
    config = next((each for each in found.others if _AGAIN.sub("", each.name).lower() == CONFIG), None)
    if config is None or any(name.lower() == CONFIG for name in names):
        return
    with config.path.open("rb") as file:
        said = file.read(_TOML).decode("utf-8", "replace")
    wanted = {each.name: each.name if each.name in said else _AGAIN.sub("", each.name) for each in _pieces(found)}
    many = [name.casefold() for name in wanted.values()]
    found.captures[:] = _renamed(found.captures, wanted, many)
    found.others[:] = _renamed(found.others, wanted, many)


def _pieces(found: Unpacked) -> Iterable[Piece]:
    return (*found.captures, *found.others)


def _renamed(pieces: Iterable[Piece], wanted: Mapping[str, str], many: Sequence[str]) -> list[Piece]:
    return [
        replace(each, name=wanted[each.name]) if many.count(wanted[each.name].casefold()) == 1 else each
        for each in pieces
    ]


def _numbered(name: str, number: int) -> str:
    first = stem(name)
    return f"{first} ({number}){name[len(first) :]}"
