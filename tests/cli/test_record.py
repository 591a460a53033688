"""`reporter live` and `reporter record`: the whole lab in one command."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from reporter.companion.labserver import LabServer
from reporter.errors import UsageTrouble
from tests.captures import BUNDLED, ROOT
from tests.cli.run import reporter
from tests.companion.test_live import captures


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def start(folder, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "reporter", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def until(stream, text):
    said = b""
    for line in stream:
        said += line
        if text in line:
            return said
    raise AssertionError(said.decode())


def frames(path, display_filter):
    command = ["tshark", "-n", "-r", str(path), "-Y", display_filter, "-T", "fields", "-e", "frame.number"]
    return subprocess.run(command, capture_output=True, check=True).stdout.split()


@captures
@pytest.mark.tshark
@pytest.mark.slow
def test_the_whole_lab_in_one_command(tmp_path):
    site = BUNDLED / "lib" / "site"
    port = free_port()
    running = start(tmp_path, "record", "--serve", site, "--port", port, "-o", "lab.pcapng", "--lang", "en")
    until(running.stderr, b"Open http://127.0.0.1:")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/style.css", timeout=10) as answer:
        assert answer.status == 200
    keep = socket.create_connection(("127.0.0.1", port))
    keep.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"200 OK" in keep.recv(65536)
    running.send_signal(signal.SIGINT)
    assert b"" in iter(lambda: keep.recv(65536), None)
    keep.close()
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 0, errors.decode()
    assert b"GET /" in (tmp_path / "lab.html").read_bytes()
    assert len(frames(tmp_path / "lab.pcapng", "http.request")) == 2
    # The connection that was still open is closed while the capture sees it.
    assert frames(tmp_path / "lab.pcapng", f"tcp.flags.fin == 1 && tcp.srcport == {port} && tcp.stream == 1")
    assert {each.name for each in tmp_path.iterdir()} == {"lab.pcapng", "lab.html"}


@captures
@pytest.mark.tshark
@pytest.mark.slow
def test_live_explains_saves_and_ends_on_time(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        options = ["-f", f"tcp port {port}", "--packets", "6", "-o", "x.pcapng", "--no-report", "--lang", "en"]
        running = start(tmp_path, "live", *options)
        until(running.stderr, b"capturing on")
        socket.create_connection(("127.0.0.1", port)).close()
        server.accept()[0].close()
        out, errors = running.communicate(timeout=60)
    assert running.returncode == 0, errors.decode()
    assert f"to the server's port {port}" in out.decode() or f"port {port}" in out.decode()
    assert out.decode().count("frame 1 ") >= 1
    assert len(frames(tmp_path / "x.pcapng", "tcp")) == 6
    assert [each.name for each in tmp_path.iterdir()] == ["x.pcapng"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["record", "--serve", "no/such"], 2, "no such folder"),
        (["record", "--serve", ".", "--report", "x.doc"], 2, "none of ours"),
        (["live", "-o", "no/such/x.pcapng"], 1, "does not exist"),
        (["live", "--seconds", "0"], 2, "--seconds"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_captured(arguments, code, says, tmp_path):
    done = reporter(*arguments)
    assert done.returncode == code
    assert says in done.stderr.decode()


def test_a_port_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = reporter("record", "--serve", ".", "--port", str(port))
    assert done.returncode == 2
    assert f"port {port} cannot be used" in done.stderr.decode()


def test_nobody_is_served_before_the_capture_runs(tmp_path):
    server = LabServer(tmp_path, free_port(), lambda request, status: None)
    try:
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", server.server_port), 5):
            pass
        server.start()
        socket.create_connection(("127.0.0.1", server.server_port), 5).close()
    finally:
        server.finish()


def test_a_port_that_is_taken_is_told(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageTrouble, match="cannot be used"):
        LabServer(tmp_path, taken.getsockname()[1], lambda request, status: None).start()
