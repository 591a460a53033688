"""What a long run is doing, on stderr, for a person who watches."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType

_PATIENCE = 2.0
_PERIOD = 0.25


class Progress:
    """Call it with a stage and a count. It speaks only to a terminal, and only after two seconds."""

    def __init__(self, *, wanted: bool = True) -> None:
        self._wanted = wanted and sys.stderr.isatty()
        self._stage = ""
        self._count: int | None = None
        self._shown = 0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self, stage: str, count: int | None = None) -> None:
        self._stage, self._count = stage, count

    def __enter__(self) -> Progress:
        if self._wanted:
            self._thread = threading.Thread(target=self._run, name="progress", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is not None:
            self._over.set()
            self._thread.join()
            if self._shown:
                self._write("")

    def _run(self) -> None:
        began = time.monotonic()
        wait = _PATIENCE
        while not self._over.wait(wait):
            wait = _PERIOD
            count = "" if self._count is None else f" {self._count:,}"
            self._write(f"{self._stage}{count} … {time.monotonic() - began:.0f} s")

    def _write(self, text: str) -> None:
        sys.stderr.write("\r" + text.ljust(self._shown) + ("" if text else "\r"))
        sys.stderr.flush()
        self._shown = len(text)
