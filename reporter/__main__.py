"""What `reporter` and `python -m reporter` start: the command line, interrupted quietly even while it is loaded."""

from __future__ import annotations

import gc
import signal
import sys


def main() -> None:
    """Load the command line and run it."""
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


if __name__ == "__main__":
    main()
