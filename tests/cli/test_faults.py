"""When the machine, the disk or tshark fails: the old output or the new one, whole; the right exit code; a message."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from reporter.errors import EXIT_DONE, EXIT_TROUBLE
from reporter.extract.tshark import Limits
from tests.captures import BUNDLED, ROOT
from tests.cli.run import reporter_in
from tests.faults import DOORS, OLD, command, mounts, refused, stand_in

pytestmark = [pytest.mark.tshark, pytest.mark.usefixtures("here")]
CAPTURE = BUNDLED / "keepalive-full.pcapng"
doors = pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)


# ---------------------------------------------------------------- tshark


@doors
def test_tshark_killed_in_the_middle(door, tmp_path, monkeypatch):
    monkeypatch.setenv("REPORTER_TSHARK", stand_in(tmp_path, '"$TSHARK" "$@" | head -c 1500; kill -9 $$'))
    Path(door[-1]).write_bytes(OLD)
    refused(command(*door, CAPTURE), door, says="ended by signal 9")


@doors
def test_tshark_that_hangs(door, tmp_path, monkeypatch):
    monkeypatch.setenv("REPORTER_TSHARK", stand_in(tmp_path, "exec sleep 600"))
    for limits in ("for_file", "for_details"):
        monkeypatch.setattr(Limits, limits, staticmethod(lambda size: Limits(seconds=0.5, memory=1 << 30)))
    Path(door[-1]).write_bytes(OLD)
    refused(command(*door, CAPTURE), door, says="did not finish in time")


@doors
def test_tshark_that_fails_at_once(door, tmp_path, monkeypatch):
    monkeypatch.setenv("REPORTER_TSHARK", stand_in(tmp_path, "echo 'tshark: nothing works' >&2; exit 1"))
    Path(door[-1]).write_bytes(OLD)
    refused(command(*door, CAPTURE), door, says="nothing works")


@doors
def test_tshark_that_prints_rubbish(door, tmp_path, monkeypatch):
    monkeypatch.setenv("REPORTER_TSHARK", stand_in(tmp_path, "head -c 100000 /dev/urandom"))
    Path(door[-1]).write_bytes(OLD)
    done = command(*door, CAPTURE)
    assert done.code in (EXIT_DONE, EXIT_TROUBLE), done.said
    assert "bug" not in done.said


def test_another_version_of_tshark_that_lacks_and_renames_fields(tmp_path, monkeypatch):
    """It refuses what it does not know, as tshark does; everything else is told."""
    lacking = "http.chunk_size tcp.completeness tls.record.opaque_type ip.reassembled_in"
    refusal = "tshark: Some fields aren't valid:\\n" + "".join(f"\\t{name}\\n" for name in lacking.split())
    script = f"""
case " $* " in *" {lacking.split()[0]} "*) printf "{refusal}" >&2; exit 1;; esac
exec "$TSHARK" "$@"
"""
    monkeypatch.setenv("REPORTER_TSHARK", stand_in(tmp_path, script))
    with_less = command("explain", CAPTURE, "--format", "jsonl", "--lang", "en")
    monkeypatch.delenv("REPORTER_TSHARK")
    with_all = command("explain", CAPTURE, "--format", "jsonl", "--lang", "en")
    assert (with_less.code, with_all.code) == (EXIT_DONE, EXIT_DONE), with_less.said
    assert with_less.printed.count("\n") == with_all.printed.count("\n")
    assert "H01" in with_less.printed


def test_a_tshark_without_the_fields_that_all_hangs_on(tmp_path, monkeypatch):
    script = 'printf "tshark: Some fields aren\'t valid:\\n\\ttcp.stream\\n" >&2; exit 1'
    monkeypatch.setenv("REPORTER_TSHARK", stand_in(tmp_path, script))
    done = command("explain", CAPTURE)
    assert done.code == EXIT_TROUBLE
    assert "tcp.stream" in done.said
    assert "install tshark" in done.said


@doors
@pytest.mark.parametrize(
    "change",
    [
        's/name="tcp\\.seq/name="tcp.sequence/g; s/name="frame.number"/name="frame.no"/',
        "s/192\\.168/host-a/g; s/0x0*/x/g",
        "s/\\b1\\b/True/g; s/\\b0\\b/False/g",
        "s/[0-9]/-1/g",
    ],
)
def test_another_version_of_tshark_that_prints_other_names_and_values(door, change, tmp_path, monkeypatch):
    """What it prints may mean nothing to us: that is told, or left out, and never taken for a bug."""
    script = f"""case " $* " in *version*) exec "$TSHARK" "$@";; esac; "$TSHARK" "$@" | sed '{change}'"""
    monkeypatch.setenv("REPORTER_TSHARK", stand_in(tmp_path, script))
    done = command(*door, CAPTURE)
    assert done.code in (EXIT_DONE, EXIT_TROUBLE), done.said
    assert "bug" not in done.said
    assert Path(door[-1]).exists() is (done.code == EXIT_DONE)


# ---------------------------------------------------------------- the capture


@doors
@pytest.mark.parametrize("change", ["cat '{other}' >> '{capture}'", "head -c 1000 '{other}' > '{capture}'"])
def test_a_capture_that_changes_while_it_is_read(door, change, tmp_path, monkeypatch):
    capture = tmp_path / "growing.pcapng"
    shutil.copy(CAPTURE, capture)
    changing = change.format(capture=capture, other=BUNDLED / "refused.pcapng")
    script = f"""
