"""Measures everything and writes benchmarks/RESULTS.md.

    python -m benchmarks --size full
    python -m benchmarks --only cold

A new benchmark is a module beside this one with a function `rows(sizes)`, named in `_PARTS`.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version

from benchmarks.measure import ROOT, Row
from benchmarks.sizes import SIZES, Sizes
from reporter.extract.tshark import version_line

#: In the order of the table's numbers as far as possible.
_PARTS = ("extraction", "explanation", "cold", "layout", "classroom", "live")
_HEAD = """| # | what | floor | target | by the clock | by processor time | kept |
|---|---|---|---|---|---|---|
"""
_EXPLAINED = """
Ratios of what is named to its floor, least / middle / most of the rounds; both are run in turn in the same run.
Processor time is user and system time of the program and all its children: it changes little with what else the
machine does, but does not see what is done side by side. Where other work shares the machine, trust it more.
"""


def main() -> None:
    """Read the command line, measure, write."""
    parser = argparse.ArgumentParser(description="Measure what reporter costs.")
    parser.add_argument("--size", choices=SIZES, default="small", help="how large the captures are (default small)")
    parser.add_argument("--only", choices=_PARTS, action="append", help="only this part (repeatable), not written")
    chosen = parser.parse_args()
    sizes = SIZES[chosen.size]
    measured = []
    for part in chosen.only or _PARTS:
        for row in importlib.import_module(f"benchmarks.{part}").rows(sizes):
            print(_line(row), flush=True)
            measured.append(row)
    if not chosen.only:
        (ROOT / "benchmarks" / "RESULTS.md").write_text(_page(measured, sizes), encoding="utf-8")


def _page(measured: Iterable[Row], sizes: Sizes) -> str:
    now = datetime.now(UTC)
    load = f", load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    lines = [
        "# What reporter costs",
        "",
        f"Written by `make bench` on {now:%Y-%m-%d}, size `{sizes.name}`: {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} processors{load}; Python {platform.python_version()}, {version_line()}, "
        f"WeasyPrint {version('weasyprint')}, pyshark {version('pyshark')}.",
        "",
        _HEAD + "\n".join(map(_line, measured)),
        _EXPLAINED,
    ]
    return "\n".join(lines)


def _line(row: Row) -> str:
    sign = "≤" if row.upper else "≥"
    unit = f" {row.unit}" if row.unit else ""
    spreads = [
        "–" if each is None else f"{each}{unit}" if each.least < each.most else _one(each.middle, unit)
        for each in (row.wall, row.cpu)
    ]
    kept = {True: "yes", False: "no", None: "–"}
    marks = dict.fromkeys(kept[row.kept(each)] for each in (row.wall, row.cpu) if each is not None)
    cells = [row.number, row.what, row.floor, f"{sign} {row.target:g}{unit}", *spreads, " / ".join(marks)]
    return "| " + " | ".join(cells) + " |"


def _one(value: float, unit: str) -> str:
    return f"{value:.2f}{unit}"


if __name__ == "__main__":
    main()
