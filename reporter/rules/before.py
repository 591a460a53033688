"""Before the connection, and beside it: ARP, DNS, ICMP and neighbour discovery, other helpers of the
network."""

from __future__ import annotations

from reporter.analyse.memory import query_key
from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.application import Dns
from reporter.model.link import Icmp

_RANK = 10
_PAIRED = "time query_frame repeats again_frame again_time"
_BROADCAST = "ff:ff:ff:ff:ff:ff"
_NOBODY = "0.0.0.0"  # noqa: S104 — an ARP probe is sent from it, nothing listens there

#: Names of DNS record types (IANA, Resource Record TYPEs).
_TYPES = {
    1: "A",
    2: "NS",
    5: "CNAME",
    6: "SOA",
    12: "PTR",
    15: "MX",
    16: "TXT",
    28: "AAAA",
    33: "SRV",
    41: "OPT",
    43: "DS",
    46: "RRSIG",
    47: "NSEC",
    48: "DNSKEY",
    64: "SVCB",
    65: "HTTPS",
    255: "ANY",
    257: "CAA",
}
#: Names of DNS response codes (RFC 1035, section 4.1.1; RFC 2136).
_CODES = {1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}


def _end(at: At, side: str) -> Fact:
    """The address of one end (`src` or `dst`) of the IP header of this packet."""
    ip = at.packet.ip
    if ip is None:
        return word(None)
    return at[f"ip.{side}" if ip.version == 4 else f"ipv6.{side}"]


@rule("N01", on="arp", facts="asker asker_mac target target_mac broadcast probe other_mac other_frame", rank=_RANK)
def arp_request(at: At) -> Facts | None:
    """Somebody asks for the MAC address that belongs to an IPv4 address.

    `broadcast` is None on links without an Ethernet destination; `probe` is a question from 0.0.0.0 (RFC
    5227); `other_mac` is a different MAC address that an earlier message gave for the asker's address.

    Reference: RFC 826; RFC 5227, section 2.1.1 (probe).
    """
    arp, ethernet = at.packet.arp, at.packet.ethernet
    if arp is None or arp.opcode != 1 or arp.gratuitous:
        return None
    return {
        "asker": at["arp.src.proto_ipv4"],
        "asker_mac": at["arp.src.hw_mac"],
        "target": at["arp.dst.proto_ipv4"],
        "target_mac": at["eth.dst"] if ethernet and ethernet.dst != _BROADCAST else None,
        "broadcast": derived(ethernet.dst == _BROADCAST, at["eth.dst"]) if ethernet else None,
        "probe": word(arp.sender_ip == _NOBODY),
        **_other_mac(at),
    }


@rule("N02", on="arp", facts="address mac asker broadcast request_frame other_mac other_frame", rank=_RANK)
def arp_reply(at: At) -> Facts | None:
    """The owner of an IPv4 address tells its MAC address. `other_mac` is a different answer given before.

    Reference: RFC 826.
    """
    arp, ethernet = at.packet.arp, at.packet.ethernet
    if arp is None or arp.opcode != 2 or arp.gratuitous:
        return None
    asked = at.memory.asked_macs.get((arp.sender_ip, arp.target_ip))
    return {
        "address": at["arp.src.proto_ipv4"],
        "mac": at["arp.src.hw_mac"],
        "asker": at["arp.dst.proto_ipv4"],
        "broadcast": derived(ethernet.dst == _BROADCAST, at["eth.dst"]) if ethernet else None,
        "request_frame": frame_of(asked) if asked else None,
        **_other_mac(at),
    }


@rule("N03", on="arp", facts="address mac other_mac other_frame", rank=_RANK)
def gratuitous_arp(at: At) -> Facts | None:
    """An ARP message about the sender's own address: an announcement, not a question.

    Reference: RFC 5227, section 3 (announcement); RFC 5944, section 4.6 (gratuitous ARP).
    """
    arp = at.packet.arp
    if arp is None or not arp.gratuitous:
        return None
    return {"address": at["arp.src.proto_ipv4"], "mac": at["arp.src.hw_mac"], **_other_mac(at)}


