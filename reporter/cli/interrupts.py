"""Ctrl-C that gets through, wherever it lands."""

from __future__ import annotations

import _thread
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_SOON = 0.01


@contextmanager
def no_interrupt_lost() -> Iterator[None]:
    """Inside, an interrupt that Python could not raise is raised again a moment later, at the latest at the end.

    In what Python calls by itself (`__del__`, the callback of a weak reference) a KeyboardInterrupt only becomes
    "Exception ignored in …" (`sys.unraisablehook`), and the command would run on as if nobody had asked it to stop.
    """
    before = sys.unraisablehook
    waiting: list[None] = []

    def again() -> None:
        time.sleep(_SOON)
        _thread.interrupt_main()
        waiting.pop()

    def hook(ignored: sys.UnraisableHookArgs) -> None:
        if not issubclass(ignored.exc_type, KeyboardInterrupt):
            before(ignored)
            return
        waiting.append(None)
        # Not a Thread of threading: this may be inside one of its locks.
        _thread.start_new_thread(again, ())

    sys.unraisablehook = hook
    try:
        yield
        while waiting:
            time.sleep(_SOON)
    finally:
        sys.unraisablehook = before
