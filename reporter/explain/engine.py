"""Asks the rules about each packet and settles who speaks."""

from __future__ import annotations

from collections.abc import Collection

from reporter.analyse.memory import Memory
from reporter.analyse.seen import Seen
from reporter.explain.at import At
from reporter.explain.evidence import Fact
from reporter.explain.registry import RULES, Rule
from reporter.explain.signs import bits_of, signs_of
from reporter.model.value import value

#: The rule that speaks when no other does.
FALLBACK = "X00"
_REQUEST = bits_of("request")
#: Rules that tell what a packet travels in, which is no explanation of it.
_AROUND = frozenset(("N11",))


@value
class Finding:
    """One situation found on one frame. `again` tells that its stream has been told the full text before."""

    rule: str
    frame: int
    facts: dict[str, Fact | None]
    again: bool = False


@value
class Failure:
    """A rule that broke on a packet: a bug to report, which must not cost anybody the report."""

    rule: str
    frame: int
    message: str


class Explainer:
    """Explains packets in order. With `strict` a broken rule raises, otherwise it is noted in `failures`.

    The rules `without` are not asked.
    """

    def __init__(self, *, strict: bool = False, without: Collection[str] = ()) -> None:
        self._strict = strict
        asked = [each for each in RULES.values() if each.code not in without]
        self._rules = sorted(asked, key=lambda each: (each.rank, each.code))
        self._fallback = tuple(each for each in self._rules if each.code == FALLBACK)
        self._by_signs: dict[int, tuple[Rule, ...]] = {}
        self._bit = {each.code: 1 << index for index, each in enumerate(self._rules)}
        self._told = 0
        self.memory = Memory()
        self.failures: list[Failure] = []

    def explain(self, seen: Seen) -> tuple[Finding, ...]:
        """The findings of one packet, in the order in which they are to be read; never empty."""
        at = At(seen, self.memory)
        signs = signs_of(seen)
        rules = self._by_signs.get(signs)
        if rules is None:
            rules = self._by_signs[signs] = tuple(
                each for each in self._rules if each.code != FALLBACK and each.may_fire(signs)
            )
        found = self._ask(rules, at)
        if not any(each.code not in _AROUND for each, _ in found):
            found += self._ask(self._fallback, at)
        if len(found) > 1:
            silenced = {code for each, _ in found for code in each.over}
            if silenced:
                found = [(each, facts) for each, facts in found if each.code not in silenced]
            if signs & _REQUEST and len(seen.packet.requests) > 1:
                found.sort(key=_reading_order)
        self.memory.learn(seen.packet, seen.step)
        frame, told = seen.packet.frame, self._told if seen.conversation is None else seen.conversation.told
        findings = []
        for each, facts in found:
            bit = self._bit[each.code]
            findings.append(Finding(each.code, frame, facts, bool(told & bit)))
            told |= bit
        if seen.conversation is None:
            self._told = told
        else:
            seen.conversation.told = told
        return tuple(findings)

    def pass_over(self, seen: Seen) -> None:
        """Learn from a packet without saying anything of it."""
        self.memory.learn(seen.packet, seen.step)

    def _ask(self, rules: tuple[Rule, ...], at: At) -> list[tuple[Rule, dict[str, Fact | None]]]:
        found = []
        for each in rules:
            try:
                facts = each.function(at)
            except Exception as error:
                if self._strict:
                    raise
                self.failures.append(Failure(each.code, at.packet.frame, f"{type(error).__name__}: {error}"))
                continue
            if facts is not None:
                found.append((each, facts if type(facts) is dict else dict(facts)))
        return found


def _reading_order(told: tuple[Rule, dict[str, Fact | None]]) -> tuple[int, int]:
    """Of one rank, what speaks of an earlier message of the frame (fact `place`) comes first."""
    place = told[1].get("place")
    return told[0].rank, place.value if place is not None else 0