def _other_mac(at: At) -> dict[str, Fact | None]:
    arp = at.packet.arp
    before = at.memory.macs.get(arp.sender_ip) if arp else None
    if arp is None or before is None or before.mac == arp.sender_mac:
        return {"other_mac": None, "other_frame": None}
    return {
        "other_mac": known(before.mac, before.frame, "arp.src.hw_mac"),
        "other_frame": frame_of(before.frame),
    }


def _question(at: At, dns: Dns) -> dict[str, Fact | None]:
    """The facts of the question section: `name` and `type`, None when there is none; `kind` is dns, mdns or
    llmnr."""
    frame = at.packet.frame
    number = dns.types[0] if dns.types else None
    kinds = at.packet.protocols
    return {
        "kind": word(next((kind for kind in ("mdns", "llmnr") if kind in kinds), "dns")),
        "name": known(dns.names[0], frame, "dns.qry.name") if dns.names else None,
        "type": derived(_TYPES.get(number, f"TYPE{number}"), known(number, frame, "dns.qry.type"))
        if number is not None
        else None,
    }


@rule("N04", on="dns", facts="kind name type asker server transport", rank=_RANK)
def dns_query(at: At) -> Facts | None:
    """A question for the records of a name. `transport` is `udp`, `tcp` or another protocol that carries it.

    Reference: RFC 1035, section 4.1; RFC 6762 (mDNS); RFC 4795 (LLMNR).
    """
    dns = at.packet.dns
    if dns is None or dns.response or not dns.names:
        return None
    return {
        **_question(at, dns),
        "asker": _end(at, "src"),
        "server": _end(at, "dst"),
        "transport": _transport(at),
    }


def _transport(at: At) -> Fact:
    if at.packet.tcp is not None:
        return word("tcp")
    return word("quic" if "quic" in at.packet.protocols else "udp")


@rule("N05", on="dns", facts="kind name type addresses aliases answers truncated " + _PAIRED, rank=_RANK)
def dns_answer(at: At) -> Facts | None:
    """An answer without error: the addresses of a name, its aliases, or that it has no record of this type.

    `answers` is the number of records in the answer section; addresses are only those of that section.
    `truncated` tells that the message was cut to what UDP carries; the whole of it is asked for over TCP.

    Reference: RFC 1035, section 4.1 (TC); RFC 7766, section 5; RFC 2308, section 2.2 (no data);
      tshark fields dns.time and dns.response_to.
    """
    dns = at.packet.dns
    if dns is None or not dns.response or dns.rcode:
        return None
    frame = at.packet.frame
    addresses = [known(each, frame, "dns.a") for each in dns.a] + [known(each, frame, "dns.aaaa") for each in dns.aaaa]
    aliases = [known(each, frame, "dns.cname") for each in dns.cname]
    return {
        **_question(at, dns),
        "addresses": derived(tuple(addresses), *addresses),
        "aliases": derived(tuple(aliases), *aliases),
        "answers": at["dns.count.answers"] if dns.answers is not None else None,
        "truncated": at["dns.flags.truncated"] if dns.truncated and "mdns" not in at.packet.protocols else None,
        **_timing(at, dns),
    }


def _timing(at: At, dns: Dns) -> dict[str, Fact | None]:
    query = at["dns.response_to"] if dns.response_to else None
    key = query_key(at.packet, dns)
    asked = at.memory.queries.get(key) if key is not None else None
    if query is None and asked is not None:
        # tshark pairs neither a question by multicast with an answer by unicast (LLMNR) nor a second answer.
        query = frame_of(asked.frame)
    if asked is not None and asked.repeats and query is not None and query.value == asked.frame:
        # Which of the copies it answers nobody can tell, so there is no single time.
        return {
            "time": None,
            "query_frame": query,
            "repeats": derived(asked.repeats, frame_of(asked.frame), frame_of(asked.again_frame)),
            "again_frame": frame_of(asked.again_frame),
            "again_time": at.since(asked.again_time, asked.again_frame),
        }
    told = dns.time is not None and at.seen.clock.trusts(dns.response_to or at.packet.frame, at.packet.frame, dns.time)
    return {
        "time": at["dns.time"] if told else None,
        "query_frame": query,
        **dict.fromkeys(("repeats", "again_frame", "again_time")),
    }


