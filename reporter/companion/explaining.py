"""Explaining beside a running capture: never in its way, and open about what it had to leave out."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from reporter.capture.blocks import PACKETS, Block
from reporter.errors import Trouble
from reporter.extract.live import LivePass
from reporter.pipeline.explain import Explained
from reporter.pipeline.live import LiveExplanation

#: Bytes that may wait for tshark. When there are more the explanation ends, not the capture.
_WAITING = 128 << 20
#: So many of them are handed on at once, or one block.
_PIECE = 1 << 18
#: How long tshark may take over its first packet, in seconds: it has to start.
_START = 10.0
Tell = Callable[[Explained], None]
Skipped = Callable[[int, int], None]


class Explaining:
    """Takes blocks as they are captured (`offer`, which never blocks) and tells of each packet in order (`tell`).

    A packet older than `patience` seconds when its turn comes is passed over, with all that have arrived by then;
    `skipped` is told the first and the last of them before the next packet is told. Both are called from a thread of
    our own. `failure` says why there are no more explanations, if so.
    """

    def __init__(self, tell: Tell, skipped: Skipped, *, patience: float = 2.0, decode_as: tuple[str, ...] = ()) -> None:
        self._tell, self._skipped, self._patience = tell, skipped, patience
        self._source = LivePass(decode_as=decode_as)
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._over = False
        self._abandoned = False
        self._changed = threading.Condition()
        self._arrived: deque[float] = deque()
        self._began = 0.0
        self._newest = 0
        self._skip_to = 0
        self._first_skipped = 0
        self.done = 0
        self.passed_over = 0
        self.failure = ""
        self._threads: list[threading.Thread] = []

    def start(self) -> Explaining:
        """Launch tshark. Raises ToolTrouble."""
        self._source.start()
        for run, name in ((self._feed, "feed"), (self._explain, "explain")):
            thread = threading.Thread(target=run, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def offer(self, block: Block) -> int:
        """Hand on a block; returns the number of its frame, 0 when it is no packet."""
        with self._changed:
            if block.kind in PACKETS:
                self._newest += 1
                self._arrived.append(time.monotonic())
            if not self.failure:
                self._waiting.append(block.data)
                self._size += len(block.data)
                if self._size > _WAITING:
                    self._give_up("packets came faster than they could be read")
            self._changed.notify()
            return self._newest if block.kind in PACKETS else 0

    def late(self, arrived: float) -> float:
        """When a packet that came at this time (time.monotonic) has been waiting too long."""
        return max(arrived, self._began) + self._patience if self._began else arrived + _START

    def skip(self) -> None:
        """Pass over all packets that have arrived so far and are not told yet."""
        with self._changed:
            self._skip_to = self._newest

    def skips(self, frame: int) -> bool:
        """Whether nothing will be told of this frame any more."""
        return frame <= self._skip_to or frame <= self.done or bool(self.failure)

    def finish(self, seconds: float) -> bool:
        """No more blocks will come; wait for what is under way. False when it took longer than that."""
        with self._changed:
            self._over = True
            self._changed.notify()
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(end - time.monotonic(), 0.0))
        whole = not any(thread.is_alive() for thread in self._threads)
        if not whole:
            self._abandoned = True
            self._give_up("the rest was not awaited")
        elif self.done < self._newest:
            self._give_up("tshark has ended")
        self._source.close()
        for thread in self._threads:
            thread.join(1.0)
        return whole

    def _give_up(self, why: str) -> None:
        with self._changed:
            if not self.failure:
                self.failure = why
            self._waiting.clear()
            self._size = 0
            self._over = True
            self._changed.notify_all()

    def _feed(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._over:
                    self._changed.wait()
                if not self._waiting:
                    break
                # Together what has come together: under load one call serves many packets.
                piece, size = [], 0
                while self._waiting and size < _PIECE:
                    piece.append(self._waiting.popleft())
                    size += len(piece[-1])
                self._size -= size
            if not self._source.write(b"".join(piece)):
                break
        self._source.finish()

    def _explain(self) -> None:
        explanation = LiveExplanation(self._source, self._wanted)
        try:
            for explained in explanation:
                self._one(explained)
                if self._abandoned:
                    break
            else:
                self._end_of_skipped()
        except Trouble as trouble:
            self._give_up(trouble.what)
        except Exception as error:  # whatever breaks here must not break the capture
            self._give_up(f"{type(error).__name__}: {error}")
        else:
            if not self._over:
                self._give_up("tshark has ended")
        # Nobody reads what it prints any more, so it would soon read no more of what it is given.
        self._source.stop()

    def _one(self, explained: Explained) -> None:
        frame = explained.seen.packet.frame
        if explained.findings:
            self._end_of_skipped()
            with suppress(BrokenPipeError):
                self._tell(explained)
        else:
            self._first_skipped = self._first_skipped or frame
            self.passed_over += 1
        self.done = frame

    def _end_of_skipped(self) -> None:
        if self._first_skipped:
            self._skipped(self._first_skipped, self.done)
            self._first_skipped = 0

    def _wanted(self, frame: int) -> bool:
        with self._changed:
            now = time.monotonic()
            self._began = self._began or now
            arrived = self._arrived.popleft() if self._arrived else now
            if frame > self._skip_to and now > self.late(arrived):
                self._skip_to = self._newest
            return frame > self._skip_to
