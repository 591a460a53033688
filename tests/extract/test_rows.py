"""Rows of fields that no tshark prints so: whatever stands in them, packets are built, followed and explained."""

from __future__ import annotations

import random
import subprocess
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporter import rules
from reporter.analyse.seen import Analysis
from reporter.explain.endings import Witness, conclude
from reporter.explain.engine import Explainer
from reporter.explain.words import Words
from reporter.extract.build import Builder
from reporter.extract.fieldpass import arguments_for
from reporter.extract.fields import AT, FIELD_SEPARATOR, FIELDS, VALUE_SEPARATOR
from reporter.privacy import Guard
from tests.captures import BUNDLED

pytestmark = pytest.mark.tshark
NAMES = ("keepalive-full", "http-variety", "dns-arp-curl", "websocket", "icmp", "loss-ack-dsack", "http2-clear", "tfo")
ODD = ("", "0", "1", "4294967295", "0xffff", "-1", "9" * 30, "x", "é\u202e", "0.000000001", "True", "[::", "a:b\\r\\n")
#: What tshark always prints right: the number of the frame, its times and lengths.
_SURE = 4
WORDS = Words("en")


@cache
def rows(name: str) -> list[list[str]]:
    command = ["tshark", "-n", *arguments_for(BUNDLED / f"{name}.pcapng", FIELDS)]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    return [line.split(FIELD_SEPARATOR) for line in text.split("\n") if line.count(FIELD_SEPARATOR) == len(FIELDS) - 1]


def spoiled(dice: random.Random) -> list[list[str]]:
    """The rows of a capture, some cells emptied, doubled, exchanged or made odd."""
    found = [list(row) for row in rows(dice.choice(NAMES))][:60]
    for _ in range(dice.choice((1, 5, 40))):
        row = dice.choice(found)
        filled = [place for place in range(_SURE, len(FIELDS)) if row[place]]
        place = dice.choice(filled) if filled and dice.random() < 0.8 else dice.randrange(_SURE, len(FIELDS))
        change = dice.randrange(5)
        if change == 0:
            row[place] = ""
        elif change == 1:
            row[place] = VALUE_SEPARATOR.join([row[place]] * dice.choice((2, 30)))
        elif change == 2:
            row[place] = dice.choice(found)[place]
        elif change == 3:
            row[place] = VALUE_SEPARATOR.join(dice.choice(ODD) for _ in range(dice.choice((1, 3))))
        else:
            row[place] = str(dice.choice((dice.randrange(1 << 16), dice.randrange(1 << 32))))
    return found


@given(st.integers(0, 1 << 30))
@settings(max_examples=60)
def test_spoiled_rows_are_explained(seed: int) -> None:
    rules.load()
    found = spoiled(random.Random(seed))
    build = Builder().packet
    packets = [build(row) for row in found]
    analysis, explainer, witness = Analysis(keep=True), Explainer(strict=True), Witness()
    for seen in analysis.run(Guard().packets(iter(packets))):
        findings = explainer.explain(seen)
        witness.see(seen, findings)
        for each in findings:
            assert WORDS.text(each)
    endings = conclude(analysis.ended(), witness, failures=[], strict=True)
    for ending in endings.capture:
        assert WORDS.plain(ending.entry, "text", ending.facts)
    assert len(found) == analysis.packets
    assert AT["frame.number"] < _SURE


@pytest.mark.parametrize(
    "spoil",
    [
        ("tcp.checksum", "x"),
        ("tcp.analysis.initial_rtt", "9" * 30),
        ("http.time", "1e99"),
        ("tcp.options.wscale.shift", "-1"),
    ],
)
def test_what_spoiled_rows_have_broken(spoil: tuple[str, str]) -> None:
    field, text = spoil
    for row in rows("keepalive-full"):
        packet = Builder().packet([text if place == AT[field] else cell for place, cell in enumerate(row)])
        if packet.tcp is not None:
            assert packet.tcp.checksum != "x"
            assert (packet.tcp.options.wscale or 0) >= 0
            assert packet.tcp.initial_rtt is None or packet.tcp.initial_rtt < 10**19
        assert all(each.time is None or each.time < 10**19 for each in packet.responses)
