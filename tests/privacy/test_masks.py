"""What counts as a secret, and that a mask says no more than which value it stands for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.model.detail import Detail, TreeLine
from reporter.privacy import details
from reporter.privacy.masks import Masks, has_secret, places


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/login?user=a&password=hunter2&x=1", "/login?user=a&password=***1&x=1"),
        ("/a?user[password]=x#token=y", "/a?user[password]=***1#token=***2"),
        ("/a?access_token=abc'def;ghi", "/a?access_token=***1"),
        ("/a?next=%2Fb%3Ftoken%3Dabc%26page%3D2", "/a?next=%2Fb%3Ftoken%3D***1%26page%3D2"),
        ("http://me:pw@host/a", "http://***1@host/a"),
        ("/a?author=sample&tokens_left", "/a?author=sample&tokens_left"),
        ("/a?pinned=1&compass=n", "/a?pinned=1&compass=n"),
        ("/a?X-Amz-Signature=00ff", "/a?X-Amz-Signature=***1"),
    ],
)
def test_parameters(text: str, shown: str) -> None:
    assert Masks().uri(text) == shown
    assert has_secret(text) == has_secret(shown) == (text != shown)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Cookie", "a=b; theme=light", "a=***1; theme=***2"),
        ("cookie", "bare", "***1"),
        ("Set-Cookie", "id=a=b; Path=/; HttpOnly", "id=***1; Path=/; HttpOnly"),
        ("Set-Cookie", "id=a; other=b", "id=***1; other=***2"),
        ("Authorization", "Basic dTpw", "Basic ***1"),
        ("Proxy-Authorization", "Digest username=a, response=b", "Digest ***1"),
        ("Authorization", "justatoken", "***1"),
        ("X-Csrf-Token", "abc", "***1"),
        ("Referer", "http://h/?sid=9", "http://h/?sid=***1"),
        ("Accept-Language", "zh-CN", "zh-CN"),
        ("Access-Control-Allow-Credentials", "true", "true"),
        ("WWW-Authenticate", 'Basic realm="x"', 'Basic realm="x"'),
    ],
)
def test_headers(name: str, value: str, shown: str) -> None:
    assert Masks().header(name, value) == shown


def test_the_same_secret_has_the_same_mask_in_every_spelling() -> None:
    masks = Masks()
    assert masks.uri("/?password=a%2Fb") == masks.uri("/?password=a/b") == "/?password=***1"
    assert masks.uri("/?password=c") == "/?password=***2"


def test_a_common_word_in_a_cookie_is_not_masked_elsewhere() -> None:
    masks = Masks()
    masks.header("Cookie", "connection=close; lang=zh-CN")
    assert masks.uri("/close/zh-CN") == "/close/zh-CN"
    assert masks.loose("Accept-Language: zh-CN") == "Accept-Language: zh-CN"


@given(st.text(max_size=40), st.text(max_size=200))
def test_masking_twice_changes_nothing_more(name: str, text: str) -> None:
    masks = Masks()
    once = masks.header(name, masks.uri(text))
    assert masks.header(name, once) == once
    assert masks.uri(once) == masks.uri(masks.uri(once))


@given(st.from_regex(r"[A-Za-z0-9._~-]{7,29}[0-9]", fullmatch=True), st.integers(0, 4))
def test_a_cookie_cut_by_a_segment_is_hidden_on_both_sides(secret: str, where: int) -> None:
    masks = Masks()
    masks.header("Cookie", f"id={secret}")
    request = f"GET / HTTP/1.1\r\nCookie: id={secret}\r\n\r\n".encode()
    cut = request.index(b"id=") + 3 + min(where * 9, len(secret))
    tree = (TreeLine(0, "Transmission Control Protocol", "tcp", 0, 0),)
    for part in (request[:cut], request[cut:]):
        shown = details.masked(Detail(1, tree, part), masks)
        rest = bytes(byte for byte in shown.data if byte != ord("*"))
        assert secret[:8].encode() not in rest


@pytest.mark.parametrize("kept", [4, 5, 11])
def test_a_secret_that_the_end_of_a_segment_cuts_is_hidden_wherever_it_stands(kept: int) -> None:
    masks = Masks()
    masks.mask("hunter2secret")
    tree = (TreeLine(0, "Transmission Control Protocol", "tcp", 0, 3),)
    said = b"abc" + b"the word is " + b"hunter2secret"[:kept]
    shown = details.masked(Detail(1, tree, said), masks)
    assert shown.data == said[:15] + b"*" * kept
    assert shown.hidden == ((15, 15 + kept),)
    said = b"abc" + b"hunter2secret"[-kept:] + b" it was"
    assert details.masked(Detail(1, tree, said), masks).hidden == ((3, 3 + kept),)


def test_places_in_bytes() -> None:
    text = 'x\r\nAuthorization: Basic abc\r\n a\r\nHost: h\r\n\r\n{"password": "p\\"q"}&pwd=z&a=1'
    assert sorted({text[start:end] for start, end in places(text)}) == ['"p\\"q"', "Basic abc\r\n a", "z"]


def test_a_tree_tells_secrets_again_and_again() -> None:
    lines = (
        TreeLine(0, "Hypertext Transfer Protocol", "http", 0, 10),
        TreeLine(1, "Authorization: Basic dXNlcjpwYXNzd29yZDE=\\r\\n", "http.authorization", 0, 3),
        TreeLine(2, "Credentials: user:password1", "http.authbasic", 0, 3),
        TreeLine(1, "[Full request URI: http://h/?token=t0ken9999]", "http.request.full_uri", None, 0),
        TreeLine(0, "JavaScript Object Notation: application/json", "json", 0, 10),
        TreeLine(1, "Member: password", "json.member", 0, 3),
        TreeLine(2, "[Path with value: /password:pässword2]", "json.path_with_value", None, 0),
        TreeLine(2, "String value: pässword2", "json.value.string", 0, 3),
        TreeLine(2, "Key: password", "json.key", 0, 3),
        TreeLine(1, "Member: note", "json.member", 0, 3),
        TreeLine(2, "String value: kept", "json.value.string", 0, 3),
        TreeLine(0, "Data (9 bytes)", "data", 0, 9),
        TreeLine(1, "Data: 70617373776f726431706173", "data.data", 0, 9),
    )
    shown = "\n".join(line.text for line in details.masked(Detail(1, lines, b"password1."), Masks()).lines)
    for secret in ("dXNl", "password1", "t0ken", "pässword2", "7061"):
        assert secret not in shown
    for kept in ("Authorization: Basic ***1\\r\\n", "Credentials: ***1", "?token=***2]", "String value: kept"):
        assert kept in shown, shown
