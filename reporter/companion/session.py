"""A capture that is explained as it runs, saved, and reported on at its end."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reporter.capture.blocks import INTERFACE, PACKETS, REST
from reporter.capture.ring import Ring
from reporter.companion.explaining import Explaining, Skipped, Tell
from reporter.errors import OutputTrouble, ToolTrouble
from reporter.extract.live import capturing

#: How long to wait for the explanation of what has been captured, in seconds.
_AFTERWARDS = 10.0
_START = 20.0


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of a session: packets captured, those that had to make room in the file, those that were dropped by
    the kernel, those not explained, and why the explanation ended early, if it did."""

    packets: int
    made_room: int
    dropped: int
    passed_over: int
    failure: str


class Session:
    """Captures on an interface into a file; with `tell` explains as it goes. Use `with`, then `wait`, then `end`.

    Raises Trouble when the capture cannot be started.
    """

    def __init__(
        self,
        interface: str,
        capture_filter: str,
        output: Path,
        *,
        limit: int,
        tell: Tell | None = None,
        skipped: Skipped = lambda first, last: None,
        most: int = 0,
        patience: float = 2.0,
        decode_as: tuple[str, ...] = (),
    ) -> None:
        self._explaining = None if tell is None else Explaining(tell, skipped, patience=patience, decode_as=decode_as)
        self._most = most
        self._ready = threading.Event()
        self._over = threading.Event()
        self._trouble: OSError | None = None
        self._ended = False
        self._capturing = capturing(interface, capture_filter)
        try:
            self._ring = Ring(output, limit)
        except OSError as error:
            self._capturing.close()
            raise OutputTrouble(
                f"the packets cannot be saved: {error.strerror or error}",
                where=str(output),
                to_do="name another place with -o",
            ) from error
        self._thread = threading.Thread(target=self._read, name="capture", daemon=True)

    def __enter__(self) -> Session:
        try:
            if self._explaining is not None:
                self._explaining.start()
            self._thread.start()
            if not self._ready.wait(_START):
                raise ToolTrouble("the capture did not start", to_do="try it in Wireshark")
            if self._over.is_set() and not self._ring.packets:
                self._capturing.verify()
        except BaseException:
            self._let_go()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._let_go()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the capture ends by itself, at most so long; whether it has ended."""
        return self._over.wait(seconds)

    def end(self) -> Recorded:
        """Stop, put the file in its place, then wait for the last explanations. Raises OutputTrouble."""
        self._capturing.stop()
        self._thread.join(_START)
        self._save()
        failure, passed_over = "", 0
        if self._explaining is not None:
            self._explaining.finish(_AFTERWARDS)
            failure = self._explaining.failure
            passed_over = self._ring.packets - self._explaining.done + self._explaining.passed_over
        return Recorded(self._ring.packets, self._ring.dropped, self._capturing.dropped(), passed_over, failure)

    def _read(self) -> None:
        try:
            for block in self._capturing.blocks():
                if block.kind == REST:
                    break
                self._ring.write(block)
                if self._explaining is not None:
                    self._explaining.offer(block)
                if block.kind == INTERFACE:
                    self._ready.set()
                if self._most and block.kind in PACKETS and self._ring.packets >= self._most:
                    self._capturing.stop()
                    break
        except OSError as error:
            self._trouble = error
            self._capturing.stop()
        finally:
            self._over.set()
            self._ready.set()

    def _let_go(self) -> None:
        self._capturing.stop()
        if self._thread.is_alive():
            self._thread.join(_START)
        if not self._thread.is_alive():
            self._capturing.close()
        if self._explaining is not None:
            self._explaining.finish(0.0)
        # What has been captured is not thrown away because something else went wrong.
        with suppress(OSError, OutputTrouble):
            if self._ring.packets:
                self._save()
            elif not self._ended:
                self._ring.discard()

    def _save(self) -> None:
        if self._ended:
            return
        self._ended = True
        try:
            if self._trouble is not None:
                raise self._trouble
            self._ring.close()
        except OSError as error:
            raise _unsaved(self._ring, error) from error


def _unsaved(ring: Ring, error: OSError) -> OutputTrouble:
    count, files = ring.rescue()
    before = f"; {count} that came before are in {' and '.join(map(str, files))}" if files else ""
    return OutputTrouble(
        f"the packets cannot be saved: {error.strerror or error}{before}",
        where=str(ring.path),
        to_do="free the disk or name another place with -o",
    )
