"""No secret and, with --anonymize, no address or name of a capture is in anything that reporter writes."""

from __future__ import annotations

import base64
import functools
import re
from pathlib import Path
from urllib.parse import quote

import pypdf
import pytest

from reporter.extract.detail import Details
from reporter.extract.fieldpass import FieldPass
from reporter.model.detail import Detail
from reporter.privacy import Guard
from reporter.report.windows import hex_rows
from tests.captures import BUNDLED
from tests.cli.run import reporter

pytestmark = pytest.mark.tshark

LOGINS, VARIETY = BUNDLED / "logins.pcapng", BUNDLED / "http-variety.pcapng"
#: The secrets that the scripts of these captures send.
SECRETS = {
    LOGINS: (
        "Sample-Basic-77",
        "SampleBearer44ddcc",
        "SampleApiKey21fe",
        "Sample/Form-88",
        "Sample-Json-33",
        "Sample-Multi-22",
        "SampleCookie0099aabbcc",
        "Sample-Ref-11",
        "SampleSid32",
        "SampleToken55eeff",
        "SampleRedirect10ab",
        "Sample-Proxy-66",
        "sample-user:Sample",
        *(f"-{number}-{number + 1}-" for number in range(1000, 1499, 33)),
    ),
    VARIETY: ("示例密码", "sample-0001"),
}
NAMES = {
    LOGINS: ("192.168.10.", "02:00:00:00:10", "sample-campus", "eth0"),
    BUNDLED / "ipv6-curl.pcapng": ("2001:db8:10:", "02:00:00:00:10", "lab.example", "::80"),
    BUNDLED / "icmp.pcapng": ("192.168.", "02:00:00:00:10", "02:00:00:00:20"),
    BUNDLED / "vxlan.pcapng": ("192.168.", "02:00:00:00:10", "02:00:00:00:42", "lab.example"),
    BUNDLED / "gratuitous-arp.pcapng": ("192.168.10.", "02:00:00:00:10"),
    BUNDLED / "page-nginx-browser.pcapng": ("192.168.10.", "02:00:00:00:10", "lab.example"),
}


