"""HTTP/2 written by hand (RFC 9113), for what no client or server here can be made to send."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from tests.crafted import ACK, CLIENT, FIN, PSH, SERVER, SYN, segment

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PUSH_PROMISE, GOAWAY, CONTINUATION = 0, 1, 3, 4, 5, 7, 9
END_STREAM, END_HEADERS, PADDED = 1, 4, 8


def frame(kind: int, stream: int, payload: bytes = b"", flags: int = 0) -> bytes:
    """One HTTP/2 frame (section 4.1)."""
    return struct.pack("!I", len(payload))[1:] + struct.pack("!BBI", kind, flags, stream) + payload


def block(*fields: tuple[str, str], indexed: bool = False) -> bytes:
    """A field block (RFC 7541, section 6.2): literal, without Huffman code; `indexed` ones enter the table."""
    coded = b""
    for name, value in fields:
        coded += b"\x40" if indexed else b"\0"
        coded += b"".join(bytes([len(each)]) + each for each in (name.encode(), value.encode()))
    return coded


def asking(stream: int, path: str, *, flags: int = END_HEADERS | END_STREAM, method: str = "GET") -> bytes:
    """The HEADERS of a request."""
    fields = ((":method", method), (":scheme", "http"), (":path", path), (":authority", "lab.example"))
    return frame(HEADERS, stream, block(*fields), flags)


def answering(stream: int, status: int, *more: tuple[str, str], flags: int = END_HEADERS) -> bytes:
    """The HEADERS of a response."""
    return frame(HEADERS, stream, block((":status", str(status)), *more), flags)


def talk(*said: tuple[str, bytes], port: int = 50000, whole: bool = True) -> list[bytes]:
    """The packets of one connection in which `client` and `server` say these things in turn, one segment each.

    Without `whole` neither the handshake nor the closing is among them.
    """
    ends = {"client": (CLIENT, port), "server": (SERVER, 8080)}
    numbers = {"client": 1000, "server": 5000}
    opening = [
        segment(ends["client"], ends["server"], SYN, 999),
        segment(ends["server"], ends["client"], SYN | ACK, 4999, 1000),
        segment(ends["client"], ends["server"], ACK, 1000, 5000),
    ]
    frames: list[bytes] = opening if whole else []
    for who, payload in said:
        other = "server" if who == "client" else "client"
        frames.append(segment(ends[who], ends[other], PSH | ACK, numbers[who], numbers[other], payload))
        numbers[who] += len(payload)
    ours, theirs = numbers["client"], numbers["server"]
    closing = [
        segment(ends["client"], ends["server"], FIN | ACK, ours, theirs),
        segment(ends["server"], ends["client"], FIN | ACK, theirs, ours + 1),
        segment(ends["client"], ends["server"], ACK, ours + 1, theirs + 1),
    ]
    return frames + (closing if whole else [])


def begun(*said: tuple[str, bytes]) -> Sequence[tuple[str, bytes]]:
    """The same, after both prefaces (section 3.4)."""
    return (("client", PREFACE + frame(SETTINGS, 0)), ("server", frame(SETTINGS, 0)), *said)
