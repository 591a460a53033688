"""`reporter wireshark` from the outside, in a home folder of its own."""

from __future__ import annotations

import hashlib
import json
import sys
import time

import pytest

from tests.captures import BUNDLED, ROOT
from tests.cli.run import reporter

pytestmark = pytest.mark.tshark
SOURCE = BUNDLED / "page-node-curl.pcapng"


@pytest.fixture
def home(tmp_path, monkeypatch):
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for name in ("XDG_CONFIG_HOME", "WIRESHARK_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return folder


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """Stands in for Wireshark; returns a function that gives its arguments."""
    program, told = tmp_path / "wireshark", tmp_path / "told.json"
    program.write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        f"open({str(told)!r} + '.part', 'w').write(json.dumps(sys.argv[1:]))\n"
        f"os.rename({str(told)!r} + '.part', {str(told)!r})\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setenv("REPORTER_WIRESHARK", str(program))

    def arguments():
        end = time.monotonic() + 10
        while not told.exists():
            assert time.monotonic() < end
            time.sleep(0.02)
        found = json.loads(told.read_text(encoding="utf-8"))
        told.unlink()
        return found

    return arguments


def listing(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in folder.rglob("*")
    }


def test_installed_and_taken_away_again(home):
    (home / "notes.txt").write_text("mine", encoding="utf-8")
    before = listing(home)
    assert b"write " in reporter("wireshark", "install", "--dry-run").stdout
    assert listing(home) == before
    assert b"not installed" in reporter("wireshark", "status").stdout
    done = reporter("wireshark", "install", "--lang", "en")
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().count("wrote ") == len(
        [name for name in listing(home) if name not in before and (home / name).is_file() and "json" not in name]
    )
    said = reporter("wireshark", "status").stdout.decode()
    assert "in English" in said
    assert "as installed" in said
    assert "out of date" not in said
    assert b"everything is installed already" in reporter("wireshark", "install", "--lang", "en").stdout
    (home / ".config/wireshark/profiles/Lab report/recent").write_text("by Wireshark", encoding="utf-8")
    assert reporter("wireshark", "uninstall").returncode == 0
    assert listing(home) == before
    assert b"nothing of reporter is installed" in reporter("wireshark", "uninstall").stdout


def test_without_wireshark(home, monkeypatch):
    reporter("wireshark", "install")
    monkeypatch.setenv("REPORTER_TSHARK", str(home / "none"))
    monkeypatch.setenv("REPORTER_WIRESHARK", str(home / "none"))
    said = reporter("wireshark", "status").stdout.decode()
    assert "Wireshark was not found" in said
    assert "as installed" in said
    assert reporter("wireshark", "uninstall").returncode == 0
    assert listing(home) == {}
    done = reporter("wireshark", "install")
    assert done.returncode == 1
    assert b"tshark" in done.stderr
    assert listing(home) == {}


def test_open_explains_once_and_shows_it(home, shown, tmp_path):
    capture = tmp_path / "lab.pcapng"
    capture.write_bytes(SOURCE.read_bytes())
    done = reporter("wireshark", "open", capture, "--frame", "4", "--lang", "en")
    assert done.returncode == 0, done.stderr.decode()
    copy = tmp_path / "lab.explained.pcapng"
    assert shown() == ["-g", "4", "-r", str(copy)]
    assert b"'reporter wireshark install' adds a profile" in done.stdout
    reporter("wireshark", "install")
    first = copy.read_bytes()
    assert b"opened as it is" in reporter("wireshark", "open", capture).stdout
    assert shown() == ["-C", "Lab report", "-r", str(copy)]
    assert copy.read_bytes() == first
    assert reporter("wireshark", "open", copy).returncode == 0
    assert shown()[-1] == str(copy)
    assert capture.read_bytes() == SOURCE.read_bytes()


def test_annotate_opens_what_it_wrote(home, shown, tmp_path):
    output = tmp_path / "x.pcapng"
    assert reporter("annotate", SOURCE, "-o", output, "--open").returncode == 0
    assert shown() == ["-r", str(output)]


def test_a_file_of_that_name_is_not_overwritten(home, shown, tmp_path):
    (tmp_path / "lab.pcapng").write_bytes(SOURCE.read_bytes())
    (tmp_path / "lab.explained.pcapng").write_bytes(SOURCE.read_bytes())
    done = reporter("wireshark", "open", tmp_path / "lab.pcapng")
    assert done.returncode == 2
    assert b"the name of the copy is taken" in done.stderr
