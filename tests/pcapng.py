"""pcapng files made block by block, and our comments taken out again: written apart from the code under test."""

from __future__ import annotations

import struct

FRAME = (
    bytes.fromhex(  # a UDP datagram from 192.0.2.1 to 192.0.2.2
        "ffffffffffff02000000000108004500002100010000401166c9c0000201c0000202c3500009000d0000"
    )
    + b"hello"
)
MARK, END = "R» ".encode(), "«R".encode()


class Maker:
    """Blocks in one byte order."""

    def __init__(self, order: str = "<") -> None:
        self.order = order

    def block(self, kind: int, body: bytes) -> bytes:
        body += bytes(-len(body) % 4)
        length = struct.pack(self.order + "I", len(body) + 12)
        return struct.pack(self.order + "I", kind) + length + body + length

    def options(self, *options: tuple[int, bytes], end: bool = True) -> bytes:
        made = b"".join(
            struct.pack(self.order + "HH", code, len(value)) + value + bytes(-len(value) % 4) for code, value in options
        )
        return made + (bytes(4) if end else b"")

    def section(self, options: bytes = b"", length: int = -1) -> bytes:
        return self.block(0x0A0D0D0A, struct.pack(self.order + "IHHq", 0x1A2B3C4D, 1, 0, length) + options)

    def interface(self, options: bytes = b"", link: int = 1, snap: int = 0) -> bytes:
        return self.block(1, struct.pack(self.order + "HHI", link, 0, snap) + options)

    def packet(
        self,
        options: bytes = b"",
        data: bytes = FRAME,
        interface: int = 0,
        ticks: int = 1_000_000,
        snaplen: int | None = None,
    ) -> bytes:
        whole, data = len(data), data[:snaplen]
        head = struct.pack(self.order + "IIIII", interface, ticks >> 32, ticks & 0xFFFFFFFF, len(data), whole)
        return self.block(6, head + data + bytes(-len(data) % 4) + options)

    def old_packet(self, options: bytes = b"", data: bytes = FRAME, ticks: int = 2_000_000) -> bytes:
        head = struct.pack(self.order + "HHIIII", 0, 0xFFFF, 0, ticks, len(data), len(data))
        return self.block(2, head + data + bytes(-len(data) % 4) + options)

    def simple(self, data: bytes = FRAME) -> bytes:
        return self.block(3, struct.pack(self.order + "I", len(data)) + data)

    def names(self) -> bytes:
        record = struct.pack(self.order + "HH", 1, 11) + bytes([192, 0, 2, 1]) + b"a.test\0" + b"\0"
        return self.block(4, record + bytes(4))

    def statistics(self) -> bytes:
        return self.block(5, struct.pack(self.order + "III", 0, 0, 3_000_000) + self.options((4, bytes(8))))

    def secrets(self) -> bytes:
        text = b"CLIENT_RANDOM " + b"00" * 32 + b" " + b"11" * 48 + b"\n"
        return self.block(10, struct.pack(self.order + "II", 0x544C534B, len(text)) + text)

    def custom(self) -> bytes:
        return self.block(0xBAD, struct.pack(self.order + "I", 32473) + b"somebody's own data")


def without_ours(data: bytes) -> bytes:
    """The file without our comments, its section lengths corrected."""
    made, at, order = bytearray(), 0, "<"
    section = None
    grown = 0
    while at + 12 <= len(data):
        if data[at : at + 4] == b"\x0a\x0d\x0d\x0a":
            order = ">" if data[at + 8 : at + 12] == b"\x1a\x2b\x3c\x4d" else "<"
        kind, length = struct.unpack_from(order + "II", data, at)
        if length < 12 or at + length > len(data) or data[at + length - 4 : at + length] != data[at + 4 : at + 8]:
            break
        block = data[at : at + length]
        at += length
        if kind == 0x0A0D0D0A:
            _correct(made, section, grown, order)
            section, grown = (len(made), order), 0
            made += _stripped(block, order, 24)
        elif kind in (2, 6):
            captured = struct.unpack_from(order + "I", block, 20)[0]
            bare = _stripped(block, order, 28 + captured + (-captured) % 4)
            grown += len(block) - len(bare)
            made += bare
        else:
            made += block
    _correct(made, section, grown, order)
    return bytes(made) + data[at:]


def _correct(made: bytearray, section: tuple[int, str] | None, grown: int, order: str) -> None:
    if section is not None:
        at, order = section
        length = struct.unpack_from(order + "q", made, at + 16)[0]
        if length != -1:
            struct.pack_into(order + "q", made, at + 16, length - grown)


def _stripped(block: bytes, order: str, start: int) -> bytes:
    at, kept, ours = start, b"", False
    while at < len(block) - 4:
        code, length = struct.unpack_from(order + "HH", block, at)
        if code == 0:
            break
        stop = at + 4 + length + (-length) % 4
        value = block[at + 4 : at + 4 + length]
        found = value.find(MARK) if code == 1 else -1
        if found < 0 or (found and not value.endswith(END)):
            kept += block[at:stop]
        else:
            ours = True
            if found:
                theirs = value[: found - 2]
                kept += struct.pack(order + "HH", 1, len(theirs)) + theirs + bytes(-len(theirs) % 4)
        at = stop
    if not ours:
        return block
    rest = block[at:-4]
    body = block[8:start] + kept + (rest if kept else rest[4:])
    size = struct.pack(order + "I", len(body) + 12)
    return block[:4] + size + body + size
