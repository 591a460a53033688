"""`situation`: a situation of the catalogue (`reporter rules list`) was found so many times, or never."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reporter.batch.checks import CITED, COUNTING, Cite, Evidence, Said, Wrong, counted, kind, texts
from reporter.batch.observe import Count, Observed
from reporter.errors import UsageTrouble
from reporter.extract.tally import Tally
from reporter.pipeline.catalogue import entry


def codes(value: Any) -> tuple[str, ...]:
    """Codes of the catalogue; names of situations will do."""
    try:
        return tuple(entry(each).code for each in texts(value))
    except UsageTrouble as trouble:
        raise Wrong(f"names no situation: {trouble.what}") from None


@kind("situation", keys={"code": codes, **COUNTING}, needs=("code",))
def judge(wants: Mapping[str, Any], evidence: Evidence, tallies: tuple[Tally, ...]) -> Said:
    """Counts packets, of a code without any its streams, and of one without streams the captures."""
    count, cites = 0, []
    for each in evidence.observed:
        found = [seen for code in dict.fromkeys(wants["code"]) if (seen := _seen(each, code)) is not None]
        count += sum(one.count for one in found)
        frames = sorted({frame for one in found for frame in one.frames})
        if frames:
            more = len(frames) > CITED or any(one.more for one in found)
            cites.append(Cite(each.name, tuple(frames[:CITED]), more))
    return counted(wants, count, cites, code=", ".join(dict.fromkeys(wants["code"])))


def _seen(observed: Observed, code: str) -> Count | None:
    places = (code, f"stream-{code}", f"capture-{code}")
    return next((observed.findings[place] for place in places if place in observed.findings), None)
