"""On a real scheduler with two workers on the loopback, one of which is killed in the middle."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time

import pytest

from tests.batch.test_class import batch, generator
from tests.captures import ROOT

pytest.importorskip("distributed")
pytestmark = [pytest.mark.tshark, pytest.mark.slow]
QUIET = {**os.environ, "DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "false"}


def started(*arguments, log):
    return subprocess.Popen(
        [sys.executable, "-m", *map(str, arguments)], cwd=ROOT, env=QUIET, stdout=log, stderr=subprocess.STDOUT
    )


@pytest.fixture
def cluster(tmp_path):
    """The address of a scheduler, and its workers."""
    processes = []
    with (tmp_path / "scheduler.log").open("wb") as log:
        host = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        processes.append(started("distributed.cli.dask_scheduler", *host, log=log))
        deadline = time.monotonic() + 60
        while not (found := re.search(rb"tcp://127\.0\.0\.1:\d+", (tmp_path / "scheduler.log").read_bytes())):
            assert time.monotonic() < deadline, (tmp_path / "scheduler.log").read_text()
            time.sleep(0.1)
        address = found[0].decode()
        for number in range(2):
            place = ("--local-directory", tmp_path / f"w{number}", "--no-dashboard", "--nthreads", "1")
            processes.append(
                started("distributed.cli.dask_worker", address, "--no-nanny", "--host", "127.0.0.1", *place, log=log)
            )
        yield address, processes[1:]
        for process in processes:
            process.kill()
            process.wait()


def test_a_worker_that_is_lost_costs_no_row(cluster, tmp_path):
    address, workers = cluster
    generator().make(tmp_path / "class", 10, seed=5, broken=4)
    logs = tmp_path / "out" / "logs"

    def lose() -> None:
        """Kill one worker once something has come home."""
        deadline = time.monotonic() + 200
        while time.monotonic() < deadline and not (logs.is_dir() and any(logs.iterdir())):
            time.sleep(0.1)
        workers[0].kill()

    import threading

    thread = threading.Thread(target=lose)
    thread.start()
    folder = tmp_path / "class"
    options = ("--roster", folder / "roster.csv", "--formats", "html", "--rubric", folder / "rubric.toml")
    batch(folder / "submissions.zip", tmp_path / "out", *options, "--scheduler", address)
    thread.join()
    assert workers[0].poll() is not None
    expected = json.loads((folder / "expected.json").read_text())["statuses"]
    rows = json.loads((tmp_path / "out" / "results.json").read_bytes())["submissions"]
    assert {row["student"]["id"]: row["status"] for row in rows} == expected
    for row in rows:
        for output in row["outputs"]:
            assert (tmp_path / "out" / output).stat().st_size > 10_000


def test_a_scheduler_that_does_not_answer_is_told(tmp_path):
    generator().make(tmp_path / "class", 2, seed=5)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "reporter",
            "batch",
            tmp_path / "class" / "submissions.zip",
            "-o",
            tmp_path / "out",
            "--scheduler",
            "nowhere",
        ],
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 2
    assert b"no address" in done.stderr
