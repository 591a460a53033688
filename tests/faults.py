"""Commands run in this process, and programs that stand in for tshark and misbehave."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reporter.cli.main import app, ending
from reporter.errors import EXIT_TROUBLE

#: What was in the place of the output, and ways to write there.
OLD = b"what was there before"
DOORS = {
    "explain": ("explain", "--format", "json", "-o", "out.json"),
    "annotate": ("annotate", "-o", "out.pcapng"),
    "report": ("report", "--lang", "en", "-o", "out.html"),
}
TSHARK = shutil.which("tshark") or "tshark"


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    printed: str
    said: str


def command(*arguments: str | Path) -> Done:
    """Run `reporter ARGUMENTS` here."""
    stdout, stderr = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        code = ending(partial(app, args=list(map(str, arguments))))
    stdout.flush()
    return Done(code, stdout.buffer.getvalue().decode(), stderr.getvalue())


def stand_in(folder: Path, script: str) -> str:
    """A program in the place of tshark: a shell script in which `TSHARK` is the real one."""
    path = folder / "tshark-stand-in"
    path.write_text(f'#!/bin/sh\nTSHARK="{TSHARK}"\n{script}\n', encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def mounts() -> bool:
    """Whether a file system can be mounted in a namespace of its own."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    return not subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode


def refused(done: Done, door: tuple[str, ...], *, says: str, code: int = EXIT_TROUBLE) -> None:
    """The run ended well, and the old file is there, alone and whole."""
    assert done.code == code, done.said
    assert says in done.said
    assert done.said.startswith("reporter: ")
    assert "Traceback" not in done.said
    assert Path(door[-1]).read_bytes() == OLD
    assert [path.name for path in Path().iterdir()] == [door[-1]]