def forms(text: str) -> set[bytes]:
    """How a text may be written: as it is, percent-encoded, in hexadecimal, at every place of a base64 text."""
    raw = text.encode()
    found = {raw, quote(text, safe="").encode(), quote(text).encode()}
    for separator in ("", " ", ":"):
        found |= (
            {raw.hex(separator).encode(), raw.hex(separator).upper().encode()} if separator else {raw.hex().encode()}
        )
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw)
        inner = coded[(shift * 8 + 5) // 6 : len(coded) - 4]
        if len(inner) >= 8:
            found.add(inner)
    return found


def texts_of(pdf: Path) -> bytes:
    """The text of every page, and every object, unpacked."""
    reader = pypdf.PdfReader(pdf)
    parts = [page.extract_text().encode("utf-8", "replace") for page in reader.pages]
    parts.append("".join(str(part, "utf-8") for part in parts).replace("\n", "").encode())
    for number in range(len(reader.xref_objStm) + sum(map(len, reader.xref.values()))):
        found = reader.get_object(number + 1)
        parts.append(repr(found).encode("utf-8", "replace"))
        if isinstance(found, pypdf.generic.StreamObject):
            try:
                parts.append(found.get_data())
            except Exception:  # a font or picture in a coding of its own
                parts.append(found._data)
    return b"\n".join(parts)


def outputs(capture: Path, folder: Path, *options: str) -> dict[str, bytes]:
    """Everything that can be written about a capture."""
    html, pdf = folder / "report.html", folder / "report.pdf"
    written = reporter("report", capture, "-o", html, "-o", pdf, *options)
    assert written.returncode == 0, written.stderr.decode()
    found = {path.name: texts_of(path) if path.suffix == ".pdf" else path.read_bytes() for path in folder.iterdir()}
    for form in ("text", "json", "jsonl"):
        explained = reporter("explain", capture, "--format", form, *options)
        assert explained.returncode == 0, explained.stderr.decode()
        found[form] = explained.stdout
    return found


@functools.cache
def details(capture: Path) -> tuple[Detail, ...]:
    with Details(capture) as found:
        return tuple(found.get(range(1, 400)).values())


def told(guard: Guard, capture: Path) -> bytes:
    """Every packet, every line of every tree and every byte of a capture as a report may show them."""
    packets = list(guard.packets(FieldPass(capture)))
    shown = [repr(packet) for packet in packets]
    for detail in map(guard.detail, details(capture)):
        shown += [line.text for line in detail.lines]
        shown.append(detail.data.hex() + " " + detail.data.decode("latin-1"))
        rows, _ = hex_rows(detail, frozenset())
        shown.append(" ".join(row.hexadecimal for row in rows))
        shown.append("".join(row.characters for row in rows))
    return "\n".join(shown).encode()


def betrayed(shown: bytes, secrets: tuple[str, ...]) -> list[bytes]:
    # The characters of a PDF are read as UTF-8, those of a frame as Latin-1.
    return [form for secret in secrets for form in forms(secret) if form in shown]


@pytest.mark.parametrize("capture", SECRETS, ids=lambda path: path.stem)
def test_no_secret_is_in_any_packet_tree_or_byte(capture: Path) -> None:
    open_guard = Guard(redact=False)
    assert betrayed(told(open_guard, capture), SECRETS[capture]), "the test would find them"
    assert not betrayed(told(Guard(), capture), SECRETS[capture])


@pytest.mark.slow  # a report as PDF is made, and every object in it is unpacked
def test_no_secret_is_in_anything_written(tmp_path: Path) -> None:
    for name, content in outputs(LOGINS, tmp_path).items():
        assert not betrayed(content, SECRETS[LOGINS]), name
        assert b"***1" in content, name


def test_no_redact_shows_what_was_captured(tmp_path: Path) -> None:
    shown = reporter("explain", LOGINS, "--format", "json", "--no-redact").stdout
    assert b"SampleToken55eeff" in shown
    assert b"SampleCookie0099aabbcc" in shown
    assert b"***" not in shown


@pytest.mark.parametrize("capture", NAMES, ids=lambda path: path.stem)
def test_no_name_is_in_any_packet_tree_or_byte(capture: Path) -> None:
    names = NAMES[capture]
    raw = b"".join(detail.data for detail in details(capture))
    bytes_of = {detail.data[at : at + 6] for detail in details(capture) for at in (0, 6)}
    shown = told(Guard(anonymize=True), capture)
    assert not betrayed(shown, names)
    for mac in bytes_of:
        if mac in raw and not mac[0] & 1 and any(mac):
            assert mac.hex().encode() not in shown
            assert mac.hex(" ").encode() not in shown


@pytest.mark.parametrize("capture", [LOGINS, BUNDLED / "icmp.pcapng"], ids=lambda path: path.stem)
def test_no_address_is_left_as_bytes(capture: Path) -> None:
    addresses = {text for detail in details(capture) for line in detail.lines for text in _addresses(line.text)}
    assert addresses
    shown = told(Guard(anonymize=True), capture)
    for text in addresses:
        raw = bytes(map(int, text.split(".")))
        assert text.encode() not in shown
        assert raw.hex().encode() not in shown
        assert raw.hex(" ").encode() not in shown


def _addresses(text: str) -> list[str]:
    return re.findall(r"\b(?:192\.168|10\.\d+)\.\d+\.\d+\b", text)


@pytest.mark.slow  # as above
def test_no_name_is_in_anything_written(tmp_path: Path) -> None:
    options = ("--anonymize", "--filter", "ip.addr == 192.168.10.2 || arp")
    for name, content in outputs(LOGINS, tmp_path, *options).items():
        assert not betrayed(content, (*NAMES[LOGINS], *SECRETS[LOGINS])), name
        assert b"192.0.2." in content, name
        assert b"host-1.example" in content, name


def test_the_same_command_writes_the_same_aliases() -> None:
    one, other = (reporter("explain", LOGINS, "--anonymize", "--format", "jsonl").stdout for _ in range(2))
    assert one == other


def test_a_cookie_that_comes_back_has_the_same_mask() -> None:
    packets = {packet.frame: packet for packet in Guard().packets(FieldPass(LOGINS))}
    given = packets[31].responses[0].header("Set-Cookie")
    returned = packets[45].requests[0].header("Cookie")
    assert given is not None
    assert returned is not None
    mask = given.value.partition(";")[0]
    assert re.fullmatch(r"session=\*\*\*\d+", mask)
    assert returned.value.startswith(mask + ";")
    assert given.value.endswith("; Domain=.sample-campus.test; Path=/; HttpOnly")


def test_an_alias_in_the_bytes_is_that_of_the_packet() -> None:
    guard = Guard(anonymize=True)
    packets = {packet.frame: packet for packet in guard.packets(FieldPass(LOGINS))}
    for detail in map(guard.detail, details(LOGINS)):
        packet = packets[detail.frame]
        assert packet.ethernet is not None
        assert detail.data[:12].hex(":") == f"{packet.ethernet.dst}:{packet.ethernet.src}"
        if packet.ip is not None:
            assert ".".join(map(str, detail.data[26:30])) == packet.ip.src
            assert any(
                line.text.startswith("Internet Protocol") and packet.ip.src in line.text for line in detail.lines
            )
