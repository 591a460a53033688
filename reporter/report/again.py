"""Which segments were sent again, and how sure that is: decided once for the answers, the summary and the plot."""

from __future__ import annotations

from collections.abc import Sequence

from reporter.report.material import Told

#: Rules that tell of a segment sent again, also where its first copy was not captured.
_AGAIN = ("L03", "L04", "L05", "L12", "H09", "H11")


def rule_of(told: Told) -> str | None:
    """The rule that says this segment was sent again, surely or probably; None where none does."""
    found = {finding.rule for finding in told.findings}
    return next((rule for rule in _AGAIN if rule in found), None)


def frames_of(told: Sequence[Told]) -> tuple[list[int], list[int]]:
    """The frames of segments that were surely sent again, and of those that only probably were."""
    sure: list[int] = []
    likely: list[int] = []
    for each in told:
        if rule_of(each) is not None:
            (sure if _sure(each) else likely).append(each.packet.frame)
    return sure, likely


def _sure(told: Told) -> bool:
    """Whether both copies were captured, and are not perhaps one that was recorded twice."""
    found = next(finding for finding in told.findings if finding.rule in _AGAIN)
    facts = found.facts
    if found.rule in ("H09", "H11"):
        asked = facts.get("asked_frame") or facts.get("reset_frame")
        return bool(facts["distinct"] or not facts["soon"] or asked)
    return bool(facts["first_frame"] or facts.get("forgotten")) and facts.get("cause") != "twice"
