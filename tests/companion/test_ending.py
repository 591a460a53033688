"""A live capture ends whatever hangs or breaks, and what was captured is at its place."""

from __future__ import annotations

import errno
import signal
import threading

import pytest

from reporter.capture.blocks import INTERFACE, PACKETS, REST, SECTION
from reporter.companion import session as session_of
from reporter.companion.explaining import Explaining
from reporter.companion.session import Session
from reporter.errors import OutputTrouble
from tests.captures import BUNDLED
from tests.companion.test_live import blocks


def in_time(work):
    """What `work` gives; fails when it has not ended after a minute, by then it never will."""
    given = []
    thread = threading.Thread(target=lambda: given.append(work()), daemon=True)
    thread.start()
    thread.join(60)
    assert given, "still waiting"
    return given[0]


def flood(explaining, times=60):
    """Far more than all pipes hold."""
    found = list(blocks(BUNDLED / "loss-sender-side.pcapng"))
    packets = [block for block in found if block.kind in PACKETS]
    for block in [each for each in found if each.kind in (SECTION, INTERFACE)] + packets * times:
        explaining.offer(block)


@pytest.mark.tshark
@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs SIGSTOP")
def test_it_ends_even_when_tshark_reads_no_more():
    explaining = Explaining(lambda each: None, lambda *span: None).start()
    run = explaining._source._run
    assert run is not None
    run.process.send_signal(signal.SIGSTOP)
    flood(explaining)
    assert in_time(lambda: explaining.finish(0.1)) is False
    assert explaining.failure == "the rest was not awaited"
    assert run.process.poll() is not None


@pytest.mark.tshark
def test_it_ends_even_when_what_is_told_breaks():
    def tell(each):
        raise RuntimeError("broken")

    explaining = Explaining(tell, lambda *span: None).start()
    run = explaining._source._run
    assert run is not None
    flood(explaining)
    assert in_time(run.process.wait) is not None
    in_time(lambda: explaining.finish(5))
    assert explaining.failure == "RuntimeError: broken"


@pytest.mark.tshark
def test_it_ends_even_when_nobody_reads_what_is_told():
    never, told = threading.Event(), []

    def tell(each):
        told.append(each)
        never.wait()

    explaining = Explaining(tell, lambda *span: None).start()
    flood(explaining)
    assert in_time(lambda: explaining.finish(0.1)) is False
    assert explaining.failure == "the rest was not awaited"
    never.set()
    for thread in explaining._threads:
        thread.join(60)
        assert not thread.is_alive()
    assert len(told) <= 1, "told after it was told to end"


class Waited:
    """A thread that is never done, and how long it has been waited for."""

    def __init__(self):
        self.seconds = []

    def join(self, seconds):
        self.seconds.append(seconds)

    def is_alive(self):
        return True


def test_no_more_time_than_was_asked_for_is_spent_on_the_rest(monkeypatch):
    explaining, slow = Explaining(lambda each: None, lambda *span: None), Waited()
    monkeypatch.setattr(explaining, "_threads", [slow, slow])
    assert explaining.finish(3.0) is False
    assert 2 < slow.seconds[0] <= 3
    assert sum(slow.seconds[2:]) <= 2


class Replayed:
    """A capture that gives the blocks of a file."""

    def __init__(self, path, *_):
        self.blocks = lambda: blocks(path)

    def stop(self):
        pass

    close = verify = stop

    def dropped(self):
        return 0


@pytest.mark.tshark
def test_the_packets_are_at_their_place_before_the_last_explanations_are_waited_for(tmp_path, monkeypatch):
    source, out, never = BUNDLED / "page-node-curl.pcapng", tmp_path / "out.pcapng", threading.Event()
    monkeypatch.setattr(session_of, "capturing", lambda *_: Replayed(source))
    there, finish = [], Explaining.finish

    def tell(each):
        never.wait()

    def finishing(self, seconds):
        there.append(out.exists())
        return finish(self, 0.0)

    monkeypatch.setattr(Explaining, "finish", finishing)
    with Session("lo", "", out, limit=1 << 24, tell=tell) as session:
        session.wait(60)
        recorded = in_time(session.end)
    never.set()
    assert there[0]
    assert recorded.failure == "the rest was not awaited"
    assert out.read_bytes() == source.read_bytes()
    assert list(tmp_path.iterdir()) == [out]


def whole(session):
    """All that the session captures, until it ends by itself."""
    with session:
        session.wait(60)
        return session.end()


class Full:
    """A file on a disk that has room for so many bytes."""

    def __init__(self, file, room):
        self._file, self._room = file, room

    def write(self, data):
        part = data[: self._room]
        self._room -= self._file.write(part)
        if len(part) < len(data):
            raise OSError(errno.ENOSPC, "No space left on device")
        return len(data)

    def __getattr__(self, name):
        return getattr(self._file, name)


def test_what_was_saved_before_the_disk_was_full_is_kept_and_told(tmp_path, monkeypatch):
    source, out = BUNDLED / "page-node-curl.pcapng", tmp_path / "out.pcapng"
    monkeypatch.setattr(session_of, "capturing", lambda *_: Replayed(source))
    session = Session("lo", "", out, limit=1 << 24)
    monkeypatch.setattr(session._ring, "_file", Full(session._ring._file, 2000))
    with pytest.raises(OutputTrouble, match="No space left on device; ") as caught:
        whole(session)
    found = list(blocks(out))
    kept = sum(block.kind in PACKETS for block in found)
    assert kept > 3
    assert f"; {kept} that came before are in {out}" in caught.value.what
    assert source.read_bytes().startswith(b"".join(block.data for block in found))
    assert all(block.kind != REST for block in found)
    assert list(tmp_path.iterdir()) == [out]


def test_a_disk_that_is_full_at_once_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(session_of, "capturing", lambda *_: Replayed(BUNDLED / "page-node-curl.pcapng"))
    session = Session("lo", "", tmp_path / "out.pcapng", limit=1 << 24)
    monkeypatch.setattr(session._ring, "_file", Full(session._ring._file, 10))
    with pytest.raises(OutputTrouble, match="No space left on device") as caught:
        whole(session)
    assert "came before" not in caught.value.what
    assert list(tmp_path.iterdir()) == []
