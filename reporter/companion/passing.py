"""Packets on their way to Wireshark: in order, unchanged, with their comments if these come in time."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from reporter.capture.blocks import Block
from reporter.capture.comments import with_comments
from reporter.companion.explaining import Explaining
from reporter.explain.words import Words
from reporter.pipeline.explain import Explained
from reporter.render.comments import Comments

#: How long a packet waits for its comments, in seconds.
PATIENCE = 0.5
_TICK = 0.1
_HELD = 4096


class Passing:
    """Takes blocks (`take`) and writes them with `write`, from a thread of its own; the comments are in `words`.

    `skipped` is told of packets that went on without comments. When `write` fails, `broken` becomes true.
    """

    def __init__(
        self,
        write: Callable[[bytes], object],
        words: Sequence[Words],
        skipped: Callable[[int, int], None],
        *,
        decode_as: tuple[str, ...] = (),
        patience: float = PATIENCE,
    ) -> None:
        self._write = write
        self._comments = Comments(words)
        self._held: deque[tuple[Block, int, float]] = deque()
        self._told: dict[int, list[bytes]] = {}
        self._written = 0
        self._over = False
        self._changed = threading.Condition()
        self.broken = False
        self.commented = 0
        self.explaining: Explaining | None = Explaining(self._tell, skipped, patience=patience, decode_as=decode_as)
        self._thread = threading.Thread(target=self._run, name="passing", daemon=True)

    def start(self) -> str:
        """Begin; returns why nothing can be explained, or an empty string. Packets pass in any case."""
        why = ""
        try:
            assert self.explaining is not None
            self.explaining.start()
        except Exception as error:  # whatever it is, the packets must pass
            why = str(error) or type(error).__name__
            self.explaining = None
        self._thread.start()
        return why

    def speak(self, words: Sequence[Words]) -> None:
        """Go on in these languages."""
        self._comments = Comments(words)

    def take(self, block: Block) -> None:
        """The next block. Waits only when Wireshark itself is far behind."""
        frame = self.explaining.offer(block) if self.explaining is not None else 0
        with self._changed:
            while len(self._held) >= _HELD and not self.broken:
                self._changed.wait(_TICK)
            self._held.append((block, frame, time.monotonic()))
            self._changed.notify_all()

    def finish(self) -> None:
        """No more blocks; write those that are left."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
        self._thread.join()
        if self.explaining is not None:
            self.explaining.finish(0.0)

    def _tell(self, explained: Explained) -> None:
        frame = explained.seen.packet.frame
        lines = self._comments.packet(frame, explained.findings)
        with self._changed:
            if frame > self._written:
                self._told[frame] = lines
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._held and not self._over:
                    self._changed.wait()
                if not self._held:
                    return
                block, frame, arrived = self._held[0]
                lines = self._lines(frame, arrived) if frame else None
                self._held.popleft()
                self._written = frame or self._written
                self._changed.notify_all()
            self.commented += bool(lines)
            try:
                if not self.broken:
                    self._write(with_comments(block, lines) if lines else block.data)
            except OSError:
                self.broken = True

    def _lines(self, frame: int, arrived: float) -> list[bytes] | None:
        """The comments of a frame, once they are there; None when they will not come or have come too late."""
        assert self.explaining is not None
        while frame not in self._told and not self.explaining.skips(frame):
            left = self.explaining.late(arrived) - time.monotonic()
            if left <= 0:
                self.explaining.skip()
                break
            self._changed.wait(min(left, _TICK))
        return self._told.pop(frame, None)
