"""Explains a capture as `explain --format jsonl` does and prints its own peak memory above its imports, in MB."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from reporter import rules
from reporter.explain.words import Words
from reporter.pipeline import Explanation
from reporter.render.jsonl import packet_line


def _peak() -> float:
    # Kilobytes on Linux, bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def main() -> None:
    """Read the command line, explain, print."""
    rules.load()
    words = Words("zh")
    before = _peak()
    for each in Explanation(Path(sys.argv[1]), keep=False):
        packet_line(each.seen, each.findings, words)
    print(f"{_peak() - before:.1f}")


if __name__ == "__main__":
    main()
