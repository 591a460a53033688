"""Asks the rules about each packet and settles who speaks."""

from __future__ import annotations

from dataclasses import dataclass

from reporter.analyse.memory import Memory
from reporter.analyse.seen import Seen
from reporter.explain.at import At
from reporter.explain.evidence import Fact
from reporter.explain.registry import RULES, Rule
from reporter.model.packet import Packet

#: The rule that speaks when no other does.
FALLBACK = "X00"


@dataclass(frozen=True, slots=True)
class Finding:
    """One situation found on one frame. `again` tells that its stream has been told the full text before."""

    rule: str
    frame: int
    facts: dict[str, Fact | None]
    again: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule that broke on a packet: a bug to report, which must not cost anybody the report."""

    rule: str
    frame: int
    message: str


class Explainer:
    """Explains packets in order. With `strict` a broken rule raises, otherwise it is noted in `failures`."""

    def __init__(self, *, strict: bool = False) -> None:
        self._strict = strict
        self._rules = sorted(RULES.values(), key=lambda each: (each.rank, each.code))
        self._by_layers: dict[frozenset[str], tuple[Rule, ...]] = {}
        self._bit = {each.code: 1 << index for index, each in enumerate(self._rules)}
        self._told: dict[int, int] = {}
        self.memory = Memory()
        self.failures: list[Failure] = []

    def explain(self, seen: Seen) -> tuple[Finding, ...]:
        """The findings of one packet, in the order in which they are to be read; never empty."""
        at = At(seen, self.memory)
        found: dict[str, dict[str, Fact | None]] = {}
        silenced: set[str] = set()
        for each in self._rules_for(seen):
            facts = self._ask(each, at)
            if facts is not None:
                found[each.code] = facts
                silenced.update(each.over)
        if len(found) > 1:
            found.pop(FALLBACK, None)
        self.memory.learn(seen.packet, seen.step)
        stream = seen.packet.tcp.stream if seen.packet.tcp else -1
        return tuple(
            Finding(code, seen.packet.frame, facts, self._again(stream, code))
            for code, facts in found.items()
            if code not in silenced
        )

    def _again(self, stream: int, code: str) -> bool:
        told = self._told.get(stream, 0)
        self._told[stream] = told | self._bit[code]
        return bool(told & self._bit[code])

    def _ask(self, each: Rule, at: At) -> dict[str, Fact | None] | None:
        try:
            facts = each.function(at)
        except Exception as error:
            if self._strict:
                raise
            self.failures.append(Failure(each.code, at.packet.frame, f"{type(error).__name__}: {error}"))
            return None
        return None if facts is None else dict(facts)

    def _rules_for(self, seen: Seen) -> tuple[Rule, ...]:
        layers = layers_of(seen.packet, has_step=seen.step is not None)
        rules = self._by_layers.get(layers)
        if rules is None:
            rules = tuple(each for each in self._rules if each.on in layers)
            self._by_layers[layers] = rules
        return rules


def layers_of(packet: Packet, *, has_step: bool) -> frozenset[str]:
    """The layers of a packet that rules can be registered on."""
    names = ["packet"]
    if has_step:
        names.append("tcp")
        if packet.requests or packet.responses:
            names.append("http")
    for name in ("arp", "dns", "icmp", "udp", "tls", "websocket", "http2"):
        if getattr(packet, name) is not None:
            names.append(name)
    return frozenset(names)
