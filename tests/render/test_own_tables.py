"""Tables in a person's own words: every column is wide enough for its words, however many there are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.render.own_tables import columns_of
from reporter.render.typeset import text_width
from tests.render.long_document import own_table

CELL = st.text("ab1. 序号，", max_size=30)


@given(st.integers(1, 14).flatmap(lambda count: st.lists(st.lists(CELL, min_size=count, max_size=count), min_size=1)))
def test_every_column_has_some_width_and_none_is_left_over(rows):
    for paged in (True, False):
        columns = columns_of(own_table(rows), paged=paged)
        assert len(columns.widths) == len(rows[0])
        assert all(width > 0 for width in columns.widths)
        assert 1000 <= sum(columns.widths) <= 1000 + len(rows[0])


@pytest.mark.parametrize("paged", [True, False])
def test_numbers_fit_and_texts_get_what_is_left(paged):
    columns = columns_of(own_table([["No.", "Time", "What"], ["1", "0.000123", "words " * 20]]), paged=paged)
    for width, words in zip(columns.widths, ("No.", "0.000123", "words"), strict=True):
        assert width / 1000 * columns.least >= text_width(words, 1)
    assert columns.widths[2] > 500
    assert columns.type == ""


def test_a_table_of_few_words_does_not_scroll_on_a_phone():
    assert (
        columns_of(
            own_table([["表头甲", "表头乙"], ["1", "服务器同意建立连接，并说明自己的初始序号" * 3]]), paged=False
        ).least
        <= 21
    )


def test_a_table_that_is_too_wide_for_paper_is_set_smaller():
    assert [columns_of(own_table(), paged=paged).type for paged in (True, False)] == ["tighter", "tighter"]
