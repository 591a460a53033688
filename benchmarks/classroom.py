"""A class: one warm process against cold ones, and 200 submissions in one run against 200 runs, two at a time."""

from __future__ import annotations

import ctypes
import itertools
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.inputs import FOLDER
from benchmarks.measure import ROOT, Command, Cost, Row, Spread, python, reporter
from benchmarks.sizes import Sizes

_JOBS = 2
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER: who is left behind by a run is waited for here
#: As a worker of the batch does it, alone with its captures.
_WARM = """
import sys, tempfile, time; from pathlib import Path
from reporter.batch import preload
from reporter.batch.worker import Bounds, prepare
from reporter.options import ReportOptions
from reporter.pipeline.report import make_reports
formats, *captures = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    prepare(Bounds(), folder)
    def one(path):
        outputs = [Path(folder) / f"r.{each}" for each in formats.split(",")]
        make_reports([Path(path)], outputs, options=ReportOptions(), progress=lambda *_: None)
    one(captures[0])
    began = time.monotonic()
    for path in captures:
        one(path)
    print((time.monotonic() - began) / len(captures))
"""


def rows(sizes: Sizes) -> Iterator[Row]:
    """Targets 7 and 8, and how much of two warm processes' speed the batch keeps; with PDF, and with HTML alone."""
    folder = FOLDER / "class"
    Command([sys.executable, "scripts/make_class.py", str(folder), "--students", str(sizes.students)]).cost()
    captures = list(_captures(folder))
    for formats, which in (("html,pdf", "HTML and PDF"), ("html", "HTML alone")):
        cold = _cold(captures, formats)
        batch = _batch(folder, formats)
        made = sum(1 for row in _results() if row["outputs"])
        warm = _two_warm(captures, formats)
        of = f"two processes, {which}"
        yield Row("7", f"warm reports, {of}", "cold reports, two at a time", 0.5, Spread.of([warm / cold.wall]))
        faster = (cold.wall / len(captures)) / (batch.wall / made)
        less = (cold.cpu / len(captures)) / (batch.cpu / made)
        yield Row(
            "8",
            f"{sizes.students} submissions in one run, {of}, per report",
            "as many runs of reporter report, two at a time",
            2,
            Spread.of([faster]),
            Spread.of([less]),
            upper=False,
        )
        rate = (made / batch.wall) / (len(captures) / warm)
        what = f"reports a second of the batch, {which}"
        yield Row("8b", what, "two warm processes side by side", 0.85, Spread.of([rate]), upper=False)


def _captures(folder: Path) -> Iterator[Path]:
    """The captures of those whose submission is whole, unpacked."""
    expected = json.loads((folder / "expected.json").read_text())["statuses"]
    target = folder / "captures"
    target.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "submissions.zip") as archive:
        for info in archive.infolist():
            number = info.filename[:8]
            if expected.get(number) != "ok":
                continue
            with archive.open(info) as file, zipfile.ZipFile(file) as own:
                name = next(each for each in own.namelist() if each.endswith(("pcap", "pcapng")))
                path = target / f"{number}{Path(name).suffix}"
                path.write_bytes(own.read(name))
                yield path


def _warm(captures: list[Path], formats: str) -> float:
    command = python(_WARM, formats, *captures)
    done = subprocess.run(command.arguments, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)


def _two_warm(captures: list[Path], formats: str) -> float:
    """Seconds that two warm processes take for all captures, once they are warm."""
    halves = [captures[place::_JOBS] for place in range(_JOBS)]
    with ThreadPoolExecutor(_JOBS) as pool:
        took = pool.map(lambda half: _warm(half, formats) * len(half), halves)
        return max(took)


def _cold(captures: list[Path], formats: str) -> Cost:
    """Every report by a run of its own, two at a time."""
    numbers = itertools.count()

    def one(path: Path) -> Cost:
        name = FOLDER / f"cold-{next(numbers) % 50}"
        outputs = [part for each in formats.split(",") for part in ("-o", f"{name}.{each}")]
        return reporter("report", path, *outputs).cost()

    began = time.monotonic()
    with ThreadPoolExecutor(_JOBS) as pool:
        costs = list(pool.map(one, captures))
    return Cost(time.monotonic() - began, sum(each.cpu for each in costs))


def _batch(folder: Path, formats: str) -> Cost:
    """All of them in one run, with everything that the run leaves to wait for."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    out = FOLDER / "class-out"
    subprocess.run(["rm", "-rf", out], check=True)
    arguments = [
        sys.executable,
        "-m",
        "reporter",
        "batch",
        folder / "submissions.zip",
        "-o",
        out,
        "--quiet",
        "--formats",
        formats,
    ]
    began = time.monotonic()
    before = os.times()
    process = subprocess.Popen(
        [*map(str, arguments), "--jobs", str(_JOBS), "--roster", str(folder / "roster.csv")],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    process.wait()
    wall = time.monotonic() - began
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(wall, used)


def _results() -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads((FOLDER / "class-out" / "results.json").read_bytes())["submissions"]
    return found
