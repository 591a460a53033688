"""The caption of a figure or table."""

from __future__ import annotations

from dataclasses import dataclass

from reporter.explain.words import Rich


@dataclass(frozen=True, slots=True)
class Caption:
    """The caption of a figure or table."""

    label: str  #: `图 3` or `Table 2`
    text: Rich  #: the words after it
    anchor: str  #: its id in the page
