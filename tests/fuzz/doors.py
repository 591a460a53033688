"""The commands that take a capture, run in this process on a mutated one, and what must hold of every run."""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reporter.cli.main import app, ending
from tests.fuzz.mutate import Mutant, mutant

#: How long one run may take, in seconds.
LONGEST = 60
DOORS = (
    ("explain", "--format", "text"),
    ("explain", "--format", "json", "--lang", "en", "-o", "out"),
    ("explain", "--format", "jsonl"),
    ("annotate", "--lang", "zh,en", "-o", "out.pcapng"),
    ("report", "--lang", "en", "-o", "out.html"),
    ("explain", "--format", "text", "--lang", "en", "--anonymize", "-o", "out"),
)
_STEERING = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: the exit code, seconds, and what is wrong with it (empty when nothing is)."""

    code: int
    seconds: float
    wrong: str


class Endless(BaseException):
    """The time of a run is over."""


def run_seed(seed: int, folder: Path) -> tuple[Mutant, tuple[str, ...], Outcome]:
    """The capture of this seed through one of the doors, within `folder`, which is left as it was found."""
    made = mutant(seed)
    door = DOORS[seed % len(DOORS)]
    outcome = run(made.data, made.ending, door, folder)
    if outcome.code == -1:  # on a machine with much else to do; what hangs does so again
        outcome = run(made.data, made.ending, door, folder)
    return made, door, outcome


def run(data: bytes, suffix: str, door: tuple[str, ...], folder: Path) -> Outcome:
    """A capture through a door. `folder` is an empty folder."""
    capture = folder / f"mutant{suffix}"
    capture.write_bytes(data)
    stdout, stderr = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    command, *rest = door
    begun = time.monotonic()
    with _within(folder), contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr), _bounded(LONGEST):
        try:
            code = ending(partial(app, args=[command, capture.name, *rest]))
        except Endless:
            code = -1
    seconds = time.monotonic() - begun
    stdout.flush()
    printed, said = stdout.buffer.getvalue(), stderr.getvalue()
    made = {str(path.relative_to(folder)): path for path in folder.rglob("*") if not path.is_dir()}
    wrong = judged(
        code, printed, said, {name: path.read_bytes() for name, path in made.items()}, capture.name, data, door
    )
    for path in made.values():
        path.unlink()
    return Outcome(code, seconds, wrong)


def judged(
    code: int, printed: bytes, said: str, made: dict[str, bytes], name: str, data: bytes, door: tuple[str, ...]
) -> str:
    """What is wrong with a run, or nothing."""
    output = door[-1] if "-o" in door else ""
    if code == -1:
        return "no end within the time"
    if code not in (0, 1):
        return f"exit code {code}: {said}"
    if "bug in reporter" in said or "Traceback" in said:
        return said
    if code == 1 and not said.startswith("reporter: "):
        return f"exit code 1 without a message: {said!r}"
    if code == 0 and not (printed or made.get(output)):
        return "done, but nothing was written"
    if b"rules failed, and what they would have said is missing" in made.get(output, b""):
        return "a rule failed: see the last section of the report"
    if made.get(name) != data:
        return "the capture was changed"
    others = set(made) - {name, output}
    if others or (code and output in made):
        return f"files left behind: {sorted(made)}"
    if _STEERING.search(printed.replace(b"\n", b"").replace(b"\t", b"")) or _STEERING.search(
        said.replace("\n", "").encode()
    ):
        return "control characters were printed"
    return ""


@contextlib.contextmanager
def _within(folder: Path) -> Iterator[None]:
    """Home, temporary files and the working folder are there, so that whatever is written elsewhere is seen."""
    before, kept, temporary = Path.cwd(), dict(os.environ), tempfile.tempdir
    for name in ("home", "tmp"):
        (folder / name).mkdir(exist_ok=True)
    # Compiled templates are ours and may stay where they are kept.
    kept.setdefault("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    os.environ |= {
        "XDG_CACHE_HOME": kept["XDG_CACHE_HOME"],
        "HOME": str(folder / "home"),
        "XDG_STATE_HOME": str(folder / "home" / "state"),
        "NO_COLOR": "1",
    }
    tempfile.tempdir = str(folder / "tmp")
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        tempfile.tempdir = temporary
        os.environ.clear()
        os.environ |= kept


@contextlib.contextmanager
def _bounded(seconds: int) -> Iterator[None]:
    def over(*_: object) -> None:
        raise Endless

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
