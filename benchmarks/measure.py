"""Runs commands and says what they cost; two commands that are compared are run in turn, again and again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

from reporter.extract.fieldpass import arguments_for
from reporter.extract.fields import FIELDS
from reporter.extract.tshark import COLUMNS, Isolation, find_tshark

ROOT = Path(__file__).resolve().parents[1]


class Cost(NamedTuple):
    """Seconds that passed, and seconds of processors (user and system, with all children)."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Command:
    """A program with its arguments; `isolated` runs it as `reporter` runs tshark, without the user's settings."""

    arguments: Sequence[str]
    isolated: bool = False

    def cost(self) -> Cost:
        """Run it to its end; its output is thrown away. Raises CalledProcessError when it fails."""
        isolation = Isolation() if self.isolated else None
        try:
            began = time.monotonic()
            process = subprocess.Popen(
                self.arguments,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=isolation.environment if isolation else None,
            )
            _, status, used = os.wait4(process.pid, 0)
            wall = time.monotonic() - began
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            if isolation is not None:
                isolation.close()
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, list(self.arguments))
        return Cost(wall, used.ru_utime + used.ru_stime)


class Spread(NamedTuple):
    """The least, the middle and the greatest of some ratios."""

    least: float
    middle: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Of these, at least one."""
        return cls(min(values), median(values), max(values))

    def __str__(self) -> str:
        return f"{self.least:.2f} / {self.middle:.2f} / {self.most:.2f}"


@dataclass(frozen=True)
class Row:
    """One line of the table: a measured ratio (or a number with `unit`) and the target it must keep.

    `wall` and `cpu` are the same ratio by the clock and by processor time; `upper` says that the target is the
    most allowed, else the least.
    """

    number: str
    what: str
    floor: str
    target: float
    wall: Spread | None = None
    cpu: Spread | None = None
    upper: bool = True
    unit: str = ""

    def kept(self, measured: Spread | None) -> bool | None:
        """Whether the middle keeps the target; None when it was not measured."""
        if measured is None:
            return None
        return measured.middle <= self.target if self.upper else measured.middle >= self.target


def in_turn(rounds: int, **commands: Command | Sequence[Command]) -> dict[str, list[Cost]]:
    """The costs of each, run one after the other in every round; a sequence of commands counts as one."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, given in commands.items():
            each = [part.cost() for part in ([given] if isinstance(given, Command) else given)]
            costs[name].append(Cost(sum(one.wall for one in each), sum(one.cpu for one in each)))
    return costs


def ratios(costs: Mapping[str, Sequence[Cost]], above: str, below: str) -> tuple[Spread, Spread]:
    """By the clock and by processor time: `above` divided by `below`, round by round."""
    pairs = list(zip(costs[above], costs[below], strict=True))
    return (
        Spread.of([one.wall / other.wall for one, other in pairs]),
        Spread.of([one.cpu / other.cpu for one, other in pairs]),
    )


def python(code: str, *arguments: object) -> Command:
    """A short program in the Python that runs this one."""
    return Command([sys.executable, "-c", code, *map(str, arguments)])


def reporter(*arguments: object) -> Command:
    """The command line as people use it."""
    return Command([sys.executable, "-m", "reporter", *map(str, arguments)])


def bare_tshark(path: Path, *, two_passes: bool = True) -> Command:
    """tshark alone with the fields that we ask for, its output thrown away."""
    arguments = arguments_for(path, FIELDS)
    if not two_passes:
        arguments.remove("-2")
    return Command([str(find_tshark()), "-n", "-o", COLUMNS, *arguments], isolated=True)