case " $* " in *" tcp.stream "*) "$TSHARK" "$@"; code=$?; {changing}; exit $code;; esac
exec "$TSHARK" "$@"
"""
    monkeypatch.setenv("REPORTER_TSHARK", stand_in(tmp_path, script))
    Path(door[-1]).write_bytes(OLD)
    refused(command(*door, capture), door, says="changed while it was read")


@pytest.mark.parametrize("kept", [40, 150, 400])
def test_a_packed_capture_that_ends_early(kept, tmp_path):
    """Found by fuzzing: editcap, which is to convert what is no pcapng, may leave nothing behind."""
    packed = tmp_path / "short.pcap.gz"
    packed.write_bytes(gzip.compress((BUNDLED / "page-python-curl.pcap").read_bytes()[:3000], mtime=0)[:kept])
    done = command(*DOORS["annotate"], packed)
    assert done.code in (EXIT_DONE, EXIT_TROUBLE), done.said
    assert Path("out.pcapng").exists() is (done.code == EXIT_DONE)


# ---------------------------------------------------------------- the output


def test_a_link_stays_a_link_and_its_file_is_replaced(tmp_path):
    (tmp_path / "real.html").write_bytes(OLD)
    Path("out.html").symlink_to(tmp_path / "real.html")
    assert command(*DOORS["report"], CAPTURE).code == EXIT_DONE
    assert Path("out.html").is_symlink()
    assert b"<html" in (tmp_path / "real.html").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"here", "real.html"}


@doors
def test_links_that_lead_nowhere(door):
    Path(door[-1]).symlink_to(Path(door[-1]).absolute())
    done = command(*door, CAPTURE)
    assert done.code == EXIT_TROUBLE
    assert "output path cannot be used" in done.said


def test_a_pipe_gets_the_whole(tmp_path):
    os.mkfifo("out.html")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(Path("out.html").read_bytes()))
    reader.start()
    done = command(*DOORS["report"], CAPTURE)
    reader.join(30)
    assert done.code == EXIT_DONE, done.said
    assert read[0].rstrip().endswith(b"</html>")


@doors
def test_a_folder_in_the_place_of_the_output(door):
    Path(door[-1]).mkdir()
    done = command(*door, CAPTURE)
    assert done.code == EXIT_TROUBLE
    assert "the output is a folder" in done.said


@pytest.mark.skipif(not mounts(), reason="needs a file system of its own")
@pytest.mark.parametrize(("options", "says"), [("size=16k", "No space left"), ("ro", "no permission")])
def test_a_full_disk_and_one_that_is_read_only(here, options, says):
    """A real file system in a mount namespace; the old file is on it."""
    (here / "disk").mkdir()
    script = """
mount -t tmpfs -o size=16k none disk && printf '%s' "$1" > disk/out.html && mount -o "remount,$2" disk || exit 99
"$3" -m reporter report "$4" --lang en -o disk/out.html; code=$?
ls -A disk; cat disk/out.html; exit $code"""
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", OLD.decode(), options, sys.executable, str(CAPTURE)],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == EXIT_TROUBLE, done.stderr.decode()
    assert says in done.stderr.decode()
    assert done.stdout == b"out.html\n" + OLD


@doors
def test_a_file_that_may_not_grow(door, monkeypatch):
    import resource

    Path(door[-1]).write_bytes(OLD)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, before[1]))
    try:
        done = command(*door, CAPTURE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    refused(done, door, says="cannot be written")


@pytest.mark.parametrize("name", ["report", "annotate"])
def test_two_runs_into_one_output(here, name):
    """The file is what one of them alone writes, whole, and nothing is left beside it."""
    door = DOORS[name]
    assert command(*door, CAPTURE).code == EXIT_DONE
    alone = Path(door[-1]).read_bytes()
    Path(door[-1]).write_bytes(OLD)
    both = [
        threading.Thread(target=lambda: codes.append(reporter_in(here, *door, CAPTURE, PYTHONPATH=str(ROOT))))
        for _ in range(2)
    ]
    codes: list[subprocess.CompletedProcess[bytes]] = []
    for each in both:
        each.start()
    for each in both:
        each.join(90)
    assert [done.returncode for done in codes] == [EXIT_DONE, EXIT_DONE]
    assert Path(door[-1]).read_bytes() == alone
    assert [path.name for path in here.iterdir()] == [door[-1]]


# ---------------------------------------------------------------- the machine


def test_a_clock_in_the_past_changes_nothing(monkeypatch):
    assert command(*DOORS["report"], CAPTURE).code == EXIT_DONE
    now = Path("out.html").read_bytes()
    monkeypatch.setattr(time, "time", lambda: -1e9)
    assert command(*DOORS["report"], CAPTURE).code == EXIT_DONE
    assert Path("out.html").read_bytes() == now


class _NoPango:
    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")


def test_without_pango_there_is_no_pdf_and_html_as_ever(monkeypatch):
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [_NoPango, *sys.meta_path])
    done = command("report", CAPTURE, "-o", "out.pdf", "-o", "out.html")
    assert done.code == EXIT_TROUBLE
    assert "libpango" in done.said
    assert "HTML can be written without it" in done.said
    assert not list(Path().iterdir())
    assert command("report", CAPTURE, "-o", "out.html").code == EXIT_DONE
