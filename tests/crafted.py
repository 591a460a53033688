"""Captures made packet by packet, for what no sender here can be made to send."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.pcapng import Maker

CLIENT, SERVER = "192.0.2.10", "192.0.2.80"
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def segment(
    src: tuple[str, int],
    dst: tuple[str, int],
    flags: int,
    seq: int,
    ack: int = 0,
    payload: bytes = b"",
    *,
    options: bytes = b"",
) -> bytes:
    """An Ethernet frame with a TCP segment; numbers are taken modulo 2^32, `options` are whole words of four bytes."""
    numbers = (seq % (1 << 32), ack % (1 << 32) if flags & ACK else 0)
    words = 5 + len(options) // 4
    tcp = struct.pack("!HHIIBBHHH", src[1], dst[1], *numbers, words << 4, flags, 64240, 0, 0) + options + payload
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0x4000, 64, 6, 0)
    ends = socket.inet_aton(src[0]) + socket.inet_aton(dst[0])
    return bytes.fromhex("020000000001020000000002") + b"\x08\0" + head + ends + tcp


def exchange(request: bytes, response: bytes, *, port: int = 50000, most: int = 60_000) -> list[bytes]:
    """The packets of one connection with one request and one response, from the first SYN to the last Ack."""
    client, server = (CLIENT, port), (SERVER, 80)
    ours, theirs = 1000, 5000
    frames = [segment(client, server, SYN, ours), segment(server, client, SYN | ACK, theirs, ours + 1)]
    ours, theirs = ours + 1, theirs + 1
    frames.append(segment(client, server, ACK, ours, theirs))
    for start in range(0, len(request), most):
        piece = request[start : start + most]
        frames.append(segment(client, server, PSH | ACK, ours, theirs, piece))
        ours += len(piece)
    frames.append(segment(server, client, ACK, theirs, ours))
    for start in range(0, len(response), most):
        piece = response[start : start + most]
        frames.append(segment(server, client, PSH | ACK, theirs, ours, piece))
        theirs += len(piece)
    frames.append(segment(client, server, FIN | ACK, ours, theirs))
    frames.append(segment(server, client, FIN | ACK, theirs, ours + 1))
    frames.append(segment(client, server, ACK, ours + 1, theirs + 1))
    return frames


def write(
    path: Path,
    frames: Iterable[bytes],
    options: bytes = b"",
    *,
    times: Sequence[int] = (),
    snaplen: int | None = None,
) -> Path:
    """The frames as a pcapng file, a millisecond apart, each with these options, not more than `snaplen` bytes of each.

    `times` are the first frames' microseconds after the others' beginning, instead of a millisecond each.
    """
    make = Maker()
    blocks = [make.section(), make.interface()]
    start = 1_700_000_000_000_000
    for number, data in enumerate(frames):
        after = times[number] if number < len(times) else number * 1000
        blocks.append(make.packet(options, data=data, ticks=start + after, snaplen=snaplen))
    path.write_bytes(b"".join(blocks))
    return path
