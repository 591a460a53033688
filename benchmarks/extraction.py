"""Extraction: fields into packets, against tshark alone, against pyshark, and as captures grow."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.inputs import PAGE, large
from benchmarks.measure import Row, Spread, bare_tshark, in_turn, python, ratios
from benchmarks.sizes import Sizes

EXTRACT = """
import sys; from pathlib import Path; from reporter.extract.fieldpass import FieldPass
for packet in FieldPass(Path(sys.argv[1])): pass
"""
_PYSHARK = """
import sys, pyshark
for packet in pyshark.FileCapture(sys.argv[1], use_json=sys.argv[2] == "json", keep_packets=False): pass
"""


def rows(sizes: Sizes) -> Iterator[Row]:
    """Targets 1, 2 and 10."""
    path = large(PAGE, sizes.extraction)
    costs = in_turn(sizes.rounds, ours=python(EXTRACT, path), bare=bare_tshark(path))
    wall, cpu = ratios(costs, "ours", "bare")
    yield Row("1", f"extraction, {sizes.extraction:,} packets", "bare tshark, same fields", 1.05, wall, cpu)

    path = large(PAGE, sizes.pyshark)
    costs = in_turn(
        sizes.rounds,
        ours=python(EXTRACT, path),
        json=python(_PYSHARK, path, "json"),
        xml=python(_PYSHARK, path, "xml"),
    )
    for kind, least in (("json", 6), ("xml", 35)):
        wall, cpu = ratios(costs, kind, "ours")
        what = f"pyshark ({kind.upper()}), {sizes.pyshark:,} packets"
        yield Row("2", what, "our extraction", least, wall, cpu, upper=False)

    few, many = large(PAGE, sizes.few), large(PAGE, sizes.many)
    growth = {}
    for name, small, big in (
        ("ours", python(EXTRACT, few), python(EXTRACT, many)),
        ("bare", bare_tshark(few), bare_tshark(many)),
    ):
        costs = in_turn(1, small=small, big=big)
        growth[name] = ratios(costs, "big", "small")
    wall, cpu = (
        Spread.of([ours.middle / bare.middle]) for ours, bare in zip(growth["ours"], growth["bare"], strict=True)
    )
    what = f"growth from {sizes.few:,} to {sizes.many:,} packets"
    yield Row("10", what, "growth of bare tshark", 1.1, wall, cpu)
