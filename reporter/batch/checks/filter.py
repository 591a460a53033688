"""`filter`: so many packets pass a Wireshark display filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reporter.batch.checks import COUNTING, Evidence, Said, cite, counted, kind
from reporter.batch.placeholders import display_filter, filled
from reporter.extract.tally import Tally


@kind("filter", keys={"filter": display_filter, **COUNTING}, needs=("filter",), filter_key="filter")
def judge(wants: Mapping[str, Any], evidence: Evidence, tallies: tuple[Tally, ...]) -> Said:
    """tshark counts; the first and the last frame are cited, more where they are known."""
    found = [(each.name, tally) for each, tally in zip(evidence.observed, tallies, strict=True) if tally.count]
    cites = [cite(name, tally.frames or (tally.first, tally.last), tally.count) for name, tally in found]
    return counted(
        wants, sum(tally.count for _, tally in found), cites, filter=filled(wants["filter"], evidence.student)
    )
