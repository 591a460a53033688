"""What a report says of how full the segments of a response are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crafted import ACK, CLIENT, SERVER, SYN, exchange, segment, write
from tests.reports import document, said

pytestmark = pytest.mark.tshark

_REQUEST = b"GET / HTTP/1.1\r\nHost: lab.example\r\n\r\n"
_FULL = 1380
_RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n" + b"x" * 4000
_C, _S = (CLIENT, 50000), (SERVER, 80)
#: The MSS of client and server, and what is said of pieces of 1380 bytes, in English and in Chinese.
CASES = {
    "the server's own": (
        (1460, 1380),
        "the smaller of the two announced MSS allows (the sender's own, 1380; the receiver announced a larger one)",
        "装满了双方通告的 MSS 中较小者允许的长度（它是发送方自己的，1380；接收方通告的更大），即 1380 字节",
    ),
    "the client's": ((1380, 1460), "as full as the MSS allows, 1380 bytes", "装满了 MSS 允许的长度，即 1380 字节"),
    "the same": ((1380, 1380), "as full as the MSS allows, 1380 bytes", "装满了 MSS 允许的长度，即 1380 字节"),
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", CASES)
def test_which_mss_filled_the_segments_is_told(tmp_path: Path, name: str, language: str) -> None:
    (client, server), english, chinese = CASES[name]
    frames = exchange(_REQUEST, _RESPONSE, most=_FULL)
    frames[0] = segment(_C, _S, SYN, 1000, options=b"\x02\x04" + client.to_bytes(2, "big"))
    frames[1] = segment(_S, _C, SYN | ACK, 5000, 1001, options=b"\x02\x04" + server.to_bytes(2, "big"))
    told = said(document(write(tmp_path / "mss.pcapng", frames), language=language), "resources")
    assert (english if language == "en" else chinese) in told
