"""The class put together from its submissions and the ledger: what every view shows, in one fixed order."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reporter.batch.ledger import Row
from reporter.batch.rubric import Rubric
from reporter.batch.shared import Evidence, Shared
from reporter.batch.submission import Student, Submission
from reporter.explain.engine import FALLBACK


@dataclass(frozen=True, slots=True)
class Partner:
    """Somebody with whom connections are shared, and the evidence from this one's side."""

    key: str
    student: Student
    evidence: tuple[Evidence, ...]
    turned: bool


@dataclass(frozen=True, slots=True)
class Member:
    """One row: a submission, what came of it, and with whom it shares connections."""

    submission: Submission
    row: Row
    partners: tuple[Partner, ...]

    @property
    def student(self) -> Student:
        """Who it is; without number and name, the name of what was handed in."""
        who = self.submission.student
        return who if who.id or who.name else Student("", self.submission.key)

    @property
    def files(self) -> tuple[str, ...]:
        """What was handed in, by the names it had."""
        found = tuple(each.name for each in (*self.submission.captures, *self.submission.others))
        return found or self.submission.useless or self.submission.entries


@dataclass(frozen=True, slots=True)
class Klass:
    """The class: rows in order, pairs that share connections, the rubric if there is one."""

    members: tuple[Member, ...]
    shared: tuple[Shared, ...]
    rubric: Rubric | None

    @property
    def checks(self) -> tuple[str, ...]:
        """The ids of the rubric's checks."""
        return tuple(each.id for each in self.rubric.checks) if self.rubric is not None else ()

    @property
    def people(self) -> int:
        """How many students there are: those of the roster, without one all who have handed in (each of them once)."""
        return sum(
            1 for each in self.members if each.submission.replaced is None and each.submission.listed is not False
        )

    @property
    def strangers(self) -> int:
        """How many submissions were not matched with the roster: of strangers, of nobody, perhaps of its own."""
        return sum(1 for each in self.members if each.submission.replaced is None and each.submission.listed is False)

    def statuses(self) -> list[tuple[str, int]]:
        """How often each status came up, commonest first."""
        return _ranked(Counter(each.row.status for each in self.members))

    def findings(self) -> list[tuple[str, int]]:
        """In how many submissions each situation was found, by its code, commonest first.

        Of a packet, a stream or the capture: `stream-C01` is the situation C01 too. That no rule speaks is none.
        """
        codes = ({rule.rpartition("-")[2] for _, rule, _, _ in each.row.findings} - {FALLBACK} for each in self.members)
        return _ranked(Counter(itertools.chain.from_iterable(codes)))

    def mistakes(self) -> list[tuple[str, int, int]]:
        """For each check, how many failed it and for how many it could not be decided; the worst first."""
        failed: Counter[str] = Counter()
        undecided: Counter[str] = Counter()
        for each in self.members:
            for verdict in each.row.verdicts:
                failed[verdict["id"]] += verdict["passed"] is False
                undecided[verdict["id"]] += verdict["passed"] is None
        found = [(check, failed[check], undecided[check]) for check in self.checks if failed[check] or undecided[check]]
        return sorted(found, key=lambda each: (-each[1], -each[2], self.checks.index(each[0])))


def assemble(
    submissions: Sequence[Submission], rows: Mapping[str, Row], pairs: Sequence[Shared], rubric: Rubric | None
) -> Klass:
    """The class of these submissions; `rows` has a result for each."""
    by_key = {each.key: each for each in submissions}
    partners: dict[str, list[Partner]] = {}
    pairs = [pair for pair in pairs if pair.one in by_key and pair.other in by_key]
    for pair in pairs:
        partners.setdefault(pair.one, []).append(
            Partner(pair.other, by_key[pair.other].student, pair.evidence, turned=False)
        )
        partners.setdefault(pair.other, []).append(
            Partner(pair.one, by_key[pair.one].student, pair.evidence, turned=True)
        )
    members = tuple(
        Member(each, rows[each.key], tuple(sorted(partners.get(each.key, ()), key=lambda partner: partner.key)))
        for each in submissions
    )
    return Klass(members, tuple(pairs), rubric)


def _ranked(counter: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))


def points_text(value: float | None) -> str:
    """Points as people write them: 10, 7.5, 9999.125, and nothing when there are none."""
    if value is None:
        return ""
    # Sums of halves and tenths are not exact; what lies beyond this is of no rubric.
    return f"{value:.6f}".rstrip("0").rstrip(".")


def verdict_sign(verdict: Mapping[str, Any]) -> str:
    """The outcome of a check in a word for programs: `pass`, `fail` or `undecided`."""
    return "undecided" if verdict["passed"] is None else "pass" if verdict["passed"] else "fail"
