"""Times told as a sum: as printed, they add up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.explain.words import Words, closing
from reporter.options import LANGUAGES

NANOSECONDS = st.integers(0, 10**10).map(lambda number: Decimal(number).scaleb(-9))
FRAMES = {"syn_frame": 1, "syn_ack_frame": 2}
TEXT = "{{ whole|ms((one, two)) }} = {{ one|ms((one, two)) }} + {{ two|ms((one, two)) }}"


@pytest.fixture(scope="module")
def told():
    return Words("en").environment.from_string(TEXT)


@pytest.mark.parametrize(
    ("one", "two", "text"),
    [
        ("0.000018538", "0.000013690", "0.0322 ms = 0.0185 ms + 0.0137 ms"),
        ("0.016283000", "0.000135000", "16.418 ms = 16.283 ms + 0.135 ms"),
        ("0.020000000", "0.000000400", "20.0004 ms = 20 ms + 0.0004 ms"),
        ("0.020000000", "0.000000000", "20 ms = 20 ms + 0 ms"),
    ],
)
def test_a_sum_has_as_few_digits_as_it_closes_with(told, one, two, text):
    assert told.render(one=Decimal(one), two=Decimal(two), whole=Decimal(one) + Decimal(two)) == text


@given(one=NANOSECONDS, two=NANOSECONDS)
def test_every_sum_closes_as_printed(told, one, two):
    shown = told.render(one=one, two=two, whole=one + two)
    left, right = shown.replace(" ms", "").split(" = ")
    first, second = right.split(" + ")
    assert Decimal(left) == Decimal(first) + Decimal(second)
    assert (bool(Decimal(first)), bool(Decimal(second))) == (bool(one), bool(two))


def test_without_terms_three_decimals_do():
    assert closing([]) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_round_trip_of_a_handshake_closes(language):
    facts = {"rtt": "0.000032228", "to_syn_ack": "0.000018538", "to_ack": "0.000013690"}
    text = Words(language).plain("H08", "text", {name: Decimal(time) for name, time in facts.items()} | FRAMES)
    assert all(each in text for each in ("0.0322 ms", "0.0185 ms", "0.0137 ms"))


@pytest.mark.parametrize(("seconds", "text"), [("0.9996", "999.6 ms"), ("1", "1 s"), ("1.356727", "1.357 s")])
def test_from_a_second_on_seconds_are_told(seconds, text):
    assert Words("en").environment.from_string("{{ time|ms }}").render(time=Decimal(seconds)) == text
