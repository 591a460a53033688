#!/usr/bin/env python3
"""Makes a class to try `reporter batch` on: real captures, varied so that each student's is another one.

    .venv/bin/python scripts/make_class.py out/class --students 200

writes submissions.zip, roster.csv, rubric.toml and expected.json, which says how every submission must end and
who shares connections. Times, client ports, raw sequence numbers and the student number on the page are varied;
one in ten submissions is broken in some way; three students hand in a copy of another's capture.
Names and numbers are samples (示例). The same seed makes the same class.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import struct
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

CAPTURES = Path(__file__).resolve().parents[1] / "captures"
#: IPv4 over Ethernet or loopback, nothing in them but what the rewriting understands.
BASES = (
    "page-python-curl.pcap",
    "page-node-curl.pcapng",
    "half-close.pcapng",
    "merged-close.pcapng",
    "keepalive-full.pcapng",
    "idle-timeout-close.pcapng",
    "dns-arp-curl.pcapng",
    "fin-retransmitted.pcapng",
    "reset-after-data.pcapng",
    "html-in-headers.pcapng",
    "http-variety.pcapng",
    "mid-connection.pcapng",
)
STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
ZIPPED = (2026, 1, 1, 0, 0, 0)
SAMPLE_NUMBER = b"20260000"

Packet = tuple[int, int, bytes]  # nanoseconds, length on the wire, bytes


@dataclass(frozen=True)
class Person:
    """A student of the class."""

    id: str
    name: str


def read(path: Path) -> tuple[int, list[Packet]]:
    """Link type and packets of a little-endian pcap or pcapng file with one interface."""
    data = path.read_bytes()
    if data[:4] == b"\xd4\xc3\xb2\xa1":
        return struct.unpack("<I", data[20:24])[0], list(_pcap(data))
    return _pcapng(data)


def _pcap(data: bytes) -> Iterator[Packet]:
    at = 24
    while at + 16 <= len(data):
        seconds, micros, size, length = struct.unpack("<IIII", data[at : at + 16])
        yield seconds * 10**9 + micros * 1000, length, data[at + 16 : at + 16 + size]
        at += 16 + size


def _pcapng(data: bytes) -> tuple[int, list[Packet]]:
    at, link, unit, packets = 0, 1, 1000, []
    while at + 12 <= len(data):
        kind, size = struct.unpack("<II", data[at : at + 8])
        body = data[at + 8 : at + size - 4]
        if kind == 1:
            link = struct.unpack("<H", body[:2])[0]
            unit = 1 if b"\x09\x00\x01\x00\x09" in body[8:] else 1000
        elif kind == 6:
            _, high, low, held, length = struct.unpack("<IIIII", body[:20])
            packets.append(((high << 32 | low) * unit, length, body[20 : 20 + held]))
        at += size
    return link, packets


def pcap(link: int, packets: list[Packet]) -> bytes:
    """A pcap file with microseconds."""
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link)]
    for when, length, data in packets:
        out += [struct.pack("<IIII", when // 10**9, when % 10**9 // 1000, len(data), length), data]
    return b"".join(out)


def pcapng(link: int, packets: list[Packet]) -> bytes:
    """A pcapng file with microseconds."""
    out = [struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)]
    out.append(struct.pack("<IIHHII", 1, 20, link, 0, 262144, 20))
    for when, length, data in packets:
        padded = data + bytes(-len(data) % 4)
        micros, size = when // 1000, 32 + len(padded)
        out.append(struct.pack("<IIIIIII", 6, size, 0, micros >> 32, micros & 0xFFFFFFFF, len(data), length))
        out += [padded, struct.pack("<I", size)]
    return b"".join(out)


class Variation:
    """Another run of the same exchange: later, from other client ports, with other initial sequence numbers."""

    def __init__(self, dice: random.Random, number: str) -> None:
        self._dice = dice
        self._number = number.encode()
        self._later = dice.randrange(7 * 24 * 3600) * 10**9 + dice.randrange(10**9)
        self._ports: dict[tuple[int, int], dict[int, int]] = {}
        self._shifts: dict[tuple[int, int], dict[int, int]] = {}

    def packet(self, packet: Packet) -> Packet:
        """One packet, varied; what is no TCP over IPv4 is only later."""
        when, length, data = packet
        when += self._later
        frame = bytearray(data)
        at = 14
        if len(frame) < 54 or frame[12:14] != b"\x08\x00" or frame[at + 9] != 6 or len(frame) < length:
            return when, length, bytes(frame)
        tcp = at + (frame[at] & 15) * 4
        source, target, seq, ack = struct.unpack("!HHII", frame[tcp : tcp + 12])
        pair = (min(source, target), max(source, target))
        ports = self._ports.setdefault(pair, {pair[0]: pair[0], pair[1]: self._dice.randrange(33000, 60000)})
        shift = self._shifts.setdefault(pair, {each: self._dice.getrandbits(32) for each in pair})
        flags = frame[tcp + 13]
        seq = (seq + shift[source]) & 0xFFFFFFFF
        ack = (ack + shift[target]) & 0xFFFFFFFF if flags & 0x10 else ack
        struct.pack_into("!HHII", frame, tcp, ports[source], ports[target], seq, ack)
        self._sack(frame, tcp, shift[target])
        end = at + struct.unpack("!H", frame[at + 2 : at + 4])[0]
        body = tcp + (frame[tcp + 12] >> 4) * 4
        frame[body:end] = bytes(frame[body:end]).replace(SAMPLE_NUMBER, self._number)
        struct.pack_into("!H", frame, tcp + 16, 0)
        pseudo = bytes(frame[at + 12 : at + 20]) + struct.pack("!HH", 6, end - tcp)
        struct.pack_into("!H", frame, tcp + 16, _checksum(pseudo + bytes(frame[tcp:end])))
        return when, length, bytes(frame)

    def _sack(self, frame: bytearray, tcp: int, shift: int) -> None:
        at, end = tcp + 20, tcp + (frame[tcp + 12] >> 4) * 4
        while at < end and frame[at] not in (0,):
            if frame[at] == 1:
                at += 1
                continue
            size = max(frame[at + 1], 2)
            if frame[at] == 5:
                for edge in range(at + 2, at + size, 4):
                    value = struct.unpack("!I", frame[edge : edge + 4])[0]
                    struct.pack_into("!I", frame, edge, (value + shift) & 0xFFFFFFFF)
            at += size


def _checksum(data: bytes) -> int:
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def capture(dice: random.Random, person: Person, base: str) -> tuple[int, list[Packet]]:
    """The packets of one student."""
    link, packets = read(CAPTURES / base)
    variation = Variation(dice, person.id)
    return link, [variation.packet(each) for each in packets]


def zipped(files: dict[str, bytes], *, gbk: bool = True) -> bytes:
    """A zip whose names are written in GBK and not marked, as Windows in China does; or in UTF-8, marked."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, ZIPPED)
            info.compress_type = zipfile.ZIP_DEFLATED
            if gbk:
                info = _Unmarked(name, ZIPPED)
            archive.writestr(info, data)
    return content.getvalue()


