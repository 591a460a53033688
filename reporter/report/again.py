"""Which segments were sent again, and how sure that is: decided once for all sections and figures."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from reporter.report.material import Told

#: Rules that tell of a segment sent again, also where its first copy was not captured; H02 may tell of it too.
RULES = ("L03", "L04", "L05", "L12", "H09", "H11")


class Again(StrEnum):
    """`SURE`: both copies were captured. `LIKELY`: no first copy was. `TWICE`: not sent again, but very likely one
    segment delivered or captured twice."""

    SURE = "sure"
    LIKELY = "likely"
    TWICE = "twice"


def again(told: Told) -> Again | None:
    """Whether this segment was sent again; None where no rule says so, nor is it a packet captured before."""
    if told.seen.step is not None and told.seen.step.copy_of is not None:
        return Again.TWICE
    found = next((finding for finding in told.findings if finding.rule in RULES), None)
    if found is None:
        late = any(finding.rule == "H02" and finding.facts["told_frame"] is not None for finding in told.findings)
        return Again.LIKELY if late else None
    facts = found.facts
    if found.rule in ("H09", "H11"):
        prompted = facts["distinct"] or any(facts.get(name) for name in ("asked_frame", "reset_frame", "refused_frame"))
        return Again.SURE if prompted or not facts["soon"] else Again.TWICE
    if facts.get("cause") == "twice":
        return Again.TWICE
    return Again.SURE if facts["first_frame"] or facts.get("forgotten") else Again.LIKELY


def frames_of(told: Sequence[Told]) -> dict[Again, list[int]]:
    """The frames of these segments that were sent again, by how sure that is."""
    found: dict[Again, list[int]] = {each: [] for each in Again}
    for each in told:
        kind = again(each)
        if kind is not None:
            found[kind].append(each.packet.frame)
    return found
