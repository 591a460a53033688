"""`python -m tests.fuzz N [FIRST] [FOLDER]`: N mutated captures from seed FIRST on; those that break it are kept."""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.doors import run_seed


def main(count: int, first: int, kept: str) -> int:
    """Run, tell, and return how many broke it."""
    codes: Counter[int] = Counter()
    broken, slowest, begun = 0, 0.0, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        for seed in range(first, first + count):
            made, door, outcome = run_seed(seed, Path(name))
            codes[outcome.code] += 1
            slowest = max(slowest, outcome.seconds)
            if outcome.wrong:
                broken += 1
                Path(kept).mkdir(parents=True, exist_ok=True)
                path = Path(kept) / f"{seed}{made.ending}"
                path.write_bytes(made.data)
                print(f"{made.story}\n  reporter {' '.join(door)}: {path}\n  {outcome.wrong}", flush=True)
            if (seed - first + 1) % 500 == 0:
                print(f"{seed - first + 1} of {count}, {time.monotonic() - begun:.0f} s, {dict(codes)}", flush=True)
    print(f"{count} captures, {broken} broke it, slowest {slowest:.1f} s, exit codes {dict(sorted(codes.items()))}")
    return broken


if __name__ == "__main__":
    count, first, kept = (*sys.argv[1:], *("10000", "0", "out/fuzz")[len(sys.argv) - 1 :])
    sys.exit(min(main(int(count), int(first), kept), 1))
