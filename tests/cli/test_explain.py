"""`reporter explain`: formats, selection, streaming, files."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import unicodedata

import pytest

from tests.captures import BUNDLED, ROOT
from tests.cli.run import reporter

pytestmark = pytest.mark.tshark
CAPTURE = BUNDLED / "keepalive-full.pcapng"


def lines_of(*arguments):
    done = reporter("explain", CAPTURE, "--format", "jsonl", *arguments)
    assert done.returncode == 0, done.stderr.decode()
    assert not done.stderr
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def document_of(*arguments):
    done = reporter("explain", CAPTURE, "--format", "json", *arguments)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_the_three_formats_tell_the_same():
    lines, document = lines_of("--lang", "en"), document_of("--lang", "en")
    assert document["packets"] == lines
    assert document["schema"] == "reporter.explain/1"
    assert document["capture"]["packets"] == len(lines) == lines[-1]["frame"]
    assert document["capture"]["sha256"] == hashlib.sha256(CAPTURE.read_bytes()).hexdigest()
    assert document["capture"]["start"].endswith("Z")
    assert [stream["stream"] for stream in document["streams"]] == [0]
    text = reporter("explain", CAPTURE, "--lang", "en").stdout.decode()
    for packet in lines:
        assert f"frame {packet['frame']}  " in text
        for finding in packet["findings"]:
            assert finding["text"].splitlines()[0] in text


def test_text_is_plain_when_piped():
    done = reporter("explain", CAPTURE)
    assert b"\x1b" not in done.stdout
    assert "第 1 帧" in done.stdout.decode()


def test_a_frame_without_a_name_leaves_no_gap_for_it():
    text = reporter(
        "explain", BUNDLED / "odd-frames.pcapng", "--frame", "9", "--frame", "11", "--lang", "en"
    ).stdout.decode()
    assert "frame 9  no time  TCP stream 0  server → client  TCP\n" in text
    assert "frame 11  0.000960722 s\n  Wireshark has no name for this frame" in text


def test_languages_differ_only_in_words():
    chinese, english = lines_of(), lines_of("--lang", "en")
    for packet in (*chinese, *english):
        del packet["text"]
        for finding in packet["findings"]:
            del finding["text"]
    assert chinese == english


def test_frames_are_chosen_but_all_are_analysed():
    whole = {packet["frame"]: packet for packet in lines_of()}
    assert lines_of("--frame", "3", "--frame", "5") == [whole[3], whole[5]]
    document = document_of("--frame", "5")
    assert document["packets"] == [whole[5]]
    assert document["capture"]["packets"] == len(whole)


def test_a_filter_chooses_the_packets_that_are_shown():
    whole = lines_of()
    chosen = lines_of("--filter", "tcp.flags.syn == 1")
    assert chosen == [packet for packet in whole if packet["frame"] in (1, 2)]
    assert lines_of("--filter", "udp") == []


def test_a_stream_is_chosen():
    capture = BUNDLED / "page-node-browser.pcapng"
    done = reporter("explain", capture, "--stream", "1", "--format", "json")
    document = json.loads(done.stdout)
    assert {packet["stream"] for packet in document["packets"]} == {1}
    assert [stream["stream"] for stream in document["streams"]] == [1]


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
@pytest.mark.parametrize("name", ["udp-only.pcapng", "tls-only.pcapng", "http-none.pcapng"])
def test_a_capture_without_tcp_or_http_or_in_tls_is_no_error(name, form):
    done = reporter("explain", BUNDLED / name, "--format", form)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout
    assert not done.stderr


def test_decode_as_reaches_tshark():
    assert "HTTP" in {packet["protocol"] for packet in lines_of()}
    port = next(packet["info"].split(" ")[2] for packet in lines_of() if packet["frame"] == 1)
    assert "HTTP" not in {packet["protocol"] for packet in lines_of("--decode-as", f"tcp.port=={port},data")}


def test_a_truncated_capture_is_explained_up_to_the_cut():
    done = reporter("explain", BUNDLED / "truncated.pcapng", "--format", "json")
    assert done.returncode == 0
    document = json.loads(done.stdout)
    assert document["capture"]["truncated"] is True
    assert document["capture"]["packets"] == len(document["packets"]) > 0
    assert b"cut short" in done.stderr


def test_a_file_is_written_whole(tmp_path):
    target = tmp_path / "out.json"
    target.write_text("old")
    link = tmp_path / "link.json"
    link.symlink_to(target)
    done = reporter("explain", CAPTURE, "--format", "json", "-o", link)
    assert done.returncode == 0, done.stderr.decode()
    assert link.is_symlink()
    assert json.loads(target.read_text())["packets"]
    assert {path.name for path in tmp_path.iterdir()} == {"out.json", "link.json"}


def test_nothing_is_left_when_it_fails(tmp_path):
    target = tmp_path / "out.jsonl"
    done = reporter("explain", CAPTURE, "--format", "jsonl", "--stream", "9", "-o", target)
    assert done.returncode == 1
    assert list(tmp_path.iterdir()) == []


def test_the_output_is_the_same_each_time():
    first, second = (reporter("explain", CAPTURE, "--format", "json").stdout for _ in range(2))
    assert first == second


def test_a_reader_that_leaves_is_no_trouble():
    command = [
        sys.executable,
        "-m",
        "reporter",
        "explain",
        str(BUNDLED / "loss-sender-side.pcapng"),
        "--format",
        "jsonl",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(60) == 0
        assert process.stderr.read() == b""


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_an_interrupt_ends_with_130_and_leaves_nothing(tmp_path):
    # The output is a pipe that nobody reads, so the command is certainly in the middle of its work.
    command = [sys.executable, "-m", "reporter", "explain", str(BUNDLED / "loss-sender-side.pcapng")]
    # Tests that run in the background are deaf to interrupts, and what they start would be too.
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    finally:
        signal.signal(signal.SIGINT, heard)
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(100)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert b"Traceback" not in process.stderr.read()


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_nothing_in_a_capture_steers_the_terminal(form, tmp_path):
    agent, hostile = b"sample-client", "\u202e\x1b[31mgnp.x".encode()
    assert len(agent) == len(hostile)
    capture = tmp_path / "hostile.pcapng"
    capture.write_bytes(CAPTURE.read_bytes().replace(agent, hostile))
    shown = reporter("explain", capture, "--format", form, "--lang", "en").stdout.decode()
    assert "[31mgnp" in shown
    unsafe = {each for each in shown if unicodedata.category(each) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")}
    assert unsafe <= {"\n"}
