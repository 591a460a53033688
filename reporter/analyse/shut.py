"""When the window of one end was closed: from a window of 0 to one above it (RFC 9293, section 3.8.6)."""

from __future__ import annotations

from collections import deque
from decimal import Decimal

from reporter.model.value import value

_MOST = 1000


@value
class Span:
    """A closed window: `frame` was the first to announce 0, `until` the first to open it; None while it is closed.

    `time` and `end` are the relative seconds of both.
    """

    frame: int
    time: Decimal
    until: int | None = None
    end: Decimal = Decimal(0)


class Shut:
    """The times in which one end's window was closed, as the segments it sent say; the latest of very many."""

    def __init__(self) -> None:
        self._spans: deque[Span] = deque(maxlen=_MOST)
        self._closed: Span | None = None

    def note(self, window: int, frame: int, time: Decimal) -> None:
        """Enter a window (`tcp.window_size`) that this end announces."""
        if not window and self._closed is None:
            self._closed = Span(frame, time)
        elif window and self._closed is not None:
            self._spans.append(Span(self._closed.frame, self._closed.time, frame, time))
            self._closed = None

    def since(self, frame: int) -> tuple[Span, ...] | None:
        """The spans that do not end before this frame, in order; None where that is no longer known."""
        if len(self._spans) == _MOST and self._spans[0].frame > frame:
            return None
        found: list[Span] = [] if self._closed is None else [self._closed]
        for span in reversed(self._spans):
            if (span.until or 0) <= frame:
                break
            found.append(span)
        return tuple(reversed(found))
