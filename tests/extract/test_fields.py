"""The list of fields, and how printed values are read."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.extract.fields import (
    AT,
    FIELD_SEPARATOR,
    FIELDS,
    VALUE_SEPARATOR,
    first,
    number,
    numbers,
    seconds,
    truth,
    values,
)
from reporter.extract.health import refused_fields
from reporter.model.tcp import TcpLabels

TEXT = st.text(st.characters(exclude_characters=FIELD_SEPARATOR + VALUE_SEPARATOR), max_size=20)


def test_each_field_once():
    assert len(set(FIELDS)) == len(FIELDS)
    assert all(FIELDS[place] == name for name, place in AT.items())


def test_labels_are_those_of_the_model():
    prefix = "tcp.analysis."
    asked = {name.removeprefix(prefix) for name in FIELDS if name.startswith(prefix)} - {"initial_rtt"}
    assert asked == {field.name for field in fields(TcpLabels)}


@pytest.mark.tshark
def test_this_tshark_knows_them_all_or_says_which_it_does_not():
    assert set(refused_fields()) <= set(FIELDS) - {"frame.number", "tcp.stream"}


@given(st.lists(TEXT.filter(bool), min_size=1))
def test_values_come_apart_as_they_were_joined(parts):
    joined = VALUE_SEPARATOR.join(parts)
    assert values(joined) == parts
    assert first(joined) == parts[0]


@given(st.integers(0, 2**64))
def test_numbers_in_both_spellings(value):
    assert number(str(value)) == value
    assert number(f"0x{value:04x}") == value
    assert numbers(f"{value}{VALUE_SEPARATOR}0x{value:x}") == (value, value)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**10), max_value=10**10))
def test_seconds_are_exact(value):
    assert seconds(format(value, "f")) == value


@given(TEXT)
def test_no_text_makes_reading_raise(text):
    number(text)
    numbers(text)
    truth(text)
    found = seconds(text)
    assert found is None or found.is_finite()


def test_absent_is_absent():
    assert (values(""), first(""), number(""), numbers(""), seconds(""), truth("")) == (
        [],
        "",
        None,
        (),
        None,
        False,
    )
    assert [truth(text) for text in ("1", "True", "0", "False", "✓")] == [True, True, False, False, True]