class _Unmarked(zipfile.ZipInfo):
    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 (zipfile's own name)
        return self.filename.encode("gb18030"), self.flag_bits & ~0x800


def _locked(files: dict[str, bytes]) -> bytes:
    """A zip that says that it is encrypted."""
    content = bytearray(zipped(files))
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(magic)
        content[at + place] |= 1
    return bytes(content)


def _deep(name: str, data: bytes, levels: int) -> dict[str, bytes]:
    files = {name: data}
    for level in range(levels):
        files = {f"{level}.zip": zipped(files)}
    return files


Broken = Callable[[bytes], tuple[dict[str, bytes] | bytes, str]]
#: Ways to hand in something broken, each with the status it must end with; bytes are the student's zip itself.
BROKEN: tuple[Broken, ...] = (
    lambda good: ({"实验.pcapng": "这不是抓包文件\n".encode() * 40}, "unreadable"),
    lambda good: ({"实验.pcapng": b""}, "empty"),
    lambda good: ({"实验报告.docx": b"PK\x03\x04" + bytes(300)}, "no-capture"),
    lambda good: ({"实验.pcap": good[: 24 + 16 + 9]}, "unreadable"),
    lambda good: ({"实验.pcap": good[: len(good) - 7]}, "warnings"),
    lambda good: (_locked({"实验.pcap": good}), "unreadable"),
    lambda good: (zipped({"实验.pcap": good})[:-60], "unreadable"),
    lambda good: (_deep("实验.pcap", good, 4), "too-large"),
    lambda good: ({"实验.pcap": good[:24]}, "empty"),
    lambda good: ({"实验.pcap": good, "另一份.pcapng": b"\x0a\x0d\x0d\x0a" + bytes(90)}, "warnings"),
)
RUBRIC = """\
[[check]]
id = "handshake"
kind = "opening"
points = 30
any_of = ["three-way"]
pass = {zh = "完整抓到三次握手。", en = "The three-way handshake is there."}
fail = {zh = "没有抓到完整的三次握手。", en = "The three-way handshake is not there."}

[[check]]
id = "closing"
kind = "closing"
points = 20
any_of = ["four-way", "three-segment"]

[[check]]
id = "request"
kind = "filter"
points = 20
filter = "http.request.method == GET"

[[check]]
id = "own-page"
kind = "filter"
points = 20
filter = 'http contains "{student.id}"'

[[check]]
id = "whole"
kind = "quality"
points = 10
requires = ["complete", "from-the-start"]
"""


def make(folder: Path, students: int, seed: int, broken: int = 0) -> None:
    """Write the class; `broken` are the students whose submission is (else one in ten), missing ones among them."""
    dice = random.Random(seed)  # noqa: S311 (a sample, not a secret)
    people = [
        Person(str(20260001 + place), f"示例{STEMS[place % 10]}{BRANCHES[place % 12]}") for place in range(students)
    ]
    copies = min(3, students // 4)
    broken = broken or max(students // 10, 1)
    missing = max(students // 50, 1)
    order = people.copy()
    dice.shuffle(order)
    entries: dict[str, bytes] = {}
    expected: dict[str, str] = {}
    pairs: list[list[str]] = []
    plain: list[tuple[Person, int, list[Packet]]] = []
    for place, person in enumerate(order):
        name = f"{person.id}-{person.name}.zip"
        if place < missing:
            expected[person.id] = "missing"
        elif place < broken:
            link, packets = capture(dice, person, BASES[place % 3])
            files, status = BROKEN[(place - missing) % len(BROKEN)](pcap(link, packets))
            entries[name] = files if isinstance(files, bytes) else zipped(files)
            expected[person.id] = status
        elif place < broken + copies:
            expected[person.id] = "ok"  # their files are made below
        else:
            link, packets = capture(dice, person, BASES[place % len(BASES)])
            if packets and place % len(BASES) != BASES.index("mid-connection.pcapng"):
                plain.append((person, link, packets))
            data, ending = (pcap(link, packets), "pcap") if place % 2 else (pcapng(link, packets), "pcapng")
            files = {f"实验/抓包.{ending}": data}
            if place % 4 == 0:
                files["实验/说明.txt"] = f"{person.name}的实验\n".encode("gb18030")
            entries[name] = zipped(files, gbk=place % 3 > 0)
            expected[person.id] = "ok"
    whole = iter([each for each in plain if len(each[2]) > 12])
    for person, way in zip(order[broken : broken + copies], ("trimmed", "renamed", "later"), strict=False):
        original, link, packets = next(whole, (person, *capture(dice, person, BASES[0])))
        copy = packets
        if way == "later":
            copy = [(when + 3600 * 10**9, length, data) for when, length, data in packets]
        if way == "trimmed":
            copy = packets[6 : len(packets) - 3]
        entries[f"{person.id}-{person.name}.zip"] = zipped({f"我的{way}.pcapng": pcapng(link, copy)})
        if original is not person:
            pairs.append(sorted((original.id, person.id)))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "submissions.zip").write_bytes(zipped(dict(sorted(entries.items()))))
    roster = "学号,姓名\r\n" + "".join(f"{person.id},{person.name}\r\n" for person in people)
    (folder / "roster.csv").write_bytes(roster.encode("gb18030"))
    (folder / "rubric.toml").write_text(RUBRIC, encoding="utf-8")
    told = {"statuses": dict(sorted(expected.items())), "pairs": sorted(pairs)}
    (folder / "expected.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--broken", type=int, default=0)
    chosen = parser.parse_args()
    make(chosen.folder, chosen.students, chosen.seed, chosen.broken)
    print(f"{chosen.folder}: {chosen.students} students", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
