"""How class downloads are laid out. A layout is one file here with one registered function."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reporter.batch.submission import Claim


@dataclass(frozen=True, slots=True)
class Listing:
    """The top of a download: names of `folders` and `files`, and a function that reads a small text file there."""

    folders: tuple[str, ...]
    files: tuple[str, ...]
    text: Callable[[str], str] = lambda _: ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all entries, folders first."""
        return (*self.folders, *self.files)


#: Says of each entry that it recognises whose it is.
Reader = Callable[[Listing], Mapping[str, Claim]]


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout: the lower its `order`, the earlier it is asked."""

    name: str
    order: int
    claims: Reader


_LAYOUTS: dict[str, Layout] = {}


def layout(name: str, *, order: int) -> Callable[[Reader], Reader]:
    """Register a function as a layout."""

    def enter(function: Reader) -> Reader:
        _LAYOUTS[name] = Layout(name, order, function)
        return function

    return enter


def layouts() -> Sequence[Layout]:
    """All layouts, in the order in which they are asked."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return sorted(_LAYOUTS.values(), key=lambda each: each.order)


def by_name(listing: Listing, read: Callable[[str], Claim | None]) -> dict[str, Claim]:
    """The claims of a layout that needs nothing but each name by itself."""
    found = ((name, read(name)) for name in listing.names)
    return {name: claim for name, claim in found if claim is not None}


_ARCHIVE = re.compile(r"\.(zip|7z|rar|tar|tgz|tar\.gz|tar\.bz2|tar\.xz)$", re.IGNORECASE)
_ENDING = re.compile(r"\.(7z|[A-Za-z][A-Za-z0-9]{0,6})$")
#: What stands before the ending of what has been packed, as in `.pcapng.gz`.
_INNER = re.compile(r"\.(pcapng|pcap|cap|tar|txt|docx?|pdf|part\d+)$", re.IGNORECASE)


def is_archive(name: str) -> bool:
    """Whether a name is that of an archive."""
    return bool(_ARCHIVE.search(name))


def stem(name: str) -> str:
    """A file's name without its ending (`.pcapng.gz` is one)."""
    return _INNER.sub("", _ENDING.sub("", name))


def recognise(listing: Listing) -> dict[str, tuple[str, Claim]]:
    """For each entry the name of a layout and its claim.

    Of the layouts that recognise at least half of the entries the one that recognises most is asked first (the
    earlier of two); what it does not know goes to the others in order, the last of which knows everything.
    """
    read = [(each.name, each.claims(listing)) for each in layouts()]
    known = [pair for pair in read[:-1] if 2 * len(pair[1]) >= len(listing.names)]
    best = max(known, key=lambda pair: len(pair[1]), default=read[-1])
    ordered = [best, *(pair for pair in read if pair is not best)] if known else read
    found: dict[str, tuple[str, Claim]] = {}
    for name in listing.names:
        for title, claims in ordered:
            if name in claims:
                found[name] = (title, claims[name])
                break
    return found


def by_pattern(listing: Listing, pattern: re.Pattern[str]) -> dict[str, tuple[str, Claim]]:
    """The claims by a teacher's regular expression with groups `id` and `name`; what it does not match as usual."""
    found = {}
    usual = recognise(listing)
    for name in listing.names:
        # Before the ending, which is no part of the person's name; a pattern that wants the ending finds it too.
        match = (None if name in listing.folders else pattern.search(stem(name))) or pattern.search(name)
        if match is None:
            continue
        groups = {key: value or "" for key, value in match.groupdict().items()}
        number, person = groups.get("id", "").strip(), groups.get("name", "").replace("_", " ").strip()
        attempt = name if name in listing.folders or is_archive(name) else ""
        claim = Claim(
            person=number or person or name, id=number, name=person, attempt=attempt, file=usual[name][1].file
        )
        found[name] = ("pattern", claim)
    rest = Listing(
        tuple(name for name in listing.folders if name not in found),
        tuple(name for name in listing.files if name not in found),
        listing.text,
    )
    return found | recognise(rest) if rest.names else found
