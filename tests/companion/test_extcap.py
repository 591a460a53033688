"""The capture interfaces inside Wireshark: quick to answer, passing every packet unchanged, ending cleanly."""

from __future__ import annotations

import os
import re
import signal
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from reporter.capture.blocks import blocks_of
from reporter.companion import extcap
from reporter.companion.install import install
from reporter.companion.passing import Passing
from reporter.companion.places import places_of
from reporter.explain.words import Words
from reporter.extract.wireshark import folders
from tests.captures import BUNDLED, ROOT
from tests.companion.test_live import LOOPBACK, Traffic, blocks, captures
from tests.faults import stand_in
from tests.pcapng import without_ours

SCRIPT = Path(extcap.__file__)
SOURCE = BUNDLED / "page-node-curl.pcapng"
CALLS = [
    ["--extcap-interfaces", "--extcap-version=4.0"],
    *(
        [call, "--extcap-interface", name]
        for call in ("--extcap-config", "--extcap-dlts")
        for name in ("reporter-file", "reporter-live")
    ),
]


def start(*arguments, **more):
    command = [sys.executable, "-P", "-X", "utf8", str(SCRIPT), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def imported(*command):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-P", "-X", "utf8", *command], capture_output=True, text=True, check=True
    )
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_imported_until_a_capture_begins(language, call):
    assert imported(str(SCRIPT), language, *call) - imported("-c", "pass") == set()


@pytest.mark.parametrize("call", CALLS)
def test_both_languages_answer_alike(call):
    said = [start(language, *call).communicate()[0].decode() for language in ("zh", "en")]
    shape = [
        sorted(re.findall(r"^(\w+) |\{(number|call|type|value|arg|name)=([^}]*)\}", text, re.MULTILINE))
        for text in said
    ]
    assert shape[0] == shape[1]
    assert len(shape[0]) > 2
    assert all(re.fullmatch(r"\w+ (\{[a-z]+=[^{}]+\})+", line) for line in said[0].splitlines())
    assert "@" not in said[0]


class Pipe:
    """A named pipe, made in a folder or there already, read to its end by a thread."""

    def __init__(self, folder):
        self.path = folder if folder.is_fifo() else folder / "fifo"
        if self.path != folder:
            os.mkfifo(self.path)
        self.data = bytearray()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        with self.path.open("rb", buffering=0) as pipe:
            while piece := pipe.read(1 << 16):
                self.data += piece

    def whole(self):
        self._thread.join(30)
        assert not self._thread.is_alive()
        return bytes(self.data)


@pytest.mark.tshark
def test_a_file_comes_with_its_explanation_and_is_otherwise_unchanged(tmp_path):
    pipe = Pipe(tmp_path)
    running = start("en", "--capture", "--extcap-interface", "reporter-file", "--fifo", pipe.path, "--input", SOURCE)
    assert running.communicate(timeout=60) == (b"", b"")
    assert running.returncode == 0
    assert pipe.whole().count("R» ".encode()) > 21
    assert without_ours(pipe.whole()) == SOURCE.read_bytes()


def test_a_file_passes_even_when_it_cannot_be_explained(tmp_path):
    pipe = Pipe(tmp_path)
    call = ["--capture", "--extcap-interface", "reporter-file", "--fifo", pipe.path, "--input", SOURCE]
    running = start("en", *call, REPORTER_TSHARK=str(tmp_path / "none"))
    running.communicate(timeout=60)
    assert running.returncode == 0
    assert pipe.whole() == SOURCE.read_bytes()


@pytest.mark.tshark
def test_a_file_that_is_no_capture_is_told_and_does_not_pass(tmp_path):
    pipe, source = Pipe(tmp_path), tmp_path / "frames.json"
    source.write_text('[{"_index": "packets"}]\n')
    call = ["--capture", "--extcap-interface", "reporter-file", "--fifo", pipe.path, "--input", source]
    running = start("en", *call)
    assert b"the file is not a capture" in running.communicate(timeout=60)[1]
    assert running.returncode == 1
    assert pipe.whole() == b""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_ends_it_while_a_file_is_being_explained(number, tmp_path):
    # It hangs as soon as it runs. Who waits for the end of `alive` waits for the end of each that was started.
    pipe, alive = Pipe(tmp_path), tmp_path / "alive"
    os.mkfifo(alive)
    call = ["--capture", "--extcap-interface", "reporter-file", "--fifo", pipe.path, "--input", SOURCE]
    program = stand_in(tmp_path, f"exec 7>{alive}\necho >&7\nexec sleep 600")
    running = start("en", *call, REPORTER_TSHARK=program)
    started = Pipe(alive)
    until(lambda: started.data)
    running.send_signal(number)
    assert running.communicate(timeout=60) == (b"", b"")
    assert running.returncode == 0
    assert pipe.whole() == b""
    assert started.whole()


def test_a_file_that_is_not_there_is_told(tmp_path):
    pipe = Pipe(tmp_path)
    call = ["--capture", "--extcap-interface", "reporter-file", "--fifo", pipe.path, "--input", tmp_path / "none"]
    running = start("en", *call)
    assert b"the capture does not exist" in running.communicate(timeout=60)[1]
    assert running.returncode == 1


