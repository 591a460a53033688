"""`sections`: the student's own report (`report.toml`) has certain sections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reporter.batch.checks import Evidence, Said, kind, texts
from reporter.extract.tally import Tally


@kind("sections", keys={"names": texts}, needs=("names",))
def judge(wants: Mapping[str, Any], evidence: Evidence, tallies: tuple[Tally, ...]) -> Said:
    """Titles are compared without case and surrounding space."""
    there = {each.strip().casefold() for each in evidence.sections or ()}
    lacking = [name for name in wants["names"] if name.strip().casefold() not in there]
    return Said(not lacking, {"names": ", ".join(wants["names"]), "lacking": ", ".join(lacking)})
