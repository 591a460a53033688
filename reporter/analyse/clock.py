"""Whether the time between two frames may be told: a clock may have been set back while it was captured, and some
frames have no time at all."""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal

from reporter.model.packet import Packet

_MOST = 4096
#: A time is still told when the clock went back, between its ends, by less than one part in so many of it.
_PART = 100


class Clock:
    """Where the timestamps of the capture go back from one frame to the next (`frame.time_epoch`), and how far.

    Frames that were written out of order look the same. `set_back` is by how many seconds the frame entered last
    lies before the frame entered before it, `previous` that frame. Frames without a time (`Packet.timed`) are
    remembered as runs: no time from or to one of them is told.
    """

    def __init__(self) -> None:
        self.set_back = Decimal(0)
        self.previous: Packet | None = None
        self._last: Packet | None = None
        self._frames: list[int] = []
        self._sums: list[Decimal] = []
        self._sum = Decimal(0)
        self._runs: list[int] = []  # the first frame of a run of frames without a time, the first behind it, and so on
        self._lost = False

    def enter(self, packet: Packet) -> None:
        """Enter the next frame of the capture."""
        if packet.timed is bool(len(self._runs) % 2):
            if len(self._runs) < _MOST:
                self._runs.append(packet.frame)
            else:
                self._lost = True
        if not packet.timed:
            self.set_back = Decimal(0)
            return
        last = self.previous = self._last
        self._last = packet
        if last is None or packet.time >= last.time:
            self.set_back = Decimal(0)
            return
        self.set_back = last.time - packet.time
        self._sum += self.set_back
        self._frames.append(packet.frame)
        self._sums.append(self._sum)
        if len(self._frames) > _MOST:
            del self._frames[0], self._sums[0]

    def trusts(self, first: int, last: int, seconds: Decimal) -> bool:
        """Whether the time between the frames `first` and `last`, in this order in the capture, can be right."""
        if seconds < 0 or last < first or (self._runs and not self.tells(first, last)):
            return False
        if not self._frames:
            return True
        return _PART * (self._until(last) - self._until(first)) <= seconds

    def tells(self, *frames: int) -> bool:
        """Whether these frames have a time; of a capture in which that changes too often, none is taken to have one."""
        return not (self._lost or any(bisect_right(self._runs, frame) % 2 for frame in frames))

    def between(self, first: int, start: Decimal, last: int, end: Decimal) -> Decimal | None:
        """The seconds from the frame `first`, captured at `start`, to the frame `last`; None where untold."""
        seconds = end - start
        return seconds if self.trusts(first, last, seconds) else None

    def _until(self, frame: int) -> Decimal:
        """By how much the timestamps went back up to this frame; of what is too long ago all counts as later."""
        index = bisect_right(self._frames, frame)
        return self._sums[index - 1] if index else Decimal(0)


#: The clock of what nothing is known of.
STEADY = Clock()
