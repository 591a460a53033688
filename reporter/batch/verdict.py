"""A rubric applied to what one student has handed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reporter.batch.checks import KINDS, Cite, Evidence, kinds
from reporter.batch.placeholders import SAMPLE, filled, needed
from reporter.batch.repeats import Once
from reporter.batch.rubric import Check, Rubric
from reporter.batch.submission import Student
from reporter.errors import UsageTrouble
from reporter.extract.filter import matching_each, refusals
from reporter.extract.tally import Tally, tally, tally_of

__all__ = ["Evidence", "Verdict", "filter_troubles", "judge"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one check: `passed` is None when it cannot be decided, which gives no points.

    `facts` and `texts` (the teacher's own words by language) make the sentence, `cites` say where to look.
    """

    check: str
    kind: str
    passed: bool | None
    points: float
    of: float
    facts: Mapping[str, Any]
    texts: Mapping[str, str]
    cites: tuple[Cite, ...] = ()


def judge(rubric: Rubric | None, evidence: Evidence) -> tuple[Verdict, ...]:
    """The verdicts in the rubric's order; none without one. Raises CaptureTrouble when tshark fails."""
    if rubric is None:
        return ()
    kinds()
    tallies = _tallies(rubric, evidence)
    return tuple(_verdict(check, evidence, tallies.get(check.id, ())) for check in rubric.checks)


def _tallies(rubric: Rubric, evidence: Evidence) -> dict[str, tuple[Tally, ...]]:
    """The tally of every filter in every capture: one pass over each capture for all of them."""
    wanted = [(check.id, each) for check in rubric.checks for each in check.filters if _known(each, evidence.student)]
    if not wanted:
        return {}
    ready = [filled(each, evidence.student) for _, each in wanted]
    passes = list(_passes(ready, evidence))
    return {name: tuple(found[index] for found in passes) for index, (name, _) in enumerate(wanted)}


def _passes(filters: Sequence[str], evidence: Evidence) -> Iterator[list[Tally]]:
    """The tallies of each capture; of packets that several hold only those that are new in it."""
    once = [Once() for _ in filters]
    for each in evidence.observed:
        path, watch = evidence.paths[each.name], evidence.repeats.get(each.name)
        if watch is None:
            yield tally(path, filters, evidence.decode_as)
            continue
        tallies = []
        for seen, frames in zip(once, map(sorted, matching_each(path, filters, evidence.decode_as)), strict=True):
            fresh = seen.fresh([watch.of(frame) for frame in frames])
            tallies.append(tally_of([frames[place] for place in fresh]))
        yield tallies


def _known(written: str, student: Student) -> bool:
    return all(getattr(student, each) for each in needed(written))


def _verdict(check: Check, evidence: Evidence, tallies: tuple[Tally, ...]) -> Verdict:
    unknown = [each for each in check.filters if not _known(each, evidence.student)]
    if unknown:
        facts = {"unknown": ", ".join(sorted(needed(unknown[0]))), "filter": unknown[0]}
        return Verdict(check.id, check.kind, None, 0, check.points, facts, {})
    said = KINDS[check.kind].judge(check.wants, evidence, tallies)
    texts = check.texts.get("pass" if said.passed else "fail", {}) if said.passed is not None else {}
    points = check.points if said.passed else 0
    return Verdict(check.id, check.kind, said.passed, points, check.points, dict(said.facts), dict(texts), said.cites)


def filter_troubles(rubric: Rubric) -> list[UsageTrouble]:
    """A trouble for each filter that tshark refuses: tshark's message, and where it says the fault is."""
    filters = [(check, each) for check in rubric.checks for each in check.filters]
    refused = refusals([filled(each, SAMPLE) for _, each in filters]) if filters else {}
    return [
        UsageTrouble(
            f"tshark refuses the display filter of the check {filters[index][0].id}: "
            f"{said[0] if said else 'without saying why'}",
            where="\n".join([f"{rubric.file}, check in line {filters[index][0].line}, filter", *said[1:]]),
            to_do="try it in Wireshark's filter bar, which turns green when it is right",
        )
        for index, said in sorted(refused.items())
    ]


def filter_doubts(rubric: Rubric) -> list[str]:
    """Filters that are right and yet cannot find what they look for: a sentence for each."""
    return [
        f"check {check.id}: tshark 4.0 puts � in place of characters outside ASCII in http.file_data, so this never "
        f"matches them; write data-text-lines contains … instead"
        for check in rubric.checks
        for each in check.filters
        if "http.file_data" in each and ("{student.name}" in each or not each.isascii())
    ]
