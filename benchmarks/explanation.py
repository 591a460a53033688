"""`explain --format jsonl`: time against extraction alone, time of many short connections, memory as it grows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.extraction import EXTRACT
from benchmarks.inputs import PAGE, SHORT, large
from benchmarks.measure import ROOT, Row, Spread, in_turn, python, ratios, reporter
from benchmarks.sizes import Sizes
from reporter import fast


def rows(sizes: Sizes) -> Iterator[Row]:
    """Targets 3 and 4."""
    long, short = large(PAGE, sizes.explanation), large(SHORT, sizes.explanation)
    for path, what in ((long, "packets"), (short, "packets of short connections")):
        explain = reporter("explain", path, "--format", "jsonl")
        wall, cpu = ratios(in_turn(sizes.rounds, explain=explain, extract=python(EXTRACT, path)), "explain", "extract")
        form = "compiled" if fast.ready() else "as written"
        what = f"explain --format jsonl ({form}), {sizes.explanation:,} {what}"
        yield Row("3", what, "extraction alone", 1.25, wall, cpu)

    few, many = (_peak(large(PAGE, packets)) for packets in (sizes.memory, sizes.many))
    yield _memory(f"own peak memory, {sizes.memory:,} packets", "imports", 80, few, "MB")
    yield _memory(f"the same, {sizes.many:,} packets", f"{sizes.memory:,} packets", 1.2, many / few)
    short_peak = _peak(large(SHORT, 19 * sizes.connections))
    yield _memory(f"own peak memory, {sizes.connections:,} short connections", "imports", 80, short_peak, "MB")


def _memory(what: str, floor: str, target: float, value: float, unit: str = "") -> Row:
    return Row("4", what, floor, target, cpu=Spread.of([value]), unit=unit)


def _peak(path: object) -> float:
    """Megabytes that `explain --format jsonl` needs at most above what its imports need."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.peak", str(path)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return float(done.stdout)
