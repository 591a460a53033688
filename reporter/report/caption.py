"""The caption of a figure or table."""

from __future__ import annotations

from dataclasses import dataclass

from reporter.explain.words import Rich


@dataclass(frozen=True, slots=True)
class Caption:
    """The caption of a figure or table: `label` is `图 3` or `Table 2`, `anchor` its id in the page."""

    label: str
    text: Rich
    anchor: str
