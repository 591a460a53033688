"""Commands run in this process, and programs that stand in for tshark and misbehave."""

from __future__ import annotations

import contextlib
import io
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reporter.cli.main import app, ending

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
