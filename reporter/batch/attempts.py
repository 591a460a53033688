"""Which of several things that one student has handed in counts, and by what that is known.

The dates that an LMS puts into names decide. Without them the files do, where one attempt has surely newer ones; else
nothing is known, and the order of the names stands in for it, which is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reporter.batch.layouts import stem
from reporter.batch.names import natural

#: Seconds by which files must be newer: a zip keeps every second one of its times.
_SURELY = 2.0
#: What people write into names, as far as it speaks of first and last.
_EARLY = re.compile(r"第一[版次稿]|初[版稿]|草稿|旧|(?<![a-z])(?:old|draft|first)(?![a-z])", re.I)
_LATE = re.compile(
    r"最[终新后]|终[版稿]|定稿|新版|修[改订]|重[新交]|(?<![a-z])(?:final|new|newest|last)(?![a-z])", re.IGNORECASE
)
#: Codes of the remark on an attempt that is replaced, by what is known of the order.
BY_DATE, BY_FILES, BY_NAME = "replaced", "replaced-by-files", "replaced-by-name"


@dataclass(frozen=True, slots=True)
class Order:
    """Attempts, the one that counts last, and by what (`BY_DATE` …) that is known."""

    names: tuple[str, ...]
    by: str = BY_DATE


def order(names: Sequence[str], *, dated: bool, times: Mapping[str, float | None]) -> Order:
    """The order of attempts: `dated` are called by a date of the LMS; `times` are of the newest file of the others."""
    if dated or len(names) < 2:
        return Order(tuple(sorted(names, key=lambda name: natural(stem(name)))))
    known = {name: time for name in names if (time := times.get(name)) is not None}
    if len(known) == len(names):
        rising = sorted(names, key=lambda name: (known[name], natural(name)))
        if known[rising[-1]] - known[rising[-2]] >= _SURELY:
            return Order(tuple(rising), BY_FILES)
    return Order(tuple(sorted(names, key=lambda name: (_said(name), natural(stem(name)), natural(name)))), BY_NAME)


def _said(name: str) -> int:
    return bool(_LATE.search(name)) - bool(_EARLY.search(name))
