"""Axes: every value has its place, ticks are round and do not touch, long pauses are drawn short and said."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.render.axes import number_ticks, time_axis
from reporter.render.typeset import cells, columns, fit, milliseconds, steps, strokes
from reporter.report.drawings import Stroke

#: Five moments with one pause, which takes most of the time.
_ONE_PAUSE = (0, 0.025, 0.05, 1.05, 1.075)
TIMES = st.lists(st.decimals(0, 100_000, places=6), min_size=1, max_size=40)


@given(TIMES)
def test_times_lie_in_order_between_the_ends(times):
    axis = time_axis(times, 70, 606)
    places = [axis.at(time) for time in sorted(times)]
    assert places == sorted(places)
    assert 70 <= places[0] <= places[-1] <= 606.1
    for one, other in zip(axis.ticks, axis.ticks[1:], strict=False):
        assert one.at + 3.5 * len(one.label) < other.at - 3.5 * len(other.label)
    for tick in axis.ticks:
        assert tick.at + 3.5 * len(tick.label) < 606 - 7 * len(axis.unit)
    assert all(70 <= pause.left < pause.right <= 606.1 for pause in axis.breaks)


def test_ticks_are_round_and_count_from_the_first():
    axis = time_axis([Decimal("5"), Decimal("5.05"), Decimal("5.1"), Decimal("5.15"), Decimal("5.187")], 0, 540)
    assert axis.unit == "ms"
    assert [tick.label for tick in axis.ticks][:3] == ["0", "50", "100"]


def test_a_long_pause_is_drawn_short():
    axis = time_axis([0, 1, 2, 62, 63], 0, 500)
    assert [pause.seconds for pause in axis.breaks] == ["60 s"]
    assert axis.at(62) - axis.at(2) < 40
    assert axis.at(1) - axis.at(0) > 100


@pytest.mark.parametrize(
    ("pause", "said"),
    [(0.000684, "0.684 ms"), (0.00774, "7.74 ms"), (0.0441, "44.1 ms"), (0.9998, "1 s"), (999.7, "1000 s")],
)
def test_a_pause_is_said_in_the_unit_of_the_axis_where_it_can_be(pause, said):
    times = [part * pause for part in _ONE_PAUSE]
    assert [each.seconds for each in time_axis(times, 0, 500).breaks] == [said]


@given(st.integers(1, 10**18))
def test_the_length_of_a_pause_has_room_above_it(nanoseconds):
    (pause,) = time_axis([part * nanoseconds / 1e9 for part in _ONE_PAUSE], 0, 500).breaks
    assert fit(pause.seconds, 60, 9) == pause.seconds


@given(st.integers(0, 2**40), st.integers(0, 2**40))
def test_ticks_of_numbers(low, more):
    ticks = number_ticks(low, low + more, 150, 38)
    assert 1 <= len(ticks) <= 12
    assert all(37.9 <= tick.at <= 150.1 for tick in ticks)
    assert all(low <= int(tick.label) <= low + more for tick in ticks)


def test_strokes_that_lie_on_one_another_are_drawn_once():
    axis = time_axis([0, 1], 0, 500)
    many = [Stroke(frame, Decimal(0), frame * 10, frame * 10 + 10, False) for frame in range(1000)]
    assert strokes(many, axis, 100, 0, 0.01).count("M") == 1
    assert strokes([many[0], Stroke(7, Decimal(1), 50, 60, False)], axis, 100, 0, 1).count("M") == 2


def test_what_is_confirmed_goes_in_steps():
    axis = time_axis([0, 1], 0, 100)
    assert steps([(Decimal(0), 1), (Decimal(1), 11)], axis, 100, 1, 1) == "M0.0 100.0H100.0V90.0"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [("0.00123", "1.23 ms"), ("0.0123", "12.3 ms"), ("0.5", "500 ms"), ("2.5", "2500 ms"), ("65.04", "65.0 s")],
)
def test_times_of_figures(seconds, said):
    assert milliseconds(Decimal(seconds)) == said


def test_columns_put_numbers_to_the_right_and_break_the_last():
    set_out = columns(("帧", "Seq", "What"), [["1", "100", "a " * 30], ["12", "—", "b"]], 40)
    assert set_out.head.startswith("帧  Seq  What")
    assert set_out.lines[0].startswith(" 1  100  a a")
    assert set_out.lines[1].startswith("12    —  b") or set_out.lines[1].startswith("12   —  b")
    assert all(len(line) <= 40 for line in set_out.lines[0].split("\n"))


def test_a_row_that_stands_for_many_keeps_the_columns():
    rows = [["5", "", "12", "some"], ["⋯", "", "1234", "many"], ["128", "7", "—", "one"]]
    lines = columns(("No.", "Seq", "Len", "What"), rows, 60).lines
    assert {cells(line[: line.rindex(" ")]) for line in lines} == {15}
    assert lines[1].startswith(" ⋯ "), "its dots stand where the numbers do"


@given(TIMES)
def test_equal_times_are_drawn_equally_long_everywhere(times):
    axis = time_axis(times, 70, 606)
    scales = {
        (piece.at(piece.last) - piece.left) / (piece.last - piece.first)
        for piece in axis.pieces
        if piece.last > piece.first
    }
    assert not scales or max(scales) == pytest.approx(min(scales), rel=1e-3)
    assert all(piece.at(piece.last) <= piece.right + 0.01 for piece in axis.pieces)


def test_a_short_burst_after_a_pause_keeps_the_scale_of_the_rest():
    axis = time_axis([0, 0.010, 0.020, 60, 60.001], 0, 400)
    assert axis.at(0.020) - axis.at(0.010) == pytest.approx(10 * (axis.at(60.001) - axis.at(60)), rel=0.1)
    assert axis.pieces[-1].right == pytest.approx(400)
