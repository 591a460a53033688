"""HTTP/2: its exchanges are told, one HTTP/2 stream a row, and what is not told is named; nothing denies it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reporter.cli.main import app
from tests import h2
from tests.captures import BUNDLED
from tests.crafted import exchange, write
from tests.reports import document, said

pytestmark = pytest.mark.tshark

#: What each section says of HTTP/2, by language.
SAID = {
    "en": {
        "method": ["the most complete one that carries HTTP: stream 0", "four segments | 4", "three segments | 1"],
        "exchange": [
            "14 packets carry HTTP/2 frames, the first is frame 4",
            "1 | GET / | 200 | text/html | 496 | 13.609 ms | 6 → 13",
            "5 | GET /lines.txt | 200 | text/plain | 1492 | 14.194 ms | 6 → 14–16",
            "7 | GET /missing | 404 | text/plain | 10 (DATA) | 7.525 ms | 6 → 11",
        ],
        "resources": [
            "5 HTTP/2 exchanges on 2 TCP connections",
            "0 | 3 | GET /style.css | 200 | text/css | 257 | 14.184 ms | 6 → 14",
            "1 | 1 | POST /form | 204 | — | 0 (DATA) | 0.876 ms | 33–37 → 39",
        ],
        "answers": [
            "HTTP/2: Wireshark recognised its frames",
            "Frame 6 carries the HEADERS of “GET” “/”, on HTTP/2 stream 1",
            "200 (frame 13, HTTP/2 stream 1); content-length 496",
            "13.609 ms from the end of the request (frame 6) to the end of the response (frame 13)",
        ],
        "summary": ["14 packets (frames 4 to 23), with 4 exchanges", "“GET” “/” (frame 6) was answered with 200"],
        "limits": ["The header fields of HTTP/2 on stream 0 one by one"],
    },
    "zh": {
        "method": ["过程最完整", "四次挥手 | 4", "三个报文段 | 1"],
        "exchange": [
            "有 14 个报文带有 HTTP/2 帧，最早是第 4 帧",
            "7 | GET /missing | 404 | text/plain | 10（DATA） | 7.525 ms | 6 → 11",
        ],
        "resources": ["共有 5 次 HTTP/2 交换，分布在 2 条 TCP 连接上", "1 | 1 | POST /form | 204 | — | 0（DATA）"],
        "answers": ["最早在第 4 帧", "第 6 帧携带 “GET” “/” 的 HEADERS", "200（第 13 帧，HTTP/2 流 1）"],
        "summary": ["共有 4 次交换", "“GET” “/”（第 6 帧）得到状态码 200（第 13 帧）"],
        "limits": ["流 0 上 HTTP/2 的逐个首部字段"],
    },
}
DENIED = {
    "en": [
        "no HTTP request was recognised",
        "No HTTP request",
        "no response was captured",
        "no HTTP exchange",
        "no answered HTTP request",
        "none was recognised",
    ],
    "zh": ["没有识别出 HTTP 请求", "没有捕获到响应", "没有识别出 HTTP 交换", "没有看到得到应答的"],
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_http2_is_told_and_not_denied(language: str) -> None:
    found = document(BUNDLED / "http2-clear.pcapng", language=language)
    for name, words in SAID[language].items():
        text = said(found, name)
        assert [each for each in words if each not in text] == [], name
        assert [each for each in DENIED[language] if each in text] == [], name


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_connection_without_http2_is_not_said_to_carry_it(language: str) -> None:
    found = document(BUNDLED / "http-none.pcapng", language=language)
    names = [name for name in SAID[language] if name != "resources"]
    assert [name for name in names if "HTTP/2" in said(found, name)] == []


def test_http2_counts_like_http1_where_the_connection_is_chosen(tmp_path: Path) -> None:
    spoken = h2.begun(
        ("client", h2.asking(1, "/") + h2.asking(3, "/b")),
        ("server", b"".join(h2.answering(number, 200, flags=h2.END_HEADERS | h2.END_STREAM) for number in (1, 3))),
    )
    one = exchange(b"GET / HTTP/1.1\r\nHost: lab\r\n\r\n", b"HTTP/1.1 204 No Content\r\n\r\n")
    path = write(tmp_path / "both.pcapng", [*one, *h2.talk(*spoken, port=50001)])
    text = said(document(path, language="en"), "method")
    assert "the most complete one that carries HTTP: stream 1 of both.pcapng" in text


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    spoken = h2.begun(
        ("client", h2.asking(1, "/a") + h2.asking(3, "/b")),
        ("server", h2.answering(2, 200) + h2.answering(3, 200) + h2.frame(h2.DATA, 3, b"abcd")),
        ("server", h2.frame(h2.RST_STREAM, 1, bytes(4))),
    )
    text = said(document(write(tmp_path / "a.pcapng", h2.talk(*spoken)), language="en"), "exchange")
    for row in (
        "1 | GET /a | — | — | — | — | 6 → RST_STREAM of the server in 8",
        "3 | GET /b | 200 | — | — | — | 6 → 7, end not recognised",
        "2 | — | 200 | — | — | — | PUSH_PROMISE → 7, end not recognised",
    ):
        assert row in text


def test_secrets_of_a_path_are_masked_and_text_of_a_packet_is_shown_safely(tmp_path: Path) -> None:
    spoken = h2.begun(
        ("client", h2.asking(1, "/in?password=geheim123") + h2.asking(3, "/b\x1b[31m")),
        ("server", h2.answering(1, 200, flags=h2.END_HEADERS | h2.END_STREAM)),
    )
    path = write(tmp_path / "secret.pcapng", h2.talk(*spoken))
    for form in ("text", "json", "jsonl"):
        printed = CliRunner().invoke(app, ["explain", str(path), "--format", form, "--lang", "en"]).output
        assert "geheim123" not in printed
        assert "\x1b" not in printed
        assert "password=***1" in printed
    assert "geheim123" not in said(document(path, language="en"), "exchange")


def test_the_listing_and_json_name_the_exchanges() -> None:
    path = str(BUNDLED / "http2-clear.pcapng")
    text = CliRunner().invoke(app, ["explain", path, "--lang", "en"]).output
    assert "HTTP/2 stream 7:  GET /missing (frame 6) → 404 (frame 11)  0.007525399 s" in text
    streams = json.loads(CliRunner().invoke(app, ["explain", path, "--format", "json"]).output)["streams"]
    assert [len(each["http2_exchanges"]) for each in streams] == [4, 1]
    assert streams[1]["http2_exchanges"][0] == {
        "http2_stream": 1,
        "request_frame": 33,
        "response_frame": 39,
        "method": "POST",
        "target": "/form",
        "status": 204,
        "time": 0.000876426,
    }


def test_the_request_of_a_connection_that_changed_to_http2_is_that_of_http1(tmp_path: Path) -> None:
    asked = (
        b"GET /first HTTP/1.1\r\nHost: lab\r\nConnection: Upgrade, HTTP2-Settings\r\n"
        b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"
    )
    changed = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    frames = h2.talk(
        ("client", asked),
        ("server", changed + h2.frame(h2.SETTINGS, 0)),
        ("client", h2.PREFACE + h2.frame(h2.SETTINGS, 0)),
        ("server", h2.answering(1, 200, flags=h2.END_HEADERS | h2.END_STREAM)),
        ("client", h2.asking(3, "/second")),
        ("server", h2.answering(3, 404, flags=h2.END_HEADERS | h2.END_STREAM)),
    )
    path = write(tmp_path / "changed.pcapng", frames)
    found = document(path, language="en")
    assert "1 | GET /first | 200 | — | 0 (DATA) | — | 4 (HTTP/1.1) → 7" in said(found, "exchange")
    assert "3 | GET /second | 404 | — | 0 (DATA) | 1 ms | 8 → 9" in said(found, "exchange")
    assert "The connection also carries HTTP/2, from frame 5 on" in said(found, "answers")
    text = CliRunner().invoke(app, ["explain", str(path), "--lang", "zh"]).output
    assert "HTTP/2 流 1：  改用 HTTP/2 的那个 HTTP/1.1 请求（第 4 帧） → 200（第 7 帧）" in text.replace(
        " (", "（"
    ).replace(")", "）")
