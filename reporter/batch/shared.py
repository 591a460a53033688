"""The same capture, twice: connections of different students that have the same raw initial sequence numbers.

Both numbers are chosen at random by the two ends (RFC 9293, section 3.4.1), so that two connections have the same
pair once in 2**64. They stay when a capture is renamed, trimmed, shifted in time or saved anew. Where the handshake
has been cut away, the raw sequence and acknowledgment numbers of segments with data stand in for it
(`reporter.batch.traces`).
What was found is told with its evidence, and not judged.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, product

from reporter.batch.traces import RANDOM, Trace

#: Segments with data that must agree where there is no handshake.
_SEGMENTS = 2
#: Segments of which the times are compared.
_TIMES = 16


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two connections that are the same one.

    `apart` is by how many seconds one segment that both have differs in time; None where no time of one is known.
    """

    mine: Trace
    theirs: Trace
    same_addresses: bool
    same_ports: bool
    apart: Decimal | None


@dataclass(frozen=True, slots=True)
class Shared:
    """Two submissions and the connections that they share."""

    one: str
    other: str
    evidence: tuple[Evidence, ...]


def shared(traces: Iterable[Trace], groups: Mapping[str, str], excused: Iterable[Trace] = ()) -> list[Shared]:
    """The pairs of submissions with connections in common, in order of their keys.

    `groups` names for each key the group that handed in together, if any; what is `excused` counts for nobody.
    """
    excused_isns: set[tuple[int, int] | None] = set()
    excused_keys: set[int] = set()
    for each in excused:
        excused_isns.add(each.isns)
        excused_keys |= each.keys
    kept = [
        each
        for each in traces
        if not (each.isns is not None and each.isns in excused_isns)
        and not (each.isns is None and len(each.keys & excused_keys) >= min(_SEGMENTS, len(each.keys) or 1))
    ]
    pairs: dict[tuple[str, str], dict[tuple[str, int, str, int], Evidence]] = defaultdict(dict)
    for one, other in _candidates(kept):
        if groups.get(one.key) and groups.get(one.key) == groups.get(other.key):
            continue
        mine, theirs = (one, other) if one.key < other.key else (other, one)
        found = _compare(mine, theirs)
        if found is not None:
            place = (mine.capture, mine.stream, theirs.capture, theirs.stream)
            pairs[mine.key, theirs.key][place] = found
    return [
        Shared(one, other, _distinct([evidence for _, evidence in sorted(found.items())]))
        for (one, other), found in sorted(pairs.items())
    ]


def _distinct(evidence: list[Evidence]) -> tuple[Evidence, ...]:
    """One piece of evidence for each connection: a student may have handed in the same capture twice."""
    found: dict[object, Evidence] = {}
    for each in evidence:
        found.setdefault(each.mine.isns or each.theirs.isns or min(each.mine.keys & each.theirs.keys), each)
    return tuple(found.values())


def _candidates(traces: list[Trace]) -> Iterable[tuple[Trace, Trace]]:
    """Pairs of two submissions that agree in something: the initial sequence numbers, or, where one has none, a
    segment with data."""
    by_isns: dict[tuple[int, int], list[Trace]] = defaultdict(list)
    for each in traces:
        if each.isns is not None:
            by_isns[each.isns].append(each)
    for same in by_isns.values():
        yield from _between(same)
    # Where everybody has the handshake, no segment is looked at; and each company of copies once, not once a segment.
    wanted = {key for each in traces if each.isns is None for key in each.keys}
    by_key: dict[int, list[int]] = defaultdict(list)
    for place, each in enumerate(traces):
        for key in each.keys & wanted:
            by_key[key].append(place)
    pairs: set[tuple[int, int]] = set()
    for places in sorted({tuple(places) for places in by_key.values()}):
        if len({traces[place].key for place in places}) < 2:
            continue
        bare = [place for place in places if traces[place].isns is None]
        pairs |= {
            (min(one, other), max(one, other))
            for one, other in product(bare, places)
            if traces[one].key != traces[other].key
        }
    for one, other in sorted(pairs):
        yield traces[one], traces[other]


def _between(traces: list[Trace]) -> Iterable[tuple[Trace, Trace]]:
    """The pairs of traces of two submissions, without looking at those of one."""
    found: dict[str, list[Trace]] = defaultdict(list)
    for each in traces:
        found[each.key].append(each)
    for mine, theirs in combinations(found.values(), 2):
        yield from product(mine, theirs)


def _compare(mine: Trace, theirs: Trace) -> Evidence | None:
    addresses = tuple(_split(each)[0] for each in (mine.client, mine.server, theirs.client, theirs.server))
    ports = tuple(_split(each)[1] for each in (mine.client, mine.server, theirs.client, theirs.server))
    same_addresses = set(addresses[:2]) == set(addresses[2:])
    same_ports = set(ports[:2]) == set(ports[2:])
    if mine.isns is not None and theirs.isns is not None:
        # Numbers that nobody chose at random need the ports and addresses too.
        if min(mine.isns) < RANDOM and not (same_addresses and same_ports):
            return None
    else:
        common = mine.keys & theirs.keys
        few = min(len(mine.keys), len(theirs.keys)) < _SEGMENTS
        if len(common) < (1 if few and same_ports else _SEGMENTS):
            return None
    return Evidence(mine, theirs, same_addresses, same_ports, _apart(mine, theirs))


def _apart(mine: Trace, theirs: Trace) -> Decimal | None:
    """How far the two times of one segment are apart: of the SYN/ACK, else by what most of some others agree in.

    Where a segment was sent again, one of two copies may lack its first sending.
    """
    if mine.opened is not None and theirs.opened is not None:
        return abs(mine.opened - theirs.opened)
    common = heapq.nsmallest(_TIMES, (key for key in mine.keys & theirs.keys if mine.times.get(key)))
    apart = Counter(abs(mine.times[key] - theirs.times[key]) for key in common if theirs.times.get(key))
    if not apart:
        return None
    return Decimal(min(apart, key=lambda each: (-apart[each], each))).scaleb(-9)


def _split(endpoint: str) -> tuple[str, str]:
    address, _, port = endpoint.rpartition(":")
    return address, port
