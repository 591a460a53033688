"""Asking fewer rules finds the same: `when` never hides a finding, and the quick line is the plain object."""

from __future__ import annotations

import pytest

from reporter import rules
from reporter.analyse.memory import Memory
from reporter.analyse.seen import Analysis
from reporter.errors import Trouble
from reporter.explain.at import At
from reporter.explain.engine import Explainer
from reporter.explain.registry import RULES, rule
from reporter.explain.signs import bits_of, signs_of
from reporter.explain.words import Words
from reporter.extract.fieldpass import FieldPass
from reporter.model.value import value
from reporter.render.json import encoded, packet_object
from reporter.render.jsonl import packet_line
from tests.captures import bundled, shared

rules.load()
WORDS = Words("en")


@pytest.mark.tshark
@pytest.mark.parametrize("path", [*bundled(), *shared()], ids=lambda path: path.name)
def test_no_rule_fires_without_its_signs(path):
    memory = Memory()
    explainer = Explainer(strict=True)
    try:
        for seen in Analysis().run(FieldPass(path)):
            signs, at = signs_of(seen), At(seen, memory)
            for each in RULES.values():
                if signs & bits_of(each.on) and not each.may_fire(signs):
                    assert each.function(at) is None, f"{each.code} fires on frame {at.packet.frame} without its signs"
            findings = explainer.explain(seen)
            assert packet_line(seen, findings, WORDS) == encoded(packet_object(seen, findings, WORDS))
            memory.learn(seen.packet, seen.step)
    except Trouble:
        pytest.skip("tshark does not read this file")


def test_an_unknown_sign_is_refused():
    with pytest.raises(KeyError):
        bits_of("synn")  # type: ignore[arg-type]


def test_a_misspelt_sign_is_refused_where_the_rule_is_written():
    def function(at):
        """Never.

        Reference: none.
        """

    with pytest.raises(KeyError):
        rule("Z99", on="tcp", when="synn")(function)  # type: ignore[arg-type]
    assert "Z99" not in RULES


@value
class Point:
    x: int
    y: int = 2


def test_values_are_frozen_dataclasses():
    point = Point(1)
    assert type(point) is Point
    assert point == Point(1, 2) == Point(x=1, y=2)
    assert repr(point) == "Point(x=1, y=2)"
    assert hash(point) == hash(Point(1))
    with pytest.raises(AttributeError):
        point.x = 3  # type: ignore[misc]
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]
