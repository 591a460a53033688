"""HTTP/2 is not laid out, but it is not denied either."""

from __future__ import annotations

import pytest

from tests.captures import BUNDLED
from tests.reports import document, said

pytestmark = pytest.mark.tshark

#: What each section says of HTTP/2, by language.
SAID = {
    "en": {
        "method": ["no answered HTTP request was seen other than of HTTP/2", "three segments | HTTP/2"],
        "exchange": [
            "14 packets carry HTTP/2 frames, the first is frame 4",
            "frame 6, on HTTP/2 stream 1",
            "on that stream, which hold those of a response, are in frame 13",
        ],
        "answers": [
            "HTTP/2: Wireshark recognised its frames",
            "first HEADERS are in frame 6, on HTTP/2 stream 1;",
            "the server's HEADERS that answer on that stream are in frame 13",
        ],
        "summary": ["stream 0 carries HTTP/2, in 14 packets (frames 4 to 23)"],
        "limits": ["HTTP/2 was recognised"],
    },
    "zh": {
        "method": ["没有看到得到应答的 HTTP 请求（HTTP/2 除外", "三个报文段 | HTTP/2"],
        "exchange": [
            "有 14 个报文带有 HTTP/2 帧，最早是第 4 帧",
            "第 6 帧，属于 HTTP/2 流 1",
            "在这个流上的第一个 HEADERS（响应的首部字段）在第 13 帧",
        ],
        "answers": [
            "HTTP/2：Wireshark 在这条连接上识别出了它的帧",
            "客户端的第一个 HEADERS 在第 6 帧，属于 HTTP/2 流 1；服务器在这个流上应答的 HEADERS 在第 13 帧",
        ],
        "summary": ["流 0 上是 HTTP/2，第 4 至 23 帧中有 14 个报文"],
        "limits": ["已经识别出 HTTP/2"],
    },
}
DENIED = {
    "en": [
        "no HTTP request was recognised",
        "No HTTP request",
        "no response was captured",
        "no HTTP exchange",
        "none was recognised",
    ],
    "zh": ["没有识别出 HTTP 请求", "没有捕获到响应", "没有识别出 HTTP 交换", "没有识别出来"],
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_http2_is_named_and_not_denied(language: str) -> None:
    found = document(BUNDLED / "http2-clear.pcapng", language=language)
    for name, words in SAID[language].items():
        text = said(found, name)
        assert [each for each in words if each not in text] == [], name
        assert [each for each in DENIED[language] if each in text] == [], name


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_connection_without_http2_is_not_said_to_carry_it(language: str) -> None:
    found = document(BUNDLED / "http-none.pcapng", language=language)
    assert [name for name in SAID[language] if "HTTP/2" in said(found, name)] == []
