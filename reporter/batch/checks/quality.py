"""`quality`: the capture is whole, shows both directions, and shows its connections from their beginning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reporter.batch.checks import Cite, Evidence, Said, cite, kind, some_of, undecided
from reporter.extract.tally import Tally
from reporter.model.stream import Opening

COMPLETE, BOTH, START = "complete", "both-directions", "from-the-start"


@kind("quality", keys={"requires": some_of((COMPLETE, BOTH, START))}, needs=("requires",))
def judge(wants: Mapping[str, Any], evidence: Evidence, tallies: tuple[Tally, ...]) -> Said:
    """Every capture must hold what is required; what does not is cited. Without connections nothing is said of them."""
    wrong: list[str] = []
    cites: list[Cite] = []
    for each in evidence.observed:
        if COMPLETE in wants["requires"] and each.tail:
            wrong.append(COMPLETE)
            cites.append(cite(each.name, [each.packets]))
        if BOTH in wants["requires"]:
            one_way = [one for one in each.connections if sum(one.heard) > 1 and not all(one.heard)]
            # A SYN that nobody answers is most often a fact of the network, not a fault of the capture.
            one_way = [one for one in one_way if one.opening != str(Opening.UNANSWERED)]
            if one_way:
                wrong.append(BOTH)
                cites.append(cite(each.name, [one.first_frame for one in one_way]))
        if START in wants["requires"]:
            late = [one for one in each.connections if one.opening == str(Opening.NOT_CAPTURED)]
            if late:
                wrong.append(START)
                cites.append(cite(each.name, [one.first_frame for one in late]))
    facts = {"requires": ", ".join(wants["requires"]), "wrong": ", ".join(dict.fromkeys(wrong))}
    if not wrong and not {BOTH, START}.isdisjoint(wants["requires"]):
        if not any(each.connections for each in evidence.observed):
            return undecided("no-connections", **facts)
        if evidence.cut("streams"):
            return undecided("observed-cut", **facts)
    return Said(not wrong, facts, tuple(cites))
