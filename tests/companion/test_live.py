"""Explaining while packets are captured: promptly, without losing any, and open about what was left out."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time

import pytest

from reporter.capture.blocks import PACKETS, blocks_of
from reporter.companion.explaining import Explaining
from reporter.companion.session import Session
from reporter.errors import ToolTrouble, UsageTrouble
from reporter.explain.words import Words
from reporter.extract import live
from reporter.extract.libpcap import open_live
from reporter.extract.live import Dumpcap, capturing
from reporter.pipeline import Explanation
from reporter.pipeline.live import NEED_THE_WHOLE
from tests.captures import BUNDLED, ROOT

LOOPBACK = "lo0" if sys.platform == "darwin" else "lo"


def may_capture():
    try:
        with Session(LOOPBACK, "udp port 9", BUNDLED / "none", limit=1) as session:
            return session is not None
    except Exception:
        return False


captures = pytest.mark.skipif(not may_capture(), reason="may not capture on the loopback")


def blocks(path):
    with path.open("rb") as file:
        yield from blocks_of(file.read)


class Traffic:
    """Datagrams from the loopback to itself; nobody listens, and nothing else goes to this port."""

    def __init__(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.filter = f"udp port {self.port}"

    def send_few(self, count):
        for _ in range(count):
            self._socket.sendto(b"x" * 200, ("127.0.0.1", self.port))
        return True

    def send(self, rate, seconds):
        began, sent = time.monotonic(), 0
        while (now := time.monotonic() - began) < seconds:
            while sent < now * rate:
                self._socket.sendto(b"x" * 200, ("127.0.0.1", self.port))
                sent += 1
            time.sleep(0.002)
        return sent


@pytest.mark.tshark
@pytest.mark.parametrize(
    "name",
    ["page-node-curl.pcapng", "reset-kinds.pcapng", "icmp.pcapng", "dns-arp-curl.pcapng", "half-open.pcapng"],
)
def test_what_is_said_at_once_is_what_is_said_of_the_file(name):
    words = Words("en")
    later = {
        each.seen.packet.frame: {(found.rule, words.text(found)) for found in each.findings}
        for each in Explanation(BUNDLED / name)
    }
    told = {}
    spans = []
    explaining = Explaining(
        lambda each: told.update({each.seen.packet.frame: each}), lambda *span: spans.append(span), patience=600
    ).start()
    for block in blocks(BUNDLED / name):
        explaining.offer(block)
    assert explaining.finish(120)
    assert (explaining.failure, spans) == ("", [])
    assert list(told) == sorted(later)
    for frame, each in told.items():
        said = {(found.rule, words.text(found)) for found in each.findings if found.rule not in ("D09", "X00")}
        assert said <= later[frame], frame
        assert not {rule for rule, _ in said} & NEED_THE_WHOLE


@pytest.mark.tshark
def test_what_comes_too_fast_is_passed_over_and_told():
    told, skipped = [], []
    explaining = Explaining(
        lambda each: told.append(each.seen.packet.frame), lambda *span: skipped.append(span), patience=0.0
    ).start()
    for block in blocks(BUNDLED / "page-nginx-browser.pcapng"):
        explaining.offer(block)
    assert explaining.finish(120)
    count = explaining.done
    assert skipped
    assert sum(last - first + 1 for first, last in skipped) + len(told) == count
    assert explaining.passed_over == count - len(told)


@pytest.mark.tshark
def test_when_tshark_ends_the_capture_goes_on(monkeypatch):
    explaining = Explaining(lambda each: None, lambda *span: None).start()
    run = explaining._source._run
    assert run is not None
    run.process.kill()
    for block in blocks(BUNDLED / "page-node-curl.pcapng"):
        explaining.offer(block)
    explaining.finish(10)
    assert explaining.failure
    assert explaining.skips(1)


@captures
@pytest.mark.tshark
@pytest.mark.slow
def test_each_packet_is_explained_while_the_capture_runs(tmp_path):
    """How soon is measured in benchmarks/live.py."""
    traffic, told, words = Traffic(), [], Words("zh")

    def tell(each):
        assert [words.text(found) for found in each.findings]
        told.append(each.seen.packet.frame)

    with Session(LOOPBACK, traffic.filter, tmp_path / "out.pcapng", limit=1 << 24, tell=tell) as session:
        sent = traffic.send(200, 1)
        session.wait(0.3)
        recorded = session.end()
    assert recorded.packets == sent
    assert len(told) + recorded.passed_over == sent
    assert told == sorted(told)


@captures
@pytest.mark.tshark
@pytest.mark.slow
def test_nothing_is_lost_from_the_file_when_packets_come_fast(tmp_path):
    traffic, told, skipped = Traffic(), [], []
    with Session(
        LOOPBACK,
        traffic.filter,
        tmp_path / "out.pcapng",
        limit=1 << 26,
        tell=lambda each: told.append(each.seen.packet.frame),
        skipped=lambda *span: skipped.append(span),
        patience=0.001,
    ) as session:
        sent = traffic.send(5000, 2)
        session.wait(0.3)
        recorded = session.end()
    assert sent > 5000
    assert recorded.packets == sent
    assert recorded.dropped == 0
    assert sum(block.kind in PACKETS for block in blocks(tmp_path / "out.pcapng")) == sent
    assert len(told) + sum(last - first + 1 for first, last in skipped) == sent


@captures
@pytest.mark.tshark
def test_our_own_capture_and_that_of_dumpcap_agree(tmp_path):
    traffic = Traffic()
    found = []
    for kind in (open_live(LOOPBACK, traffic.filter), Dumpcap(LOOPBACK, traffic.filter)):
        if kind is None:
            pytest.skip("this process may not capture by itself")
        data, sent = [], False
        for block in kind.blocks():
            data.append(block)
            if block.kind == 1 and not sent:
                sent = traffic.send_few(5)
            if sum(each.kind in PACKETS for each in data) == 5:
                kind.stop()
        kind.verify()
        kind.close()
        path = tmp_path / f"{type(kind).__name__}.pcapng"
        path.write_bytes(b"".join(block.data for block in data))
        arguments = ["-T", "fields", "-e", "frame.len", "-e", "udp.length", "-e", "frame.interface_name"]
        done = subprocess.run(["tshark", "-n", "-r", str(path), *arguments], capture_output=True, check=True)
        found.append(done.stdout)
        seen = subprocess.run(
            ["tshark", "-n", "-r", str(path), "-T", "fields", "-e", "frame.time_epoch"], capture_output=True, check=True
        ).stdout.split()
        assert abs(float(seen[0]) - time.time()) < 30
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("interface", "capture_filter", "kind", "says"),
    [
        ("no-such-0", "", UsageTrouble, "there is no interface 'no-such-0'"),
        (LOOPBACK, "tcp prt 80", UsageTrouble, "the capture filter is wrong"),
    ],
)
@captures
def test_what_is_wrong_is_said(interface, capture_filter, kind, says, tmp_path):
    session = Session(interface, capture_filter, tmp_path / "out.pcapng", limit=1 << 20)
    with pytest.raises(kind) as caught, session:
        pass
    assert says in caught.value.what
    assert list(tmp_path.iterdir()) == []


def test_without_permission_the_way_to_get_it_is_said(tmp_path, monkeypatch):
    program = tmp_path / "dumpcap"
    program.write_text(
        "#!/bin/sh\necho 'dumpcap: You do not have permission to capture on device \"lo\".' >&2\n"
        "echo '(socket: Operation not permitted)' >&2\nexit 1\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setattr(live, "find_beside", lambda name: program)
    monkeypatch.setattr(live, "open_live", lambda *arguments: None)
    running = capturing("lo")
    assert list(running.blocks()) == []
    with pytest.raises(ToolTrouble, match="may not capture") as caught:
        running.verify()
    running.close()
    assert "usermod -aG wireshark" in caught.value.to_do


@pytest.mark.skipif(shutil.which("setpriv") is None or not hasattr(os, "geteuid"), reason="needs setpriv")
@pytest.mark.skipif(not may_capture(), reason="nobody here may capture at all")
def test_as_a_user_without_permission(tmp_path):
    command = ["setpriv", "--bounding-set", "-net_raw,-net_admin", "--inh-caps", "-all", sys.executable, "-m"]
    done = subprocess.run(
        [*command, "reporter", "live", "-i", LOOPBACK, "-o", "x.pcapng", "--seconds", "1"],
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    if b"setpriv" in done.stderr:
        pytest.skip("rights cannot be given up here")
    assert done.returncode == 1
    assert b"you may not capture packets on this computer yet" in done.stderr
    assert b"usermod -aG wireshark" in done.stderr
    assert not list(tmp_path.iterdir())