@rule("N06", on="dns", facts="kind name type rcode error " + _PAIRED, rank=_RANK)
def dns_error(at: At) -> Facts | None:
    """An answer with an error code: above all 3, no such name.

    Reference: RFC 1035, section 4.1.1 (RCODE); RFC 2308, section 2.1.
    """
    dns = at.packet.dns
    if dns is None or not dns.response or not dns.rcode:
        return None
    rcode = at["dns.flags.rcode"]
    return {
        **_question(at, dns),
        "rcode": rcode,
        "error": derived(_CODES.get(dns.rcode, ""), rcode),
        **_timing(at, dns),
    }


@rule("N07", on="dns", facts="kind name type asker server first_frame waited answered", over="N04", rank=_RANK)
def dns_retry(at: At) -> Facts | None:
    """The same question again: same asker, name, type and identification as a question seen before.

    `answered` tells that an answer had been captured all the same.

    Reference: RFC 1035, section 4.2.1 (retransmission over UDP); tshark field dns.retransmission.
    """
    dns = at.packet.dns
    if dns is None or dns.response:
        return None
    key = query_key(at.packet, dns)
    asked = at.memory.queries.get(key) if key is not None else None
    if asked is None or "mdns" in at.packet.protocols:
        return None
    return {
        **_question(at, dns),
        "asker": _end(at, "src"),
        "server": _end(at, "dst"),
        "first_frame": frame_of(asked.frame),
        "waited": at.since(asked.time, asked.frame),
        "answered": word(asked.answered),
    }


_ECHO6 = ("icmpv6.echo.identifier", "icmpv6.echo.sequence_number")
_ECHO = {(4, 8): "request", (4, 0): "reply", (6, 128): "request", (6, 129): "reply"}
_KINDS = {
    (4, 3): "unreachable",
    (4, 5): "redirect",
    (4, 11): "exceeded",
    (6, 1): "unreachable",
    (6, 2): "too-big",
    (6, 3): "exceeded",
    (6, 133): "router-solicitation",
    (6, 134): "router-advertisement",
    (6, 135): "neighbor-solicitation",
    (6, 136): "neighbor-advertisement",
    (6, 130): "listener",
    (6, 131): "listener",
    (6, 132): "listener",
    (6, 143): "listener",
}
_REASONS = {
    (4, 0): "net",
    (4, 1): "host",
    (4, 2): "protocol",
    (4, 3): "port",
    (4, 4): "fragmentation",
    (4, 9): "prohibited",
    (4, 10): "prohibited",
    (4, 13): "prohibited",
    (6, 0): "net",
    (6, 1): "prohibited",
    (6, 3): "host",
    (6, 4): "port",
}


