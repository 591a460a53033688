"""TLS in a report: its handshake, keys in the file that made it readable, and what stays hidden."""

import pytest

from tests.captures import BUNDLED, SHARED
from tests.reports import document, said

pytestmark = pytest.mark.tshark


def test_decrypted_http_is_said_to_be_decrypted():
    found = document(BUNDLED / "tls-decrypted.pcapng")
    assert "decrypted it, from frame 9 on, with keys that the capture file holds" in said(found, "exchange")
    steps = said(found, "summary").splitlines()
    told = [line for line in steps if line.startswith("TLS on stream 0")]
    assert told == [
        "TLS on stream 0: the ClientHello is in frame 4, the ServerHello in frame 6 (TLS 1.3); "
        "Wireshark decrypted the HTTP inside, from frame 9 on, with keys that the capture file holds."
    ]
    assert steps.index(told[0]) < next(number for number, line in enumerate(steps) if "(frame 9)" in line)
    assert "ncrypted" not in said(found, "limits")


def test_encrypted_data_is_said_to_be_hidden():
    found = document(BUNDLED / "tls-only.pcapng")
    assert "application data from frame 10 on is encrypted and cannot be read" in said(found, "summary")
    assert "if HTTP is inside, it cannot be seen" in said(found, "exchange")


@pytest.mark.parametrize("name", ["merged-close.pcapng", "http2-clear.pcapng"])
def test_a_connection_without_tls_names_none(name):
    assert "TLS" not in said(document(BUNDLED / name), "summary")


def test_a_tunnel_of_connect_is_hidden_from_where_its_data_begins():
    path = SHARED / "elsewhere" / "zeek__connect-with-header.pcap"
    if not path.exists():
        pytest.skip("a shared capture")
    found = document(path)
    assert "From frame 17 on there is application data encrypted by TLS" in said(found, "exchange")
    assert "The encrypted content of stream 0." in said(found, "limits")
    assert "is encrypted by TLS, after HTTP that can be read" in said(found, "quality")
    steps = said(found, "summary").splitlines()
    assert [line.split(":")[0] for line in steps if "CONNECT" in line or "TLS" in line] == [
        "Request and response",
        "TLS on stream 0",
    ]
