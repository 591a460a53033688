"""tshark that is started before the command line is read: used when it is what was asked for, else ended."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reporter.cli import ahead
from tests.captures import BUNDLED, ROOT
from tests.faults import stand_in

pytestmark = [pytest.mark.tshark, pytest.mark.usefixtures("here")]
CAPTURE = BUNDLED / "page-node-curl.pcapng"
CALLS = 2  # all packets, and the details of some


@pytest.fixture
def reporter(tmp_path, monkeypatch):
    """Runs `reporter ARGUMENTS` as a program; says how it ended and how often tshark was started on a capture."""
    calls = tmp_path / "calls"
    monkeypatch.setenv("REPORTER_TSHARK", stand_in(tmp_path, f'echo "$*" >> "{calls}"; exec "$TSHARK" "$@"'))

    def run(*arguments: object) -> tuple[int, int]:
        calls.write_text("")
        done = subprocess.run(
            [sys.executable, "-m", "reporter", *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=False,
        )
        assert b"Traceback" not in done.stderr
        return done.returncode, calls.read_text().count(" -r ")

    return run


@pytest.mark.parametrize("options", [(), ("--lang", "en"), ("--anonymize", "--lang", "en")], ids=" ".join)
def test_what_was_begun_is_used(options, reporter):
    assert reporter("report", CAPTURE, "-o", "out.html", *options) == (0, CALLS)
    assert reporter("report", "-o", "out.html", *options, CAPTURE) == (0, CALLS)


def test_what_is_not_asked_for_is_ended(reporter):
    """Another decoding, or a configuration that asks for one: tshark is started again, as the options say."""
    Path("report.toml").write_text('decode_as = ["tcp.port==3000,data"]', encoding="utf-8")
    for options in (("--decode-as", "tcp.port==3000,data"), ("--config", "report.toml")):
        code, calls = reporter("report", CAPTURE, "-o", "out.html", *options)
        assert (code, calls > CALLS) == (0, True)
        assert "tcp.port==3000,data" in Path("out.html").read_text(encoding="utf-8")


def test_wrong_usage_is_told_as_before(reporter):
    assert reporter("report", CAPTURE, "--no-such-option")[0] == 2
    assert reporter("report", CAPTURE)[0] == 2
    assert not Path("out.html").exists()


@pytest.mark.parametrize(
    ("line", "begun"),
    [
        ("a.pcap -o b.pcap", "a.pcap"),
        ("-o b.pcap a.pcap", "a.pcap"),
        ("--output=b.pcap a.pcap b.pcap", "a.pcap"),
        ("-o b.pcap", None),
        ("missing.pcap", None),
        ("folder", None),
        ("empty.pcap", None),
        ("", None),
    ],
)
def test_what_the_arguments_seem_to_name(line, begun, monkeypatch):
    for name in ("a.pcap", "b.pcap"):
        Path(name).write_bytes(CAPTURE.read_bytes())
    Path("empty.pcap").touch()
    Path("folder").mkdir()
    ahead.begin(shlex.split(line))
    try:
        assert [str(each.path) for each in ahead._begun] == ([begun] if begun else [])
    finally:
        ahead.end()
    assert not ahead._begun


def test_without_tshark_it_is_told_when_its_time_has_come(monkeypatch):
    monkeypatch.setenv("REPORTER_TSHARK", "no-such-tshark")
    ahead.begin([str(CAPTURE)])
    assert not ahead._begun


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ended_while_the_command_line_is_being_loaded(number, tmp_path):
    """tshark is ended too, and what it had for a while is removed."""
    program = f"""
import signal, sys
class Interrupt:
    def find_spec(name, *_):
        if name == "typer":
            signal.raise_signal({int(number)})
sys.meta_path.insert(0, Interrupt)
sys.argv = ["reporter", "report", {str(CAPTURE)!r}, "-o", "out.html"]
from reporter.__main__ import main
main()"""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (128 + number, b"")
    assert not list(temporary.iterdir())
