"""How large the measured captures are, and how often each thing is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Numbers of packets; `rounds` and `cold_rounds` are how often each pair is run in turn."""

    name: str
    rounds: int
    cold_rounds: int
    extraction: int
    explanation: int
    pyshark: int
    few: int
    memory: int
    many: int
    connections: int
    students: int


SIZES = {
    "small": Sizes("small", 3, 5, 50_000, 20_000, 3_000, 5_000, 50_000, 200_000, 5_000, 40),
    "full": Sizes("full", 3, 7, 300_000, 100_000, 20_000, 5_000, 300_000, 2_000_000, 100_000, 200),
}
