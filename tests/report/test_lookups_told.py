"""Name lookups before a connection: which gave the address of the server; packets that no section tells of."""

import pytest

from reporter.report.sections.limits import ranges
from tests.captures import BUNDLED, SHARED
from tests.reports import document, said

pytestmark = pytest.mark.tshark


@pytest.mark.parametrize("name", ["before", "summary"])
def test_the_answer_that_gave_the_address_of_the_server_is_named(name):
    text = said(document(BUNDLED / "dns-arp-curl.pcapng"), name)
    assert "rame 5 gives the address of the server, 192.168.10.80" in text


def test_lookups_of_other_names_are_said_to_be_of_others():
    path = SHARED / "elsewhere" / "pyshark__capture_test.pcapng"
    if not path.exists():
        pytest.skip("a shared capture")
    found = document(path)
    assert "None of these name lookups gives the address of the server, 172.16.253.20." in said(found, "before")
    assert "none of them gives the address of the server" in said(found, "summary")
    assert "ICMP (frames 7–14)" in said(found, "limits")


def test_packets_that_no_section_tells_of_are_named_by_protocol_and_frame():
    text = said(document(BUNDLED / "gratuitous-arp.pcapng"), "limits")
    assert "3 packets outside any TCP connection" in text
    assert "ARP (frames 13, 15–16)" in text
    assert "outside any TCP connection" not in said(document(BUNDLED / "dns-arp-curl.pcapng"), "limits")


def test_neighbours_are_joined():
    assert [str(each) for each in ranges([3, 4, 5, 9, 11, 12])["frames"]] == ["3–5", "9", "11–12"]
    assert ranges([1, 3, 5, 7, 9, 11])["more"]