@rule(
    "N08",
    on="icmp",
    facts="kind version type code source target ident seq pair_frame asked directly mac reason quoted_src quoted_dst "
    "transport port mtu",
    rank=_RANK,
)
def icmp(at: At) -> Facts | None:
    """A message of ICMP or ICMPv6: echo, an error about the packet it quotes, or IPv6 neighbour discovery.

    `pair_frame` is the other half of an echo; `asked` the address neighbour discovery speaks of, `directly` that the
    question goes to that very address and not by multicast, `mac` the link address it tells; `quoted_dst`,
    `transport` and `port` name the packet that an error is about.

    Reference: RFC 792; RFC 4443; RFC 4861, sections 4.3, 4.4 and 7.3.
    """
    icmp = at.packet.icmp
    if icmp is None:
        return None
    key = (icmp.version, icmp.type)
    kind = _ECHO.get(key) or _KINDS.get(key, "other")
    name = "icmp" if icmp.version == 4 else "icmpv6"
    frame = at.packet.frame
    ident, seq = ("icmp.ident", "icmp.seq") if icmp.version == 4 else _ECHO6
    pair = "resp_to" if icmp.response_to else "resp_in" if icmp.response_in else ""
    quoted = icmp.quoted
    header = ("ip" if icmp.version == 4 else "ipv6") if quoted else ""
    code = at[f"{name}.code"] if icmp.code is not None else None
    target = "icmpv6.nd.ns.target_address" if kind == "neighbor-solicitation" else "icmpv6.nd.na.target_address"
    return {
        "kind": derived(kind, at[f"{name}.type"]),
        "version": word(icmp.version),
        "type": at[f"{name}.type"],
        "code": code,
        "source": _end(at, "src"),
        "target": _end(at, "dst"),
        "ident": _ident(at, ident, icmp) if icmp.ident is not None else None,
        "seq": at[seq] if icmp.seq is not None else None,
        "pair_frame": at[f"{name}.{pair}"] if pair else None,
        "asked": at[target] if icmp.target else None,
        "directly": word(bool(icmp.target) and at.packet.ip is not None and at.packet.ip.dst == icmp.target),
        "mac": at["icmpv6.opt.linkaddr"] if icmp.link_address else None,
        "reason": derived(_REASONS.get((icmp.version, icmp.code or 0), ""), code) if kind == "unreachable" else None,
        "quoted_src": known(quoted.src, frame, f"{header}.src") if quoted else None,
        "quoted_dst": known(quoted.dst, frame, f"{header}.dst") if quoted else None,
        "transport": word(quoted.transport or None) if quoted else None,
        "port": known(quoted.dst_port, frame, f"{quoted.transport}.dstport")
        if quoted and quoted.transport and quoted.dst_port is not None
        else None,
        "mtu": at[f"{name}.mtu"] if icmp.mtu else None,
    }


_HELPERS = (
    "dhcp",
    "dhcpv6",
    "ntp",
    "ssdp",
    "igmp",
    "nbns",
    "nbdgm",
    "stp",
    "lldp",
    "ws-discovery",
    "syslog",
    "snmp",
)
#: Protocols directly over IP that carry no TCP.
_OVER_IP = frozenset(("ospf", "sctp", "pim", "vrrp", "eigrp", "rsvp", "dccp"))
_OF_OTHERS = frozenset({"tcp", "quic", "gquic", "arp"})


@rule(
    "N09",
    on="packet",
    when="no-tcp",
    facts="kind protocol malformed cut source target src_port dst_port length",
    rank=20,
)
def beside_the_connection(at: At) -> Facts | None:
    """A packet of another protocol of the network: not TCP, so no part of a connection or of an HTTP
    exchange.

    `malformed` tells that Wireshark marks it so: then it need not be of that protocol at all; `cut` that the file holds
    only its beginning.

    Reference: RFC 768 (UDP); Wireshark's Protocol column, and its Info column (“Malformed Packet”).
    """
    packet = at.packet
    if packet.tcp is not None or packet.arp is not None or packet.icmp is not None:
        return None
    if packet.dns is not None and (packet.dns.names or packet.dns.response):
        return None
    protocols = packet.protocols
    kind = next((name for name in _HELPERS if name in protocols), "udp" if packet.udp else "")
    if not kind and packet.ip is not None and not _OVER_IP.isdisjoint(protocols):
        kind = "other"
    if not kind or not _OF_OTHERS.isdisjoint(protocols):
        return None
    udp = packet.udp
    length = at["udp.length"] if udp and udp.length is not None else None
    return {
        "kind": word(kind),
        "protocol": derived(packet.innermost, at["_ws.col.Protocol"]),
        "malformed": at.malformed,
        "cut": word(packet.captured < packet.length),
        "source": _end(at, "src") if packet.ip else None,
        "target": _end(at, "dst") if packet.ip else None,
        "src_port": at["udp.srcport"] if udp else None,
        "dst_port": at["udp.dstport"] if udp else None,
        "length": derived(udp.length - 8, length) if udp and udp.length is not None and udp.length >= 8 else None,
    }


def _ident(at: At, field: str, icmp: Icmp) -> Fact:
    """The identifier of an echo, as tshark prints it: in hexadecimal for ICMPv6."""
    return at[field] if icmp.version == 4 else known(f"0x{icmp.ident or 0:04x}", at.packet.frame, field)
