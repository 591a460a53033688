"""A running capture in a file of bounded size: the latest packets, whole, whatever happens on the disk."""

from __future__ import annotations

import errno
import io
import shutil
import threading

import pytest

from reporter.capture.blocks import ENHANCED, Block, blocks_of
from reporter.capture.ring import Ring
from tests.pcapng import Maker


def turned(path):
    """A ring whose earlier half is full, the packets in it, its header and what makes more of them."""
    maker, ring = Maker(), Ring(path, 1 << 17)
    header = maker.section() + maker.interface()
    packets = [maker.packet(data=n.to_bytes(4, "big") + bytes(996), ticks=n) for n in range(80)]
    for block in blocks_of(io.BytesIO(header + b"".join(packets)).read):
        ring.write(block)
    return ring, packets, header, maker


def test_without_room_to_join_its_halves_a_ring_leaves_both_whole(tmp_path, monkeypatch):
    ring, packets, header, _ = turned(tmp_path / "ring.pcapng")

    def full(source, file, piece):
        file.write(source.read(100))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("reporter.capture.ring.shutil.copyfileobj", full)
    with pytest.raises(OSError, match="No space"):
        ring.close()
    count, (earlier, now) = ring.rescue()
    assert count == len(packets)
    assert earlier.read_bytes() + now.read_bytes()[len(header) :] == header + b"".join(packets)
    assert now.read_bytes().startswith(header)


def test_a_ring_keeps_interfaces_that_come_late(tmp_path):
    ring, packets, header, maker = turned(tmp_path / "ring.pcapng")
    late = maker.interface() + maker.packet(interface=1)
    for block in blocks_of(io.BytesIO(late).read):
        ring.write(block)
    ring.copy(tmp_path / "copy.pcapng")
    ring.close()
    assert ring.path.read_bytes() == header + b"".join(packets) + late
    assert (tmp_path / "copy.pcapng").read_bytes() == header + b"".join(packets) + late


def test_a_ring_is_copied_as_it_is_at_one_moment(tmp_path, monkeypatch):
    ring, packets, header, maker = turned(tmp_path / "ring.pcapng")
    more = [Block(0, ENHANCED, "<", maker.packet(data=bytes(1000))) for _ in range(200)]
    writing = threading.Thread(target=lambda: [ring.write(block) for block in more], daemon=True)
    copyfileobj = shutil.copyfileobj

    def slowly(*arguments):
        if writing.ident is None:
            writing.start()
            writing.join(0.3)  # long enough for what must not happen
        copyfileobj(*arguments)

    monkeypatch.setattr("reporter.capture.ring.shutil.copyfileobj", slowly)
    ring.copy(tmp_path / "copy.pcapng")
    assert (tmp_path / "copy.pcapng").read_bytes() == header + b"".join(packets)
    writing.join(60)
    assert ring.packets == len(packets) + len(more)
    ring.close()
    ring.write(more[0])


@pytest.mark.parametrize("limit", [1 << 17, 1 << 30])
def test_a_ring_keeps_the_latest_packets_in_a_bounded_file(limit, tmp_path):
    maker, path = Maker(), tmp_path / "ring.pcapng"
    ring = Ring(path, limit)
    header = maker.section() + maker.interface(maker.options((2, b"lo")))
    packets = [maker.packet(data=n.to_bytes(4, "big") + bytes(996), ticks=n) for n in range(500)]
    source = header + b"".join(packets) + maker.statistics()
    for number, block in enumerate(blocks_of(io.BytesIO(source).read)):
        ring.write(block)
        if number == 400:
            ring.copy(tmp_path / "copy.pcapng")
    ring.close()
    data = path.read_bytes()
    kept = [packet for packet in packets if packet in data]
    assert data == header + b"".join(kept) + maker.statistics()
    assert kept == packets[len(packets) - len(kept) :]
    assert ring.packets == 500
    assert ring.dropped == 500 - len(kept)
    assert len(data) <= limit + 2000 if limit < 500_000 else not ring.dropped
    assert (tmp_path / "copy.pcapng").read_bytes().startswith(header)
    assert {each.name for each in tmp_path.iterdir()} == {"ring.pcapng", "copy.pcapng"}
