"""The same packets in several captures of one submission: a copy, a part, the same connection seen at two ends.

What is counted of them is counted once (`reporter.batch.watch` says by what a packet is known). Of packets that are
alike within one capture as many count as the capture with most of them has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace

from reporter.batch.observe import Count, Observed
from reporter.batch.shared import shared
from reporter.batch.traces import RANDOM, Trace
from reporter.batch.watch import UNKNOWN, Watch


class Once:
    """Counts marks over several captures: of each as many as the capture with most of it has."""

    def __init__(self) -> None:
        self._most: Counter[Hashable] = Counter()

    def fresh(self, marks: Sequence[Hashable]) -> list[int]:
        """The places, of one capture's marks, of those that are not in the captures before; UNKNOWN always is."""
        here: Counter[Hashable] = Counter()
        places = []
        for place, mark in enumerate(marks):
            if mark == UNKNOWN:
                places.append(place)
                continue
            here[mark] += 1
            if here[mark] > self._most[mark]:
                places.append(place)
        self._most |= here
        return places


def counted_once(found: Sequence[Observed], watched: Sequence[Watch]) -> tuple[list[Observed], Mapping[str, Watch]]:
    """The captures with every situation and connection counted once, and the watches of those that repeat packets.

    Without repetition the captures are as they were, and there are no watches.
    """
    same = _same_connections(found)
    alike = {name for name, _ in same}
    owners: dict[int, str] = {}
    for observed, watch in zip(found, watched, strict=True):
        name = observed.name
        for each in set(watch.prints) - {UNKNOWN}:
            owner = owners.setdefault(each, name)
            if owner != name:
                alike |= {owner, name}
    if not alike:
        return list(found), {}
    rules: dict[str, Once] = {}
    told = []
    for observed, watch in zip(found, watched, strict=True):
        findings: dict[str, Count] = {}
        for rule, frames in watch.frames.items():
            fresh = rules.setdefault(rule, Once()).fresh([watch.of(frame) for frame in frames])
            _enter(findings, rule, ((frames[place],) for place in fresh))
        for rule, ends in watch.endings.items():
            marks = [_mark(observed, watch, stream, same) for stream, _ in ends]
            fresh = rules.setdefault(rule, Once()).fresh(marks)
            _enter(findings, rule, (ends[place][1] for place in fresh))
        connections = tuple(
            replace(each, same=same.get((observed.name, each.number), "")) for each in observed.connections
        )
        told.append(replace(observed, findings=dict(sorted(findings.items())), connections=connections))
    return told, {each.name: watch for each, watch in zip(found, watched, strict=True) if each.name in alike}


def _enter(findings: dict[str, Count], rule: str, places: Iterable[tuple[int, ...]]) -> None:
    for frames in places:
        findings.setdefault(rule, Count()).add(*frames)


def _mark(observed: Observed, watch: Watch, stream: int | None, same: Mapping[tuple[str, int], str]) -> Hashable:
    """What a situation of a stream or of a capture is known by in copies of it."""
    if stream is not None:
        return same.get((observed.name, stream), (observed.name, stream))
    return hash(tuple(sorted(watch.prints))) if watch.prints and UNKNOWN not in watch.prints else UNKNOWN


def _same_connections(found: Sequence[Observed]) -> dict[tuple[str, int], str]:
    """For each connection that is in several captures a name that is the same in all of them."""
    traces = [
        Trace(
            each.name,
            each.name,
            one.number,
            one.client,
            one.server,
            one.first_frame,
            one.last_frame,
            str(one.start),
            one.isns,
            frozenset(one.keys),
            one.opened,
            one.keys,
        )
        for each in found
        for one in each.connections
    ]
    same: dict[tuple[str, int], str] = {}
    if len(found) < 2:
        return same
    for pair in shared(traces, {}):
        for each in pair.evidence:
            if min(each.mine.isns or (RANDOM,)) < RANDOM and each.apart:
                continue  # a simulator gives every connection the same numbers
            mine, theirs = ((end.capture, end.stream) for end in (each.mine, each.theirs))
            name = same.get(mine) or same.get(theirs) or f"{mine[0]}:{mine[1]}"
            old = {same.get(mine, name), same.get(theirs, name)}
            same |= {place: name for place, other in same.items() if other in old} | {mine: name, theirs: name}
    return same
