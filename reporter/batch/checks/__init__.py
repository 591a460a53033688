"""The kinds of checks that a rubric may have. A kind is one registered function in a file here."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reporter.batch.observe import FRAMES, Observed
from reporter.batch.submission import Student
from reporter.batch.watch import Watch
from reporter.extract.tally import Tally

#: Frames that a verdict names of one capture.
CITED = FRAMES


class Wrong(ValueError):
    """A value of a check that cannot be used; the text goes after the key's name."""


@dataclass(frozen=True, slots=True)
class Cite:
    """Frames of a capture on which a verdict rests; `more` tells that there are others between or after them."""

    capture: str
    frames: tuple[int, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What a kind says: passed or not, None when the capture cannot tell; numbers for the words, and where to look.

    What cannot be decided has a fact `undecided`, a code of which the words say why.
    """

    passed: bool | None
    facts: Mapping[str, Any]
    cites: tuple[Cite, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a check may rest on: what was observed of the captures of one student, and what `report.toml` has.

    `repeats` are the captures that hold packets of one another.
    """

    observed: tuple[Observed, ...]
    paths: Mapping[str, Path]
    student: Student
    decode_as: tuple[str, ...] = ()
    sections: tuple[str, ...] | None = None
    repeats: Mapping[str, Watch] = field(default_factory=dict)

    def cut(self, *names: str) -> bool:
        """Whether a capture holds more of one of these than is remembered (`Observed.cut`)."""
        return any(name in each.cut for each in self.observed for name in names)


#: What a check wants, what is known, and the tally of its filter in each capture (in the order of `observed`).
Judge = Callable[[Mapping[str, Any], Evidence, tuple[Tally, ...]], Said]
Read = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of check: `keys` are those it may have, each with what reads its value; `needs` must be there.

    Of `one_of`, if there are any, at least one must be there too.
    """

    name: str
    judge: Judge
    keys: Mapping[str, Read]
    needs: tuple[str, ...]
    one_of: tuple[str, ...] = ()
    filter_key: str = ""

    def filters(self, wants: Mapping[str, Any]) -> tuple[str, ...]:
        """The display filter that a check of this kind puts to tshark, if any."""
        return (wants[self.filter_key],) if self.filter_key else ()


KINDS: dict[str, Kind] = {}


def kind(
    name: str,
    *,
    keys: Mapping[str, Read],
    needs: tuple[str, ...] = (),
    one_of: tuple[str, ...] = (),
    filter_key: str = "",
) -> Callable[[Judge], Judge]:
    """Register a function as the judge of a kind."""

    def enter(function: Judge) -> Judge:
        KINDS[name] = Kind(name, function, keys, needs, one_of, filter_key)
        return function

    return enter


def kinds() -> Mapping[str, Kind]:
    """All kinds of checks by name; the modules of this folder are imported for it."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return KINDS


def text(value: Any) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise Wrong("must be text")
    return value.strip()


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts; one by itself will do."""
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not listed:
        raise Wrong("must be a list of texts")
    return tuple(text(each) for each in listed)


def number(value: Any) -> int:
    """A whole number from 0 on."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Wrong("must be a whole number from 0 on")
    return value


def some(value: Any) -> int:
    """A whole number from 1 on: what is asked of nobody passes whatever was handed in."""
    if number(value) == 0:
        raise Wrong("must be 1 or more: with 0 everything passes")
    return int(value)


def some_of(known: Iterable[str]) -> Read:
    """A list of names of which all are known."""
    allowed = tuple(known)

    def read(value: Any) -> tuple[str, ...]:
        found = texts(value)
        unknown = [each for each in found if each not in allowed]
        if unknown:
            raise Wrong(f"knows no {unknown[0]!r}; there are " + ", ".join(allowed))
        return found

    return read


#: Keys of which the first may not be above the second: nothing could pass.
ORDERED = (("at_least", "at_most"), ("after", "before"))
#: Keys of a check that counts something.
COUNTING: Mapping[str, Read] = {"at_least": number, "at_most": number}


def counted(wants: Mapping[str, Any], count: int, cites: Iterable[Cite], *, cut: bool = False, **facts: Any) -> Said:
    """The verdict of a check that counts: by default at least one is wanted, with only `at_most` none is needed.

    `cut` tells that there may be more than was counted.
    """
    most = wants.get("at_most")
    least = wants.get("at_least", 0 if most is not None else 1)
    passed = count >= least and (most is None or count <= most)
    wanted = {"count": count, "at_least": least, "at_most": most}
    if cut and (count < least or (passed and most is not None)):
        return undecided("observed-cut", **wanted, **facts)
    return Said(passed, {**wanted, **facts}, tuple(cites))


def undecided(why: str, **facts: Any) -> Said:
    """The verdict of a check that the captures do not decide, with the code that says why."""
    return Said(None, {"undecided": why, **facts})


def cite(capture: str, frames: Iterable[int | None], count: int | None = None) -> Cite:
    """The first frames of several; `count` is how many there are in all, where they are not all given."""
    named = sorted({frame for frame in frames if frame})
    total = len(named) if count is None else count
    return Cite(capture, tuple(named[:CITED]), total > len(named[:CITED]))
