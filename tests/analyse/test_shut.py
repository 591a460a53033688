"""When a window was closed: spans that begin and end where the segments say so, and are known or not."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from reporter.analyse.shut import Shut, Span


def test_spans_begin_with_the_first_zero_and_end_with_the_first_room():
    shut = Shut()
    for frame, window in enumerate([100, 0, 0, 5, 0], start=1):
        shut.note(window, frame, Decimal(frame))
    assert shut.since(1) == (Span(2, Decimal(2), 4, Decimal(4)), Span(5, Decimal(5)))
    assert shut.since(4) == (Span(5, Decimal(5)),)


@given(st.lists(st.booleans(), max_size=60), st.integers(0, 60))
def test_every_frame_in_a_span_follows_a_window_of_zero(windows, first):
    shut = Shut()
    for frame, room in enumerate(windows, start=1):
        shut.note(int(room), frame, Decimal(frame))
    spans = shut.since(first)
    assert spans is not None
    inside = {frame for span in spans for frame in range(span.frame, span.until or len(windows) + 1)}
    closed = {frame for frame, room in enumerate(windows, start=1) if not room}
    assert {frame for frame in closed if frame >= first} <= inside <= closed


def test_what_lies_too_far_back_is_not_known():
    shut = Shut()
    for frame in range(1, 3001):
        shut.note(frame % 2, frame, Decimal(frame))
    assert shut.since(1) is None
    assert shut.since(2990) is not None
