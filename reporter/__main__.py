"""What `reporter` and `python -m reporter` start: the command line, interrupted quietly even while it is loaded."""

from __future__ import annotations

import gc
import os
import signal
import sys


def main() -> None:
    """Load the command line and run it."""
    _open_what_is_closed()
    # What has been begun is ended, and what is in place for a while is removed.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    # What a run makes lives until it is written: looking for garbage among it costs a fifth of a report.
    gc.set_threshold(200_000, 20, 50)
    if sys.argv[1:2] == ["explain"]:
        from reporter import fast

        fast.use()
    try:
        if sys.argv[1:2] == ["report"]:
            from reporter.cli import ahead

            ahead.begin(sys.argv[2:])
        from reporter.cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


def _open_what_is_closed() -> None:
    """Standard streams that whoever started us has closed lead nowhere, so that no file takes their place."""
    while (number := os.open(os.devnull, os.O_RDWR)) < 3:
        pass
    os.close(number)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115


if __name__ == "__main__":
    main()