@pytest.mark.tshark
@pytest.mark.parametrize("broken", [False, True])
def test_live_packets_pass_in_order_and_unchanged(broken, monkeypatch):
    if broken:
        monkeypatch.setenv("REPORTER_TSHARK", "/nowhere/tshark")
    out = bytearray()
    passing = Passing(out.extend, [Words("en")], lambda first, last: None, patience=600)
    assert bool(passing.start()) is broken
    for block in blocks(SOURCE):
        passing.take(block)
    passing.finish()
    assert without_ours(bytes(out)) == SOURCE.read_bytes()
    assert passing.commented == (0 if broken else 21)


@pytest.mark.tshark
def test_comments_that_come_too_late_are_left_out_and_the_packets_pass():
    out, skipped = bytearray(), []
    passing = Passing(out.extend, [Words("en")], lambda *span: skipped.append(span), patience=0.0)
    passing.start()
    for block in blocks(SOURCE):
        passing.take(block)
    passing.finish()
    assert without_ours(bytes(out)) == SOURCE.read_bytes()
    assert passing.commented < 21


def message(control, command, text):
    data = text.encode()
    return struct.pack(">sBHBB", b"T", 0, len(data) + 2, control, command) + data


@captures
@pytest.mark.tshark
@pytest.mark.slow
def test_the_toolbar_changes_the_language_and_makes_a_report(tmp_path):
    traffic, pipe = Traffic(), Pipe(tmp_path)
    control_in, control_out = tmp_path / "in", tmp_path / "out"
    os.mkfifo(control_in)
    os.mkfifo(control_out)
    report = tmp_path / "lab.html"
    running = start(
        "en", "--capture", "--extcap-interface", "reporter-live", "--fifo", pipe.path, "--interface", LOOPBACK,
        "--filter", traffic.filter, "--extcap-control-in", control_in, "--extcap-control-out", control_out,
        "--report", report,
    )  # fmt: skip
    with control_in.open("wb", buffering=0) as clicks, control_out.open("rb", buffering=0) as log:
        clicks.write(message(0, 0, ""))
        said = b""
        while b"capturing on" not in said:
            said += log.read(4096)
        traffic.send(100, 0.2)
        until(lambda: pipe.data.count(b"R\xc2\xbb ") > 5)
        clicks.write(message(0, 1, "zh"))
        time.sleep(0.3)
        traffic.send(100, 0.2)
        until(lambda: "。".encode() in pipe.data)
        clicks.write(message(1, 1, ""))
        while "报告已写到".encode() not in said and "报告没有生成".encode() not in said:
            said += log.read(4096)
        assert report.stat().st_size > 10_000
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0
    assert running.stderr is not None
    assert running.stderr.read() == b""
    data = pipe.whole()
    kinds = [block.kind for block in blocks_of(iter_read(data))]
    assert kinds[:2] == [0x0A0D0D0A, 1]
    assert kinds[-1] == 5


def iter_read(data):
    at = 0

    def read(size):
        nonlocal at
        at += size
        return data[at - size : at]

    return read


def until(true, seconds=20.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, true
        time.sleep(0.02)


@pytest.mark.tshark
@pytest.mark.slow
def test_tshark_lists_both_and_captures_on_them(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "WIRESHARK_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    install(places_of(folders()), "en")
    listed = subprocess.run(["tshark", "-D"], capture_output=True, check=True)
    assert b"reporter-file (Lab report: explain a capture file)" in listed.stdout
    assert b"reporter-live (Lab report: explain live traffic)" in listed.stdout
    assert b"ARG" not in listed.stderr
    out = tmp_path / "out.pcapng"
    command = ["tshark", "-i", "reporter-file", "-o", f"extcap.reporter_file.input:{SOURCE}", "-w", str(out)]
    subprocess.run(command, capture_output=True, check=True, timeout=60)
    command = ["tshark", "-r", str(out), "-T", "fields", "-e", "frame.comment"]
    told = subprocess.run(command, capture_output=True, check=True).stdout.decode().splitlines()
    assert len(told) == 21
    assert all(line.startswith("R» ") for line in told)


@captures
@pytest.mark.tshark
@pytest.mark.slow
def test_tshark_captures_live_with_comments(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "WIRESHARK_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    install(places_of(folders()), "zh")
    traffic, out = Traffic(), tmp_path / "out.pcapng"
    options = [f"extcap.reporter_live.interface:{LOOPBACK}", f"extcap.reporter_live.filter:{traffic.filter}"]
    command = ["tshark", "-i", "reporter-live", *[part for each in options for part in ("-o", each)]]
    running = subprocess.Popen([*command, "-c", "3", "-w", str(out)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while running.poll() is None:
        traffic.send_few(1)
        time.sleep(0.2)
    assert running.returncode == 0
    command = ["tshark", "-r", str(out), "-T", "fields", "-e", "frame.comment"]
    told = subprocess.run(command, capture_output=True, check=True).stdout.decode().splitlines()
    assert len(told) >= 3
    assert told[0].startswith("R» ")
