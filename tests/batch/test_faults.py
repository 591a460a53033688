"""A class on a full disk, and one that is interrupted: a message, the right exit code, and the same command goes on."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys

import pytest

from reporter.batch import observe
from reporter.batch.job import Job, work
from reporter.batch.submission import Piece, Student
from reporter.batch.words import BatchWords
from tests.batch.test_class import batch, results
from tests.captures import BUNDLED, ROOT
from tests.faults import mounts, stand_in

pytestmark = [pytest.mark.tshark, pytest.mark.slow]
CAPTURES = ("half-close", "refused", "keepalive-full")


@pytest.fixture
def handed_in(tmp_path):
    for number, name in enumerate(CAPTURES, 1):
        folder = tmp_path / "submissions" / f"2026000{number}-示例"
        folder.mkdir(parents=True)
        shutil.copy(BUNDLED / f"{name}.pcapng", folder)
    return tmp_path / "submissions"


def mounting(script, *arguments, cwd):
    """A script of the shell that may mount, seen by nobody else."""
    return subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=100,
        check=False,
    )


@pytest.mark.skipif(not mounts(), reason="needs a file system of its own")
@pytest.mark.parametrize("size", ["130k", "200k", "700k"])
def test_a_disk_that_becomes_full_and_is_freed(handed_in, tmp_path, size):
    """Wherever the room ends, in the ledger, a worker or a report: nobody gets a status for it."""
    (tmp_path / "disk").mkdir()
    script = """
mount -t tmpfs -o "size=$1" none disk || exit 99
run() { "$2" -m reporter batch submissions -o disk/out --formats html --jobs 1 --json; }
run "$@" > /dev/null && exit 98; code=$?
mount -o remount,size=50m disk; run "$@" 2> /dev/null || exit 97; ls -A disk/out >&2; exit $code"""
    done = mounting(script, size, sys.executable, cwd=tmp_path)
    said = done.stderr.decode()
    assert done.returncode == 1, said
    assert "the same command again: what is done is not done again" in said
    assert "Traceback" not in said
    assert [row["status"] for row in json.loads(done.stdout)["submissions"]] == ["ok"] * 3
    assert ".scratch" not in said.split()
    assert "index.html" in said.split()


def test_interrupted_it_keeps_what_is_done_and_goes_on(handed_in, tmp_path):
    """Ctrl-C, which every process of the terminal hears, while the last capture is read."""
    out, pid = tmp_path / "out", tmp_path / "pid"
    script = f'case "$*" in *{CAPTURES[2]}*) kill -INT -$(cat {pid}); exec sleep 600;; esac; exec "$TSHARK" "$@"'
    command = [sys.executable, "-m", "reporter", "batch", handed_in, "-o", out, "--formats", "none", "--jobs", "1"]
    done = subprocess.run(
        ["sh", "-c", f"echo $$ > {pid}; exec {shlex.join(map(str, command))}"],
        cwd=ROOT,
        env={**os.environ, "REPORTER_TSHARK": stand_in(tmp_path, script)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=100,
        check=False,
        start_new_session=True,
    )
    assert done.returncode == 130, done.stderr.decode()
    assert "interrupted" in done.stderr.decode()
    assert "/ 3，再执行同一条命令就会接着做" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert not (out / ".scratch").exists()
    kept = finished(out)
    assert 1 <= len(kept) <= 2
    batch(handed_in, out, "--formats", "none", "--jobs", "1")
    assert [row["status"] for row in results(out)] == ["ok"] * 3
    assert finished(out).items() >= kept.items()


def finished(out):
    with sqlite3.connect(out / "ledger.sqlite") as ledger:
        return dict(ledger.execute("SELECT key, finished || seconds FROM result"))


@pytest.mark.parametrize("limit", ["_STREAMS", "_EXCHANGES", "_ADDRESSES"])
def test_what_is_too_much_to_be_remembered_is_said(limit, tmp_path, monkeypatch):
    (tmp_path / "job").mkdir()
    path = BUNDLED / "parallel-browser.pcapng"
    job = Job("k", Student("20260001"), (Piece(path.name, path, path.stat().st_size),), tmp_path / "job", formats=())
    assert work(job).status == "ok"
    monkeypatch.setattr(observe, limit, 1)
    outcome = work(job)
    assert outcome.status == "warnings"
    assert limit.lower().strip("_") in outcome.observed[0].cut
    said = BatchWords("en").remarks(outcome.remarks)
    assert said.startswith("parallel-browser.pcapng holds more than 5000 connections")


@pytest.mark.skipif(not mounts(), reason="needs a file system of its own")
def test_a_folder_that_may_not_be_written_is_to_be_made_writable(handed_in, tmp_path):
    """Room on the disk would help nobody."""
    (tmp_path / "disk").mkdir()
    script = """
mount -t tmpfs none disk || exit 99
run() { "$1" -m reporter batch submissions -o disk/out --match-only --quiet; }
run "$@" > /dev/null || exit 98
mount -o remount,ro disk; run "$@"
"""
    done = mounting(script, sys.executable, cwd=tmp_path)
    said = done.stderr.decode()
    assert done.returncode == 1, said
    assert "make the folder writable" in said
    assert "free the disk" not in said
