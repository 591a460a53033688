"""Makes a large capture out of a small one, for measuring: the same packets again and again.

    python benchmarks/multiply.py captures/page-nginx-browser.pcapng big.pcap --packets 100000

Every copy begins where the one before ended, and its connections get client ports of their own: the higher
port of each TCP segment is replaced by the next free one, begun again at 1024 once all have been used. Nothing
else is changed; checksums are left as they were, which tshark does not verify unless told to.

Reads pcap and pcapng of Ethernet, BSD loopback and Linux cooked captures; writes pcap with nanoseconds.
"""

from __future__ import annotations

import argparse
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

#: Where the IP header begins, by link type: BSD loopback, Ethernet, raw IP, Linux cooked.
_IP_AT = {0: 4, 1: 14, 101: 0, 113: 16}
_TCP = 6
_FIRST_PORT, _LAST_PORT = 1024, 65535


class Record(NamedTuple):
    """One packet of a file: nanoseconds since 1970, length on the wire, captured bytes."""

    time: int
    length: int
    data: bytes


def records_of(content: bytes) -> tuple[int, list[Record]]:
    """The link type and the packets of a pcap or a (little-endian) pcapng file."""
    if content.startswith(b"\x0a\x0d\x0d\x0a"):
        return _pcapng(content)
    order = "<" if content[0] in (0xD4, 0x4D) else ">"
    unit = 1 if content[:4] in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d") else 1000
    (link,) = struct.unpack_from(order + "I", content, 20)
    found, at = [], 24
    while at + 16 <= len(content):
        second, fraction, captured, length = struct.unpack_from(order + "IIII", content, at)
        found.append(Record(second * 1_000_000_000 + fraction * unit, length, content[at + 16 : at + 16 + captured]))
        at += 16 + captured
    return link, found


def _pcapng(content: bytes) -> tuple[int, list[Record]]:
    link, nanoseconds, found, at = 1, False, [], 0
    while at + 12 <= len(content):
        kind, size = struct.unpack_from("<II", content, at)
        if kind == 1:
            (link,) = struct.unpack_from("<H", content, at + 8)
            # Option if_tsresol with 9: times are in nanoseconds.
            nanoseconds = b"\x09\0\x01\0\x09" in content[at + 16 : at + size]
        elif kind == 6:
            high, low, captured, length = struct.unpack_from("<IIII", content, at + 12)
            time = (high << 32 | low) * (1 if nanoseconds else 1000)
            found.append(Record(time, length, content[at + 28 : at + 28 + captured]))
        at += size
    return link, found


def _ports_at(data: bytes, ip_at: int) -> int | None:
    """Where the TCP ports of a frame stand; None when it is no TCP in plain IP."""
    if len(data) <= ip_at + 40:
        return None
    version = data[ip_at] >> 4
    if version == 4 and data[ip_at + 9] == _TCP:
        return ip_at + 4 * (data[ip_at] & 15)
    return ip_at + 40 if version == 6 and data[ip_at + 6] == _TCP else None


def multiplied(link: int, records: list[Record], packets: int) -> Iterator[Record]:
    """At least `packets` packets: whole copies, one after the other."""
    ip_at = _IP_AT[link]
    period = max(record.time for record in records) - min(record.time for record in records) + 1_000_000_000
    places = [_ports_at(record.data, ip_at) for record in records]
    used = 0
    for copy in range(-(-packets // len(records))):
        ports: dict[int, int] = {}
        for record, place in zip(records, places, strict=True):
            data = record.data
            if place is not None:
                both = struct.unpack_from(">HH", data, place)
                if max(both) not in ports:
                    ports[max(both)] = _FIRST_PORT + used % (_LAST_PORT - _FIRST_PORT + 1)
                    used += 1
                mine = ports[max(both)]
                changed = (mine, both[1]) if both[0] > both[1] else (both[0], mine)
                data = data[:place] + struct.pack(">HH", *changed) + data[place + 4 :]
            yield Record(record.time + copy * period, record.length, data)


def write(source: Path, target: Path, packets: int) -> None:
    """Make a pcap of at least so many packets."""
    link, records = records_of(source.read_bytes())
    with target.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, link))
        for time, length, data in multiplied(link, records, packets):
            file.write(struct.pack("<IIII", time // 1_000_000_000, time % 1_000_000_000, len(data), length) + data)


def main() -> None:
    """Read the command line and write the capture."""
    parser = argparse.ArgumentParser(description="Make a large capture out of a small one.")
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--packets", type=int, default=100_000, help="at least so many (default 100000)")
    chosen = parser.parse_args()
    write(chosen.source, chosen.target, chosen.packets)


if __name__ == "__main__":
    main()
