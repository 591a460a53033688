"""Runs the command as a user does: in a process of its own, with nobody at the terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.captures import ROOT


def reporter(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return reporter_in(ROOT, *arguments, **environment)


def reporter_in(folder: Path, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "reporter", *map(str, arguments)],
        capture_output=True,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
