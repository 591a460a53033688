"""Nested protocols: which header is whose, and what is a tunnel."""

from __future__ import annotations

import pytest

from reporter.extract.build import Builder
from reporter.extract.fieldpass import FieldPass
from reporter.extract.fields import AT, FIELDS, VALUE_SEPARATOR
from reporter.extract.layers import Header, Wrap, layers_of
from tests.captures import BUNDLED

_OUTER = Header(4, 0)


@pytest.mark.parametrize(
    ("protocols", "wraps", "ip", "transport"),
    [
        ("eth:ethertype:ip:tcp:http", [], Header(4, 0), "tcp"),
        ("eth:ethertype:ip:udp:gtp", [], Header(4, 0), "udp"),
        ("sll:ethertype:ip:udp:gtp:ipv6:udp:rtp:amr", [("gtp", _OUTER)], Header(6, 0), "udp"),
        ("sll:ethertype:ip:udp:gtp:ipv6:icmpv6:ipv6:udp", [("gtp", _OUTER)], Header(6, 0), "icmpv6"),
        ("eth:ethertype:ip:icmp:ip:udp:gtp:ip:tcp", [], Header(4, 0), "icmp"),
        (
            "eth:ethertype:ip:gre:erspan:eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:tcp",
            [("gre erspan", _OUTER), ("vxlan", Header(4, 1))],
            Header(4, 2),
            "tcp",
        ),
        ("eth:ethertype:ip:udp:vxlan:eth:ethertype:arp", [("vxlan", _OUTER)], None, ""),
        ("eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:data", [("vxlan", _OUTER)], Header(4, 1), ""),
        ("raw:ip:ipv6:tcp", [("", _OUTER)], Header(6, 0), "tcp"),
        ("eth:ethertype:ipv6:ipv6.fraghdr:ip:udp", [("", Header(6, 0))], Header(4, 0), "udp"),
        ("eth:ethertype:ip:udp:l2tp:ppp:ip:tcp", [("l2tp ppp", _OUTER)], Header(4, 1), "tcp"),
        ("eth:ethertype:ip:udp:ip:udp:dns", [("udp", _OUTER)], Header(4, 1), "udp"),
        ("ppp:mpls:ip:udp:data", [("mpls", None)], Header(4, 0), "udp"),
        # What lies in TCP is the data of that connection.
        ("eth:ethertype:ip:tcp:openflow_v1:eth:ethertype:ip:udp", [], Header(4, 0), "tcp"),
        ("", [], None, ""),
    ],
)
def test_headers_and_tunnels(protocols: str, wraps: list[tuple[str, Header | None]], ip: Header, transport: str):
    layers = layers_of(protocols)
    assert layers.wraps == tuple(Wrap(tuple(names.split()), outer) for names, outer in wraps)
    assert layers.ip == ip
    assert (layers.icmp or ("tcp" if layers.tcp else "udp" if layers.udp else "")) == transport


def test_the_addresses_are_those_of_the_innermost_headers():
    row = [""] * len(FIELDS)
    told = {
        "frame.number": ["1"],
        "frame.protocols": ["eth:ethertype:ip:udp:vxlan:eth:ethertype:arp"],
        "eth.src": ["02:00:00:00:00:01", "02:00:00:00:42:02"],
        "eth.dst": ["02:00:00:00:00:02", "ff:ff:ff:ff:ff:ff"],
        "ip.src": ["198.51.100.1"],
        "ip.dst": ["198.51.100.2"],
        "udp.srcport": ["49152"],
        "arp.opcode": ["1"],
    }
    for name, values in told.items():
        row[AT[name]] = VALUE_SEPARATOR.join(values)
    packet = Builder().packet(row)
    assert (packet.source, packet.destination) == ("02:00:00:00:42:02", "ff:ff:ff:ff:ff:ff")
    assert (packet.ip, packet.udp) == (None, None)
    assert [(each.outer.src, each.outer.dst) for each in packet.tunnels if each.outer] == [
        ("198.51.100.1", "198.51.100.2")
    ]


@pytest.mark.tshark
def test_a_real_tunnel_in_which_outer_datagrams_were_fragmented():
    with FieldPass(BUNDLED / "vxlan.pcapng") as source:
        packets = {packet.frame: packet for packet in source}
    assert {packet.source for packet in packets.values() if packet.tcp} == {"192.168.42.2", "192.168.42.80"}
    for frame, packet in packets.items():
        outer = [(each.protocols, each.outer.src) for each in packet.tunnels if each.outer]
        if packet.fragment is not None and packet.fragment.reassembled_in not in (None, frame):
            assert (packet.source, outer) == ("192.168.20.80", [])
        else:
            assert outer in ([(("vxlan",), "192.168.10.2")], [(("vxlan",), "192.168.20.80")])
