"""Ctrl-C at every stage: the old output is there, whole and alone; a message; the exit code that shells expect."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reporter.errors import EXIT_INTERRUPTED
from reporter.pipeline.explain import Explanation
from reporter.render import files, html, pdf
from reporter.render.comments import Summary
from tests.captures import BUNDLED, ROOT
from tests.faults import DOORS, OLD, command, refused, stand_in

pytestmark = [pytest.mark.tshark, pytest.mark.usefixtures("here")]
CAPTURE = BUNDLED / "keepalive-full.pcapng"
doors = pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)


@doors
@pytest.mark.parametrize(
    "stage",
    ['kill -INT $PPID; exec "$TSHARK" "$@"', '"$TSHARK" "$@" | head -c 2000; kill -INT $PPID; exec sleep 60'],
    ids=["begin", "reading"],
)
def test_interrupted_while_tshark_works(door, stage, tmp_path, monkeypatch):
    monkeypatch.setenv(
        "REPORTER_TSHARK", stand_in(tmp_path, f'case " $* " in *" tcp.stream "*) {stage};; esac\nexec "$TSHARK" "$@"')
    )
    Path(door[-1]).write_bytes(OLD)
    refused(command(*door, CAPTURE), door, says="interrupted", code=EXIT_INTERRUPTED)


def _interrupt(*_: object, **__: object) -> None:
    signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("name", ["explain", "annotate"])
def test_interrupted_when_tshark_has_ended(name, monkeypatch):
    """While the last words are written: of the connections, or the copy."""
    monkeypatch.setattr(Explanation, "streams", _interrupt)
    monkeypatch.setattr(Summary, "text", _interrupt)
    Path(DOORS[name][-1]).write_bytes(OLD)
    refused(command(*DOORS[name], CAPTURE), DOORS[name], says="interrupted", code=EXIT_INTERRUPTED)


def test_interrupted_where_python_cannot_raise(monkeypatch):
    """A KeyboardInterrupt in `__del__` is ignored by Python; the command ends nevertheless."""

    class Fleeting:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    def words(*_: object) -> str:
        Fleeting()
        for _step in range(1000):
            time.sleep(0.01)
        return ""

    monkeypatch.setattr(Summary, "text", words)
    Path(DOORS["annotate"][-1]).write_bytes(OLD)
    before = sys.unraisablehook
    refused(command(*DOORS["annotate"], CAPTURE), DOORS["annotate"], says="interrupted", code=EXIT_INTERRUPTED)
    assert sys.unraisablehook is before


def test_interrupted_while_the_details_are_fetched(tmp_path, monkeypatch):
    script = 'case "$*" in *pdml*) "$TSHARK" "$@" | head -c 5000; kill -INT $PPID; exec sleep 60;; esac'
    monkeypatch.setenv("REPORTER_TSHARK", stand_in(tmp_path, f'{script}; exec "$TSHARK" "$@"'))
    Path("out.html").write_bytes(OLD)
    refused(command(*DOORS["report"], CAPTURE), DOORS["report"], says="interrupted", code=EXIT_INTERRUPTED)


def test_interrupted_while_the_pdf_is_made(monkeypatch):
    """Nothing is written, not even the HTML that is asked for beside it."""
    monkeypatch.setattr(pdf, "laid_out", _interrupt)
    Path("out.pdf").write_bytes(OLD)
    door = ("report", "-o", "out.html", "-o", "out.pdf")
    refused(command(*door, CAPTURE), door, says="interrupted", code=EXIT_INTERRUPTED)


@pytest.mark.parametrize("stage", ["rendering", "writing", "putting in place"])
def test_interrupted_while_the_report_is_made(stage, monkeypatch):
    if stage == "rendering":
        monkeypatch.setattr(html, "html_here", _interrupt)
    elif stage == "writing":
        monkeypatch.setattr(files, "_mode", _interrupt)
    else:
        monkeypatch.setattr(Path, "replace", _interrupt)
    Path("out.html").write_bytes(OLD)
    refused(command(*DOORS["report"], CAPTURE), DOORS["report"], says="interrupted", code=EXIT_INTERRUPTED)


def test_interrupted_as_soon_as_it_is_started(here):
    """Even while Python is still loading us: no traceback."""
    program = """
import runpy, signal, sys
class Interrupt:
    def find_spec(name, *_):
        if name == "typer":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interrupt)
sys.argv = ["reporter", "doctor"]
runpy.run_module("reporter", run_name="__main__")"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == EXIT_INTERRUPTED
    assert b"Traceback" not in done.stderr
