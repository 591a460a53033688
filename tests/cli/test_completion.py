"""The shell completes commands and options as `--install-completion` sets it up."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from tests.captures import ROOT

BASH = shutil.which("bash")


@pytest.mark.skipif(BASH is None, reason="no bash here")
@pytest.mark.parametrize(
    ("line", "offered"),
    [("reporter te", "template"), ("reporter template ch", "check"), ("reporter explain --la", "--lang")],
)
def test_bash_completes_what_has_been_installed(line, offered, tmp_path):
    program = tmp_path / "bin" / "reporter"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reporter "$@"\n')
    program.chmod(0o755)
    assert "source '" in in_bash("reporter --install-completion >&2; cat .bashrc", tmp_path)
    words = " ".join(f"'{word}'" for word in line.split())
    script = (
        f'. .bashrc; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); {{}} reporter; echo "$COMPREPLY"'
    )
    assert in_bash(script.replace("{}", "_reporter_completion"), tmp_path).split() == [offered]


def in_bash(script, home):
    """What a shell prints whose home that is; the program finds out which shell it is."""
    environment = {"HOME": str(home), "PATH": f"{home}/bin:/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    command = [str(BASH), "-c", script]
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout
