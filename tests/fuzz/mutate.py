"""Captures with something wrong: the same seed makes the same bytes from the same bundled captures."""

from __future__ import annotations

import gzip
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.captures import bundled

#: Larger captures cost time and show nothing that small ones do not.
_LARGEST = 30_000
_ODD = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_SECTION = b"\x0a\x0d\x0d\x0a"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mutated capture: how it was made (to be read), the ending of its name, its bytes."""

    story: str
    ending: str
    data: bytes


def mutant(seed: int) -> Mutant:
    """The capture of this seed."""
    dice = random.Random(seed)
    path = dice.choice(_seeds())
    data = _plain(path)
    done = []
    for _ in range(dice.choice((1, 1, 1, 2, 3, 6))):
        change = dice.choice(_CHANGES)
        data = change(dice, data)
        done.append(change.__name__.lstrip("_"))
    ending = ".pcap" if data[:4] == b"\xd4\xc3\xb2\xa1" else ".pcapng"
    packed = dice.random()
    if packed < 0.12:
        data, ending = gzip.compress(data, 1, mtime=0), f"{ending}.gz"
        done.append("gzip")
        if packed < 0.08:
            change = dice.choice(_BYTES)
            data = change(dice, data)
            done.append(f"{change.__name__.lstrip('_')} of the gzip")
    return Mutant(f"seed {seed}: {path.name}, {', '.join(done)}", ending, data)


@cache
def _seeds() -> list[Path]:
    return [path for path in bundled() if path.stat().st_size <= _LARGEST or path.suffix in (".pcap", ".gz")]


@cache
def _plain(path: Path) -> bytes:
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    return b"".join(pieces(data)[:60]) if len(data) > _LARGEST else data


def pieces(data: bytes) -> list[bytes]:
    """The blocks of pcapng, or the header and the records of pcap; what is neither is one piece at the end."""
    found, at = [], 0
    if data[:4] == b"\xd4\xc3\xb2\xa1":
        found.append(data[:24])
        at = 24
        while at + 16 <= len(data):
            length = 16 + struct.unpack_from("<I", data, at + 8)[0]
            if at + length > len(data):
                break
            found.append(data[at : at + length])
            at += length
    elif data[:4] == _SECTION:
        while at + 12 <= len(data):
            (length,) = struct.unpack_from("<I", data, at + 4)
            if length < 12 or length % 4 or at + length > len(data):
                break
            found.append(data[at : at + length])
            at += length
    return [*found, data[at:]] if at < len(data) or not found else found


# ---------------------------------------------------------------- bytes


def _flip(dice: random.Random, data: bytes) -> bytes:
    made = bytearray(data)
    for _ in range(dice.choice((1, 1, 4, 32)) if made else 0):
        made[dice.randrange(len(made))] ^= 1 << dice.randrange(8)
    return bytes(made)


def _noise(dice: random.Random, data: bytes) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + dice.randbytes(dice.choice((1, 4, 40, 400))) + data[at + dice.choice((0, 4, 40)) :]


def _cut(dice: random.Random, data: bytes) -> bytes:
    return data[: dice.randrange(len(data) + 1)]


def _lose(dice: random.Random, data: bytes) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + data[at + dice.choice((1, 2, 4, 64, 1000)) :]


def _odd_number(dice: random.Random, data: bytes) -> bytes:
    if len(data) < 4:
        return data
    made = bytearray(data)
    form = dice.choice("<>") + dice.choice("HI")
    size = struct.calcsize(form)
    at = dice.randrange(len(made) - size + 1) & ~1
    struct.pack_into(form, made, at, dice.choice(_ODD) & (0xFFFF if size == 2 else 0xFFFFFFFF))
    return bytes(made)


def _again(dice: random.Random, data: bytes) -> bytes:
    at = dice.randrange(len(data) + 1)
    part = data[at : at + dice.choice((8, 100, 2000))]
    return data[:at] + part * dice.choice((2, 2, 9)) + data[at + len(part) :]


# ---------------------------------------------------------------- blocks


def _without(dice: random.Random, data: bytes) -> bytes:
    parts = pieces(data)
    for _ in range(dice.choice((1, 1, 5))):
        if parts:
            del parts[dice.randrange(len(parts))]
    return b"".join(parts)


def _twice(dice: random.Random, data: bytes) -> bytes:
    parts = pieces(data)
    at = dice.randrange(len(parts))
    return b"".join([*parts[:at], *[parts[at]] * dice.choice((2, 2, 40)), *parts[at + 1 :]])


def _shuffled(dice: random.Random, data: bytes) -> bytes:
    parts = pieces(data)
    start = dice.randrange(len(parts))
    window = parts[start : start + dice.choice((2, 5, 1000))]
    dice.shuffle(window)
    return b"".join([*parts[:start], *window, *parts[start + len(window) :]])


def _spliced(dice: random.Random, data: bytes) -> bytes:
    parts, others = pieces(data), pieces(_plain(dice.choice(_seeds())))
    at = dice.randrange(len(parts) + 1)
    return b"".join([*parts[:at], *others[dice.randrange(len(others)) :][:20], *parts[at:]])


def _block_header(dice: random.Random, data: bytes) -> bytes:
    """Kind, lengths, times and options of a block or record; both lengths of a block stay equal mostly."""
    parts = pieces(data)
    at = dice.randrange(len(parts))
    made = bytearray(parts[at])
    if len(made) >= 16:
        struct.pack_into("<I", made, dice.randrange(min(len(made) - 3, 32)) & ~3, dice.choice(_ODD))
        if dice.random() < 0.7 and data[:4] == _SECTION:
            struct.pack_into("<I", made, 4, len(made))
            struct.pack_into("<I", made, len(made) - 4, len(made))
    return b"".join([*parts[:at], bytes(made), *parts[at + 1 :]])


def _inside(dice: random.Random, data: bytes) -> bytes:
    """Bytes of one packet, so that the file stays right and the dissectors meet what is wrong."""
    return _in_packets(dice, data, dice.choice((1, 1, 3)), lambda made, low: dice.randrange(low, len(made)))


def _headers(dice: random.Random, data: bytes) -> bytes:
    """Bytes of the Ethernet, IP and TCP headers of many packets."""
    return _in_packets(
        dice, data, dice.choice((2, 10, 40)), lambda made, low: dice.randrange(low, min(low + 66, len(made)))
    )


def _in_packets(dice: random.Random, data: bytes, often: int, place: Callable[[bytearray, int], int]) -> bytes:
    parts = pieces(data)
    low = 16 if data[:4] != _SECTION else 28
    for _ in range(often):
        at = dice.randrange(len(parts))
        made = bytearray(parts[at])
        if len(made) > low + 4 and (low == 16 or made[:4] == b"\x06\0\0\0"):
            where = place(made, low)
            if low == 28 and where >= len(made) - 4:
                continue
            made[where] = dice.choice((dice.randrange(256), 0, 255, made[where] ^ 1 << dice.randrange(8)))
            parts[at] = bytes(made)
    return b"".join(parts)


_TEXTS = (
    b"\r\n\r\n", b"\n", b"\0", b"\x1e\x1f", b"\x1b]0;x\x07", b"{{7*7}}", b"<script>", b"\xff\xfe", b"\xe2\x80\xae",
    b"Content-Length: 99999999999999999999\r\n", b"Transfer-Encoding: chunked\r\n", b"HTTP/1.1 100 Continue\r\n\r\n",
    b"Content-Encoding: gzip\r\n", b"Range: bytes=-1-\r\n", b"Host: [::\r\n", b"GET / HTTP/9.9\r\n\r\n",
    b"ffffffffffffffff\r\n", b"Content-Range: bytes 5-1/0\r\n", b"Age: -1\r\n",
    b"Date: Thu, 99 Foo 0000 99:99:99 GMT\r\n", b"Last-Modified: x\r\n",
    b"Cache-Control: max-age=999999999999999999999, max-age=-5\r\n", b"Keep-Alive: timeout=1e9\r\n",
    b"Expires: 0\r\n", b"Location: http://[/%zz\r\n", b"Set-Cookie: =;;=\r\n", b"Sec-WebSocket-Accept: \xff\r\n",
    b"HTTP/1.1 999 \r\n\r\n",
)  # fmt: skip


def _text(dice: random.Random, data: bytes) -> bytes:
    """Words of HTTP written over words of HTTP: at the end of a header line."""
    ends = [at for at in range(len(data)) if data.startswith(b"\r\n", at)]
    if not ends:
        return _inside(dice, data)
    made = bytearray(data)
    for _ in range(dice.choice((1, 3))):
        at, text = dice.choice(ends) + dice.choice((0, 2)), dice.choice(_TEXTS)
        if at + len(text) < len(made):
            made[at : at + len(text)] = text
    return bytes(made)


_BYTES = (_flip, _noise, _cut, _lose, _odd_number, _again)
_CHANGES = (
    *_BYTES,
    *(_without, _twice, _shuffled, _spliced, _block_header),
    *(_inside, _inside, _headers, _headers, _text, _text),
)
