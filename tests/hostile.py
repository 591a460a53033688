"""Header values that try something, a capture full of them, and what it means that none has succeeded."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.crafted import ACK, CLIENT, FIN, PSH, SERVER, SYN, segment, write

#: C0 without tab and newline, DEL, C1, zero-width and bidirectional controls, line separators.
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
KINDS = (
    b"<script>window.hostile=1</script>",
    b"<img src=x onerror=window.hostile=1>",
    b"\"><svg onload='window.hostile=1'>",
    b"</style></script></title><script>window.hostile=1</script>",
    b"<!--<script>window.hostile=1//-->",
    b"javascript:window.hostile=1",
    b"&lt;script&gt;window.hostile=1&lt;/script&gt; &#60;b&#62; &amp;amp;",
    b"{{ 7*7 }}",
    b"{% for x in [1] %}looped{% endfor %}",
    b"{# gone #}${7*7}<%= 7*7 %>#{7*7}",
    b"\x1b[31mred\x1b[0m\x1b]0;title\x07",
    b"\x9b31m\x90\x9d\xc2\x9b31m",
    b"\xe2\x80\xaegnp.exe\xe2\x81\xa6\xe2\x80\x8f\xe2\x80\x8b",
    b"nul\0nul",
    b"\xff\xfe\xc0\xaf\xed\xa0\x80\xf5",
    b"\xe2\x80\xa8line\xe2\x80\xa9paragraph\xc2\x85",
    b"back\x08\x08\x08space\x0b\x0c\x7f",
    b"url(javascript:window.hostile=1);}body{display:none}@import 'http://192.0.2.1/'",
    b"=cmd|' /C calc'!A0",
    b"](javascript:window.hostile=1) ![x](http://192.0.2.1/) `x`",
)
#: Names of fields that have a sentence of ours, or a place in a table, and one that has not.
ASKED = (
    b"Host User-Agent Referer Cookie Accept Accept-Language Accept-Encoding If-None-Match Authorization X-Asked".split()
)
TOLD = b"Server Set-Cookie Content-Type ETag Last-Modified Cache-Control Location Vary Date X-Told".split()
EXCHANGES = 50


def values() -> Iterator[bytes]:
    """Each kind in turn, with a mark of its own."""
    for number in range(EXCHANGES * (len(ASKED) + len(TOLD))):
        yield KINDS[(number + number // len(KINDS)) % len(KINDS)] + b"m%04d" % number


def write_hostile(path: Path, *, exchanges: int = EXCHANGES, longest: int = 32_000) -> Path:
    """A capture of one connection with so many exchanges; the last has a value that repeats a script so often."""
    client, server = (CLIENT, 50000), (SERVER, 80)
    ours, theirs = 1001, 5001
    frames = [segment(client, server, SYN, 1000), segment(server, client, SYN | ACK, 5000, ours)]
    frames.append(segment(client, server, ACK, ours, theirs))
    hostile = values()
    for number in range(exchanges):
        target = b"/" + KINDS[number % len(KINDS)].replace(b" ", b"+")
        request = (
            b"GET " + target + b" HTTP/1.1\r\n" + b"".join(b"%s: %s\r\n" % (name, next(hostile)) for name in ASKED)
        )
        response = b"HTTP/1.1 200 " + KINDS[number % len(KINDS)] + b"\r\nContent-Length: 0\r\n"
        response += b"".join(b"%s: %s\r\n" % (name, next(hostile)) for name in TOLD)
        if number == exchanges - 1:
            response += b"X-Long: " + b"<script>window.hostile=1</script>" * longest + b"\r\n"
        request += b"\r\n"
        frames.append(segment(client, server, PSH | ACK, ours, theirs, request))
        ours += len(request)
        response += b"\r\n"
        for start in range(0, len(response), 60_000):
            piece = response[start : start + 60_000]
            frames.append(segment(server, client, PSH | ACK, theirs, ours, piece))
            theirs += len(piece)
        frames.append(segment(client, server, ACK, ours, theirs))
    frames.append(segment(client, server, FIN | ACK, ours, theirs))
    return write(path, frames)


def harmless(text: str) -> None:
    """Nothing in a text steers what shows it, and no template has been run."""
    found = STEERING.search(text)
    assert found is None, ascii(text[max(0, found.start() - 80) : found.end() + 20])
    assert not re.search(r"\b49m\d{4}", text)
    assert "loopedm" not in text


def comments_of(path: Path) -> str:
    """All packet comments, as tshark prints them."""
    asked = ["tshark", "-n", "-r", str(path), "-T", "fields", "-e", "frame.comment"]
    return subprocess.run(asked, capture_output=True, check=True).stdout.decode()
