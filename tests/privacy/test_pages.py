"""What a page or a program hides from its reader is hidden in a report too, however it is written and cut."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from reporter.extract.detail import Details
from reporter.extract.fieldpass import FieldPass
from reporter.privacy import Guard
from reporter.privacy.masks import Masks, places
from tests.cli.run import reporter
from tests.crafted import exchange, write

PAGE = """<!DOCTYPE html>
<html><head><title>Login password page</title>
<meta name="csrf-param" content="authenticity_token">
<meta name="csrf-token" content="Sample-01-aaaaaa">
<meta content='Sample-02-aaaaaa' name='_csrf'></head>
<body><form action="/login" method="post">
<input type="hidden" name="csrf_token" value="Sample-03-aaaaaa">
<input
  type="hidden"
  value="Sample-04-aaaaaa"
  name="password">
<input type=password id=x value=Sample-05-aaaaaa>
<input type="password" pattern="(?=.*[<>])a>b" value="Sample-06-<aaaaa>">
<input type="submit" name="login" value="Log in">
<script>var cfg={"access_token":"Sample-07-aaaaaa","user":"kept1",token: 'Sample-08-aaaaaa'};
var token = "Sample-09-aaaaaa"; localStorage.setItem("sid", "Sample-10-aaaaaa");
x["token"] = 'Sample-11-a aaaa'; let password=`Sample-12-aaaaaa`; let user = "kept2";
var html = "<input name=\\"pw\\" value=\\"Sample-13-aaaaaa\\">";
</script><div data-page="{&quot;csrf&quot;:&quot;Sample-14-aaaaaa&quot;,&quot;k&quot;:&quot;kept3&quot;}"></div>
<a data-token="Sample-15-aaaaaa" href="/logout?token=Sample-16-aaaaaa&sid=Sample-17-aaaaaa">kept4</a>
<password>Sample-18-aaaaaa</password> <ns:access_token a="b">Sample-19-aaaaaa</ns:access_token>
</body></html>
"""
KEPT = ("authenticity_token", "Log in", "kept1", "kept2", "kept3", "kept4")


def capture(path: Path, page: str = PAGE, *, kind: str = "text/html", most: int = 60_000) -> Path:
    """One connection in which a page is fetched, in segments of `most` bytes."""
    body = page.encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return write(path, exchange(b"GET / HTTP/1.1\r\nHost: lab.example\r\n\r\n", head + body, most=most))


def test_every_way_to_write_a_secret_is_known() -> None:
    shown = Masks().loose(PAGE)
    assert "Sample-" not in shown
    assert shown.count("\n") == PAGE.count("\n")
    for kept in KEPT:
        assert kept in shown


@pytest.mark.tshark
@pytest.mark.parametrize("kind", ["text/html", "text/xml"])
@pytest.mark.parametrize("most", [60_000, 613, 97])
def test_no_secret_of_a_page_is_in_any_tree_or_byte(tmp_path: Path, kind: str, most: int) -> None:
    path, guard = capture(tmp_path / "page.pcapng", kind=kind, most=most), Guard()
    assert len(list(guard.packets(FieldPass(path)))) > 8
    with Details(path) as details:
        shown = guard.details(details.get(range(1, 40)))
    texts = [line.text for detail in shown.values() for line in detail.lines]
    texts += [detail.data.decode("latin-1") for detail in shown.values()]
    # At the place of a cut, less than four characters of a secret may be left.
    assert not [text for text in texts if re.search(r"Sample-\d|\d-a{3}|a{5}", text)]
    assert any("kept4" in text for text in texts)


@pytest.mark.tshark
def test_the_listing_of_a_page_has_masks(tmp_path: Path) -> None:
    path, report = capture(tmp_path / "page.pcapng"), tmp_path / "report.html"
    assert reporter("report", path, "-o", report, "--lang", "en").returncode == 0
    shown = report.read_text()
    assert "Listing 1" in shown
    assert "Sample-" not in shown
    assert "***" in shown


@pytest.mark.parametrize(
    "piece",
    [
        '<input name="token" ',
        'value="a" ',
        "name='token' value='a",
        "<token ",
        "<password>",
        'token = "',
        "token: '",
        "token=`",
        '("token", ',
        "&quot;token&quot;:&quot;",
        '\\"token\\":\\"',
        "pwdpwdpwd.",
        '"pwd"\r\n',
        "name=",
        "<a ",
        "$[].",
        'name="pwd"\r\n',
        '"token":"',
        "token" + " " * 60,
    ],
)
def test_the_time_is_linear_in_the_length(piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        begun = time.process_time()
        places(text)
        Masks().loose(text)
        return time.process_time() - begun

    short, long = seconds(20_000), seconds(80_000)
    assert long < 0.5 or long < 8 * short, (piece, short, long)
