"""A class from the download to the tables: every row, every status, whatever happens on the way."""

from __future__ import annotations

import csv
import html
import importlib.util
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile

import pytest

from tests.captures import BUNDLED, ROOT

# One worker makes the one class.
pytestmark = [pytest.mark.tshark, pytest.mark.slow, pytest.mark.xdist_group("class")]
STUDENTS, BROKEN = 18, 10
VIEWS = ("results.csv", "results.json", "results.xlsx", "index.html")


def generator():
    spec = importlib.util.spec_from_file_location("make_class", ROOT / "scripts" / "make_class.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_class"] = module
    spec.loader.exec_module(module)
    return module


def command(download, out, *more):
    return [sys.executable, "-m", "reporter", "batch", str(download), "-o", str(out), *map(str, more)]


def batch(download, out, *more, **environment):
    done = subprocess.run(
        command(download, out, *more),
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        timeout=500,
        check=False,
    )
    assert done.returncode in (0, 4), done.stderr.decode()
    return done


def results(out):
    return json.loads((out / "results.json").read_bytes())["submissions"]


def options(made):
    return ("--roster", made / "roster.csv", "--rubric", made / "rubric.toml", "--formats", "html", "--jobs", "2")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    generator().make(folder, STUDENTS, seed=3, broken=BROKEN)
    return folder


