"""A short run of the fuzzing that `make fuzz` does at length: the same seeds every time."""

from __future__ import annotations

import pytest

from tests.fuzz.doors import DOORS, judged, run_seed
from tests.fuzz.mutate import mutant

pytestmark = pytest.mark.tshark
SEEDS = range(len(DOORS))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mutated_capture_is_explained_or_refused(seed, tmp_path):
    made, door, outcome = run_seed(seed, tmp_path)
    assert not outcome.wrong, f"{made.story}, {' '.join(door)}"


def test_the_same_seed_makes_the_same_capture():
    assert [mutant(seed) for seed in range(50)] == [mutant(seed) for seed in range(50)]
    assert len({mutant(seed).data for seed in range(50)}) > 45


@pytest.mark.parametrize(
    ("code", "printed", "said", "made", "wrong"),
    [
        (0, b"fine\n", "", {}, ""),
        (1, b"", "reporter: the file is not a capture\n", {}, ""),
        (1, b"", "", {}, "without a message"),
        (3, b"", "reporter: this is a bug in reporter\n", {}, "exit code 3"),
        (0, b"fine\n", "reporter: a rule failed. This is a bug in reporter\n", {}, "bug"),
        (0, b"", "", {}, "nothing was written"),
        (0, b"\x1b[2J", "", {}, "control characters"),
        (0, b"fine\n", "", {"elsewhere": b""}, "left behind"),
        (-1, b"", "", {}, "no end"),
    ],
)
def test_what_is_wrong_with_a_run_is_seen(code, printed, said, made, wrong):
    found = judged(code, printed, said, {"a.pcapng": b"x", **made}, "a.pcapng", b"x", ("explain",))
    assert (wrong in found) if wrong else not found
