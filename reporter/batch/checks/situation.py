"""`situation`: a situation of the catalogue (`reporter rules list`) was found so many times, or never."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reporter.batch.checks import COUNTING, Evidence, Said, Wrong, cite, counted, kind, texts
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
    """Counts packets, and streams or captures where a situation is one of those."""
    count, cites = 0, []
    for each in evidence.observed:
        packets = [each.findings[code] for code in wants["code"] if code in each.findings]
        total = sum(found.count for found in packets)
        if not packets:
            names = [f"{place}-{code}" for code in wants["code"] for place in ("stream", "capture")]
            total = sum(each.findings[name].count for name in names if name in each.findings)
        count += total
        if packets:
            cites.append(cite(each.name, [frame for found in packets for frame in found.frames], total))
    return counted(wants, count, cites, code=", ".join(wants["code"]))
