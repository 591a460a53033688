"""Aliases: the same for the same, another for another, of the same kind, and nothing that only looks like a name."""

from __future__ import annotations

import ipaddress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.model.application import Header, HttpRequest
from reporter.model.packet import Packet
from reporter.privacy.aliases import Aliases
from reporter.privacy.anonymous import anonymous


@given(st.lists(st.ip_addresses(), max_size=60))
def test_addresses_get_different_aliases_from_the_ranges_for_documentation(addresses: list) -> None:
    aliases = Aliases()
    found = {str(each): aliases.ip(str(each)) for each in addresses}
    assert len(set(found.values())) == len(found)
    for address, alias in found.items():
        assert aliases.ip(address) == alias
        old, new = ipaddress.ip_address(address), ipaddress.ip_address(alias)
        assert (old.version, old.is_multicast, old.is_loopback) == (new.version, new.is_multicast, new.is_loopback)
        if old.version == 6:
            assert old.is_link_local == new.is_link_local


def test_a_solicited_node_group_ends_as_its_address() -> None:
    aliases = Aliases()
    group, address = aliases.ip("ff02::1:ff12:3456"), aliases.ip("2001:da8::ab12:3456")
    assert (group, address) == ("ff02::1:ff00:1", "2001:db8::1")
    assert aliases.mac("33:33:ff:12:34:56") == "33:33:ff:00:00:01"


@pytest.mark.parametrize("kept", ["127.0.0.1", "::1", "0.0.0.0", "255.255.255.255", "224.0.0.251", "ff02::fb"])
def test_what_names_nobody_stays(kept: str) -> None:
    assert Aliases().ip(kept) == kept


def test_macs_are_local_and_keep_their_spelling() -> None:
    aliases = Aliases()
    assert aliases.mac("AA-bb-cc-00-11-22") == "02-00-00-00-00-01"
    assert aliases.mac("aa:bb:cc:00:11:22") == "02:00:00:00:00:01"
    assert aliases.mac("ff:ff:ff:ff:ff:ff") == "ff:ff:ff:ff:ff:ff"


def test_names_and_addresses_in_text() -> None:
    aliases = Aliases()
    aliases.learn("www.lab.edu")
    shown = aliases.text(
        "GET http://www.lab.edu/index.html from 10.1.2.3:80 [2001:da8::7]:443 aa:bb:cc:dd:ee:0f; "
        "mail.lab.edu .lab.edu someone.else@lab.edu Chrome/120.0.0.0 12:34:56 style.css eth:ethertype:ip"
    )
    assert shown == (
        "GET http://host-1.example/index.html from 192.0.2.1:80 [2001:db8::1]:443 02:00:00:00:00:01; "
        "host-2.example .host-3.example someone@host-3.example Chrome/120.0.0.0 12:34:56 style.css eth:ethertype:ip"
    )


def test_names_are_learned_where_names_stand() -> None:
    aliases = Aliases()
    aliases.learn_from("Location: https://u:p@a.lab.edu:8443/x%3A%2F%2Fb.lab.org%2F; Domain=.c.lab.net; path=/")
    assert aliases.text("a.lab.edu b.lab.org c.lab.net file.name") == (
        "host-1.example host-2.example host-3.example file.name"
    )


def test_names_with_other_characters_are_found_too() -> None:
    aliases = Aliases()
    aliases.learn("Somebody's tablet._airplay._tcp.local")
    assert aliases.text("PTR somebody's tablet._airplay._tcp.local, cache flush") == "PTR host-1.example, cache flush"


def test_aliases_do_not_run_out() -> None:
    aliases = Aliases()
    assert len({aliases.ip(f"10.0.{high}.{low}") for high in range(8) for low in range(256)}) == 2048


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("Via", "1.1 squidbox", "1.1 host-1.example"),
        ("Via", "HTTP/1.0 fred:80 (squid/5.7), 1.1 box2", "HTTP/1.0 host-1.example:80 (squid/5.7), 1.1 host-2.example"),
        ("X-Served-By", "cache-node-12, cache7", "host-1.example, host-2.example"),
        ("X-Forwarded-Host", "portal", "host-1.example"),
        ("X-Forwarded-Server", "front1", "host-1.example"),
        ("X-Backend-Server", "worker-3:8080", "host-1.example:8080"),
        ("X-Server-Name", "labpc", "host-1.example"),
        ("Forwarded", 'for=labpc;by="gate:80";proto=http', 'for=host-1.example;by="host-2.example:80";proto=http'),
        ("X-Cache", "HIT from squidbox", "HIT from host-1.example"),
        ("Warning", '110 squidbox "Response is stale"', '110 host-1.example "Response is stale"'),
        ("Host", "labpc:8080", "host-1.example:8080"),
        ("X-Cache", "HIT", "HIT"),
        ("X-Node", "true", "true"),
        ("Server", "nginx", "nginx"),
        ("Connection", "keep-alive", "keep-alive"),
    ],
)
def test_a_station_of_the_way_has_its_alias_from_its_first_packet_on(field: str, value: str, shown: str) -> None:
    header = Header(field, value, f"{field}: {value}")
    request = HttpRequest("GET", "/", "HTTP/1.1", "/", (header,), True, 1, None)
    packet = Packet(
        1, Decimal(0), Decimal(0), 60, 60, ("eth", "ip", "tcp", "http"), "HTTP", "GET /", requests=(request,)
    )
    assert anonymous(packet, Aliases()).requests[0].headers[0].value == shown
