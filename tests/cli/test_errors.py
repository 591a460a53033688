"""Bad input: one screen of what, where and what to do, the right exit code, no traceback, no partial file."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from reporter.cli.main import ending
from reporter.errors import CaptureTrouble
from reporter.extract.impostor import refuse_impostor
from tests.captures import BUNDLED, ROOT
from tests.cli.run import reporter
from tests.notation import Notation

pytestmark = pytest.mark.tshark
CAPTURE = BUNDLED / "keepalive-full.pcapng"
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def fails(code, *arguments, says, to_do=True, **environment):
    done = reporter(*arguments, **environment)
    message = done.stderr.decode()
    assert done.returncode == code, message
    assert "Traceback" not in message
    assert message.startswith("reporter: ")
    assert message.count("\n") <= 12
    assert says in message
    assert not to_do or "to do:" in message
    return message


@pytest.fixture
def bad(tmp_path):
    (tmp_path / "empty.pcapng").touch()
    (tmp_path / "folder.pcapng").mkdir()
    (tmp_path / "text.pcapng").write_text("This is no capture. " * 20)
    (tmp_path / "short.pcapng").write_text("hello\n")
    (tmp_path / "json.pcapng").write_text('{"packets": []}')
    (tmp_path / "picture.pcapng").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    (tmp_path / "stub.pcapng").write_bytes(CAPTURE.read_bytes()[:40])
    (tmp_path / "stub.pcap").write_bytes((BUNDLED / "page-python-curl.pcap").read_bytes()[:20])
    os.mkfifo(tmp_path / "fifo.pcapng")
    return tmp_path


@pytest.mark.parametrize("command", [["explain"], ["report", "-o", "{}/out.pdf"]])
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing.pcapng", "does not exist"),
        ("text.pcapng/under", "does not exist"),
        ("empty.pcapng", "empty (0 bytes)"),
        ("folder.pcapng", "a folder"),
        ("fifo.pcapng", "a pipe"),
    ],
)
def test_what_is_judged_before_tshark_runs(bad, command, name, says):
    before = sorted(bad.iterdir())
    message = fails(1, *(part.format(bad) for part in command), bad / name, says=says)
    assert name in message
    assert sorted(bad.iterdir()) == before


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("text.pcapng", "not a capture"),
        ("short.pcapng", "not a capture"),
        ("json.pcapng", "not a capture"),
        ("picture.pcapng", "not a capture"),
        ("stub.pcapng", "cut off before"),
        ("stub.pcap", "cut off before"),
    ],
)
def test_what_tshark_judges(bad, name, says):
    assert name in fails(1, "explain", bad / name, says=says)


@pytest.mark.parametrize("name", ["text", "json", "picture"])
def test_annotate_says_as_well_that_a_file_is_no_capture(bad, name):
    out = bad / "out.pcapng"
    fails(1, "annotate", bad / f"{name}.pcapng", "-o", out, says="not a capture")
    assert not out.exists()


@pytest.mark.parametrize("name", ["-", "lab.pcapng.gz", "lab.pcap", "lab"])
def test_annotate_writes_pcapng_under_names_of_pcapng_only(tmp_path, name):
    fails(2, "annotate", CAPTURE, "-o", tmp_path / name if name != "-" else name, says="is pcapng, not packed")
    assert not list(tmp_path.iterdir())


def test_standard_input_and_names_without_an_ending_are_called_what_they_are():
    fails(1, "explain", "-", says="this is standard input, and a capture is read more than once")
    fails(2, "report", CAPTURE, "-o", "x", says="this name has none")


def test_a_zip_that_tshark_takes_for_a_capture_is_none(tmp_path):
    archive = tmp_path / "lab.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("lab.txt", "x")
    [packet] = Notation().packets("1 0.000 c>s protocol=VeriWave")
    with pytest.raises(CaptureTrouble, match="a zip archive, not a capture"):
        refuse_impostor(archive, packet)


def test_devices_and_sockets_are_refused(tmp_path):
    fails(1, "explain", "/dev/null", says="a device")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        fails(1, "explain", tmp_path / "s", says="a socket")


@pytest.mark.skipif(AS_ROOT, reason="root may read everything")
def test_an_unreadable_capture(tmp_path):
    copy = tmp_path / "mine.pcapng"
    copy.write_bytes(CAPTURE.read_bytes())
    copy.chmod(0)
    fails(1, "explain", copy, says="no permission")


def test_no_tshark(tmp_path):
    fails(1, "explain", CAPTURE, says="tshark was not found", PATH=str(tmp_path), REPORTER_TSHARK="")
    message = fails(1, "explain", CAPTURE, says="cannot be run", REPORTER_TSHARK="/nowhere/tshark")
    assert "/nowhere/tshark" in message


def test_a_bad_filter_is_explained_by_tshark():
    message = fails(2, "explain", CAPTURE, "--filter", "tcp.port == http && tcp.flgs", says="tcp.flgs")
    assert "^~" in message
    fails(2, "explain", CAPTURE, "--filter", "tcp.port ==", says="Unexpected end of filter")
    fails(2, "explain", CAPTURE, "--filter", "no.such.field", says="no.such.field")


def test_a_bad_decode_as():
    fails(2, "explain", CAPTURE, "--decode-as", "tcp.port==80,htp", says="--decode-as")


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_an_unknown_stream_or_frame(form):
    fails(1, "explain", CAPTURE, "--format", form, "--stream", "7", says="its streams are 0")
    fails(1, "explain", CAPTURE, "--format", form, "--frame", "999", says="its frames are 1 to ")
    fails(1, "explain", BUNDLED / "udp-only.pcapng", "--format", form, "--stream", "0", says="no TCP at all")


def test_an_output_that_cannot_be_written(tmp_path):
    (tmp_path / "folder").mkdir()
    for command in (["explain"], ["report"]):
        ending = ".txt" if command == ["explain"] else ".pdf"
        fails(1, *command, CAPTURE, "-o", tmp_path / "none" / f"out{ending}", says="does not exist")
    fails(1, "explain", CAPTURE, "-o", tmp_path / "folder", says="a folder")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["folder"]


def test_a_full_disk_leaves_no_traceback():
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    fails(1, "explain", CAPTURE, "-o", "/dev/full", says="cannot be written: No space left")


@pytest.mark.parametrize(
    "arguments", [["explain", CAPTURE], ["explain", CAPTURE, "--format", "jsonl"], ["rules", "list"], ["--help"]]
)
def test_standard_output_on_a_full_disk_is_no_bug(arguments):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    with Path("/dev/full").open("w") as full:
        done = piped(arguments, stdout=full)
    assert done.returncode == 1
    assert b"cannot be written: No space left" in done.stderr
    assert b"standard output" in done.stderr
    assert b"bug" not in done.stderr


@pytest.mark.parametrize("arguments", [["rules", "list"], ["rules", "show", "H01"], ["explain", CAPTURE]])
def test_a_reader_who_leaves_is_no_error(arguments):
    read, write = os.pipe()
    os.close(read)
    done = piped(arguments, stdout=write)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_closed_standard_output_is_no_bug():
    line = [sys.executable, "-m", "reporter", "explain", str(CAPTURE)]
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *line], cwd=ROOT, stderr=subprocess.PIPE, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def piped(arguments, stdout):
    line = [sys.executable, "-m", "reporter", *map(str, arguments)]
    return subprocess.run(line, cwd=ROOT, stdout=stdout, stderr=subprocess.PIPE, timeout=60, check=False)


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
def test_a_folder_without_permission(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=stat.S_IRUSR | stat.S_IXUSR)
    fails(1, "explain", CAPTURE, "-o", folder / "out.txt", says="no permission")


def test_the_capture_is_never_overwritten(tmp_path):
    copy = tmp_path / "mine.pcapng"
    copy.write_bytes(CAPTURE.read_bytes())
    fails(2, "explain", copy, "-o", copy, says="the capture itself")
    assert copy.read_bytes() == CAPTURE.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["bogus"], "No such command"),
        (["explain"], "CAPTURE"),
        (["explain", "x", "--frame", "0"], "--frame"),
        (["explain", "x", "--format", "yaml"], "yaml"),
        (["explain", "x", "--lang", "fr"], "fr"),
        (["report", "x"], "-o"),
    ],
)
def test_wrong_usage(arguments, says):
    fails(2, *arguments, says=says, to_do=False)


def test_an_unknown_format_of_the_report():
    fails(2, "report", CAPTURE, "-o", "lab.docx", says=".docx")


def test_a_path_cannot_steer_the_terminal(tmp_path):
    message = fails(1, "explain", tmp_path / "a\x1b[31m\nreporter: fine", says="does not exist")
    assert "\x1b" not in message


def test_a_bug_leaves_a_log(tmp_path):
    broken = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
    broken += "import reporter.pipeline as p; p.Explanation.__iter__ = lambda self: 1 / 0"
    (tmp_path / "sitecustomize.py").write_text(broken)
    done = reporter("explain", CAPTURE, PYTHONPATH=str(tmp_path), XDG_STATE_HOME=str(tmp_path / "state"))
    message = done.stderr.decode()
    assert done.returncode == 3
    assert "Traceback" not in message
    (log,) = (tmp_path / "state" / "reporter").iterdir()
    assert str(log) in message
    assert "ZeroDivisionError" in log.read_text()


@pytest.mark.parametrize(("name", "code"), [("pebble", 1), ("reporter.rules", 3)])
def test_a_package_that_is_not_installed_is_no_bug(name, code, capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    def run(**_):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    assert ending(run) == code
    said = capsys.readouterr().err
    assert (f"provides '{name}' is not installed" in said) is (code == 1)
    assert ("bug in reporter" in said) is (code == 3)


LATIN = os.fsdecode("张三".encode("gbk"))


@pytest.mark.parametrize("option", ["--student", "--title", "--course", "--filter"])
def test_a_text_that_is_no_utf_8_is_refused_with_its_option(tmp_path, option):
    out = tmp_path / "report.html"
    message = fails(2, "report", CAPTURE, "-o", out, option, LATIN, says="the text is not UTF-8")
    assert f"where:  {option}\n" in message
    assert not out.exists()


def test_a_name_is_read_as_utf_8_also_in_a_locale_of_ascii(tmp_path):
    out = tmp_path / "report.html"
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = reporter("report", BUNDLED / "refused.pcapng", "-o", out, "--student", "张三示例", **ascii_only)
    assert done.returncode == 0, done.stderr.decode()
    assert "张三示例" in out.read_text("utf-8")


def test_a_file_name_that_is_no_utf_8_is_a_text_in_json(tmp_path):
    capture = tmp_path / f"{LATIN}.pcapng"
    try:
        capture.write_bytes((BUNDLED / "refused.pcapng").read_bytes())
    except OSError:
        pytest.skip("file names here are UTF-8")
    shown = json.loads(reporter("explain", capture, "--format", "json").stdout)["capture"]["file"]
    assert shown == LATIN.encode("ascii", "backslashreplace").decode() + ".pcapng"