@pytest.fixture(scope="module")
def out(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("out")
    batch(made / "submissions.zip", folder, *options(made))
    return folder


def test_every_student_has_one_row_with_the_right_status(made, out):
    expected = json.loads((made / "expected.json").read_text())
    rows = results(out)
    assert {row["student"]["id"]: row["status"] for row in rows} == expected["statuses"]
    assert len(rows) == STUDENTS
    assert len(set(expected["statuses"].values())) >= 6
    assert all(row["reason"] for row in rows if row["status"] != "ok")
    for row in rows:
        for output in row["outputs"]:
            assert (out / output).stat().st_size > 10_000
        assert bool(row["outputs"]) == (row["status"] in ("ok", "warnings"))


def test_copies_are_found_and_nobody_else(made, out):
    expected = {tuple(pair) for pair in json.loads((made / "expected.json").read_text())["pairs"]}
    told = {tuple(sorted((row["student"]["id"], each["with"]["id"]))) for row in results(out) for each in row["shared"]}
    assert told == expected
    assert len(expected) == 3
    for row in results(out):
        for each in row["shared"]:
            assert each["connections"] >= 1
            assert each["evidence"][0]["mine"]["frames"]


def test_the_tables_say_the_same(out):
    rows = list(csv.reader((out / "results.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row[0] for row in rows[1:]] == [row["student"]["id"] for row in results(out)]
    with zipfile.ZipFile(out / "results.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert sheet.count("<row ") == STUDENTS + 1


def test_a_second_run_does_nothing_again_and_changes_nothing(made, out):
    before = {name: (out / name).read_bytes() for name in VIEWS}
    with sqlite3.connect(out / "ledger.sqlite") as ledger:
        finished = dict(ledger.execute("SELECT key, finished FROM result WHERE identity != ''"))
    time.sleep(1.1)
    again = next(row for row in results(out) if row["status"] == "ok")
    batch(made / "submissions.zip", out, *options(made), "--again", again["student"]["id"])
    with sqlite3.connect(out / "ledger.sqlite") as ledger:
        after = dict(ledger.execute("SELECT key, finished FROM result WHERE identity != ''"))
    assert {key for key in after if after[key] != finished[key]} == {again["key"]}
    assert {name: (out / name).read_bytes() for name in VIEWS} == before


def test_killed_at_any_moment_it_goes_on_to_the_same_results(made, out, tmp_path):
    dice = random.Random(7)
    done = 0
    for _ in range(3):
        process = subprocess.Popen(
            command(made / "submissions.zip", tmp_path / "o", *options(made), "--formats", "none"),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        # So much later that something more has been done, and a random moment after that.
        deadline = time.monotonic() + 120
        while entered(tmp_path / "o") <= done and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(dice.random() * 0.6)
        process.send_signal(signal.SIGKILL)
        process.wait()
        done = entered(tmp_path / "o")
    assert done > 0
    for folder in ("o", "undisturbed"):
        batch(made / "submissions.zip", tmp_path / folder, *options(made), "--formats", "none")
    for name in VIEWS:
        assert (tmp_path / "o" / name).read_bytes() == (tmp_path / "undisturbed" / name).read_bytes(), name
    told = (tmp_path / "o" / "results.csv").read_bytes()
    assert told == (out / "results.csv").read_bytes()
    assert not (tmp_path / "o" / ".scratch").exists()


def entered(folder):
    try:
        with sqlite3.connect(f"file:{folder / 'ledger.sqlite'}?mode=ro", uri=True) as ledger:
            return ledger.execute("SELECT count(*) FROM result WHERE identity != ''").fetchone()[0]
    except sqlite3.Error:
        return 0


TSHARK = """#!/bin/sh
case "$*" in
  *spin*) exec sleep 600 ;;
  *killer*) kill -9 $PPID ;;
esac
exec {tshark} "$@"
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A class of which everybody tries something."""
    top = tmp_path_factory.mktemp("hostile")
    capture = (BUNDLED / "half-close.pcapng").read_bytes()
    entries = {
        "=cmd()|' C calc'!A0 20260001.zip": {"lab.pcapng": capture},
        "line\nbreak 20260002.zip": {"la\nb.pcapng": capture},
        "\u202egnp.20260003.zip": {"\u202egnp.pcapng": capture},
        "<script>alert(1)<_script> 20260004.zip": {"<img src=x onerror=alert(1)>.pcapng": capture},
        f"{'长' * 80} 20260005.zip": {f"{'x' * 300}.pcapng": capture},
        "20260006-slip.zip": {"../../../../slipped.pcapng": capture},
        "20260007-bomb.zip": {"lab.pcapng": b"\x0a\x0d\x0d\x0a" + bytes(300 << 20)},
        "20260008-many.zip": {f"{number}": b"" for number in range(10_000)},
        "20260009-spin.zip": {"spin.pcapng": capture},
        "20260010-killer.zip": {"killer.pcapng": capture},
        "'; DROP TABLE result; -- 20260011.zip": {"lab.pcapng": capture},
        "+1+1 20260012.zip": {"=1+1.pcapng": b"no capture"},
    }
    with zipfile.ZipFile(top / "class.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, files in entries.items():
            inner = top / "inner.zip"
            with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as each:
                for file, data in files.items():
                    each.writestr(file, data)
            archive.write(inner, name)
            inner.unlink()
    tshark = top / "tshark"
    tshark.write_text(TSHARK.format(tshark=shutil.which("tshark")))
    tshark.chmod(0o755)
    out = top / "deep" / "out"
    out.mkdir(parents=True)
    before = {path for path in top.rglob("*") if not path.is_relative_to(out)}
    done = batch(
        top / "class.zip", out, "--formats", "none", "--timeout", "20", "--jobs", "2", REPORTER_TSHARK=str(tshark)
    )
    after = {path for path in top.rglob("*") if not path.is_relative_to(out)}
    assert after == before
    assert done.returncode == 4
    return out


def test_whatever_they_try_everybody_has_a_row(hostile):
    statuses = {row["student"]["id"]: row["status"] for row in results(hostile)}
    assert statuses == {
        "20260001": "ok",
        "20260002": "ok",
        "20260003": "ok",
        "20260004": "ok",
        "20260005": "ok",
        "20260006": "warnings",
        "20260007": "too-large",
        "20260008": "too-large",
        "20260009": "timed-out",
        "20260010": "crashed",
        "20260011": "ok",
        "20260012": "unreadable",
    }


def test_no_cell_is_a_formula_and_no_text_hides_another(hostile):
    text = (hostile / "results.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(text.splitlines()))
    assert len(rows) == 13
    for row in rows:
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "\t")) for cell in row)
    assert "\u202e" not in text
    with zipfile.ZipFile(hostile / "results.xlsx") as book:
        everything = b"".join(book.read(name) for name in book.namelist()).decode()
    assert "<f>" not in everything
    assert "\u202e" not in everything
    assert "<hyperlink" not in everything


def test_the_class_page_carries_no_markup_of_theirs(hostile):
    page = (hostile / "index.html").read_text(encoding="utf-8")
    assert page.count("<script") == 1
    assert "<img" not in page
    assert "script-src 'sha256-" in html.unescape(page)
    assert "\u202e" not in page


def test_a_grade_book_is_filled_in_place(made, out, tmp_path):
    book = tmp_path / "grades.csv"
    before = "学号,姓名,成绩,备注\r\n20260001,甲,,=1\r\n20269999,乙,,\r\n"
    book.write_bytes(before.encode("gb18030"))
    dry = batch(made / "submissions.zip", out, *options(made), "--gradebook", book, "--dry-run")
    assert book.read_bytes() == before.encode("gb18030")
    points = next(row["points"] for row in results(out) if row["student"]["id"] == "20260001")
    if points is not None:
        assert f"+20260001,甲,{points:g},=1" in dry.stdout.decode()
        batch(made / "submissions.zip", out, *options(made), "--gradebook", book)
        assert book.read_bytes() == before.replace("甲,,", f"甲,{points:g},").encode("gb18030")


def test_two_runs_do_not_meet_in_one_folder(made, tmp_path):
    with sqlite3.connect(tmp_path / ".lock.sqlite", isolation_level=None) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        done = subprocess.run(command(made / "submissions.zip", tmp_path), capture_output=True, cwd=ROOT, check=False)
    assert done.returncode == 2
    assert "another run" in done.stderr.decode()
