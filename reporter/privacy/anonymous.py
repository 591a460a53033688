"""Addresses and names out of packets and details. What is not understood is left out, not guessed at."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from reporter.model.application import Dns, Header, HttpRequest, HttpResponse, Tls, head_length
from reporter.model.detail import Detail, TreeLine
from reporter.model.link import Arp, Ethernet, Icmp, Ip, Quoted, Tunnel
from reporter.model.packet import Packet
from reporter.privacy.aliases import Aliases
from reporter.privacy.details import blanked, joined
from reporter.privacy.packets import changed

_LEFT_OUT = "(anonymized)"
#: Protocols whose Info column is understood: it may hold addresses and names that are known from fields, no others.
_UNDERSTOOD = re.compile(
    r"TCP|UDP|ARP|ICMP(v6)?|IGMP(v\d)?|HTTP(/\S+)?|HTTP2|WebSocket|(TLS|SSL)v?[\d.]*|DTLSv?[\d.]*|QUIC|DNS|MDNS|LLMNR|"
    r"DHCP(v6)?|NTP|STP|LLC"
)
_NAMED = frozenset(("DNS", "MDNS", "LLMNR"))
#: Header fields whose values are no hosts, though they may look so (`vnd.ms-excel`, `nginx.org`).
_NO_HOSTS = re.compile(
    r"(?i)accept.*|user-agent|server|content-(type|length|encoding|language|range)|etag|if-.*|x-powered-by|connection"
)
#: Header fields that say by which host a message went (RFC 9110, section 7.6.3; RFC 7239; RFC 7234, section 5.5).
_STATIONS = {
    re.compile(r"(?i)via"): re.compile(r"(?:^|,)\s*(?:[\w.-]{1,20}/)?[\w.]{1,20}\s+([^\s,;()]+)"),
    re.compile(r"(?i)forwarded"): re.compile(r"(?i)(?:^|[;,\s])(?:by|for|host)=\"?([^\s,;\"]+)"),
    re.compile(r"(?i)x-cache(?:-lookup|-remote)?"): re.compile(r"(?i)\bfrom\s+([^\s,;()]+)"),
    re.compile(r"(?i)warning"): re.compile(r"(?:^|,)\s*\d{3}\s+([^\s,;\"-][^\s,;\"]*)"),
    re.compile(
        r"(?i)(?:x-)?(?:forwarded-|original-|real-|served-|backend-|upstream-|origin-|proxy-)?"
        r"(?:host(?:-?name)?|server-?(?:name|id)|by)|x-(?:forwarded-|backend-|upstream-)?server|"
        r"x-(?:backend|upstream|node|instance|machine)(?:-?(?:name|id))?"
    ): re.compile(r"([^\s,;]+)"),
}
#: What such a field may say instead of a name; to replace these everywhere would spoil every sentence.
_NO_NAMES = frozenset(
    """
    true false yes no on off ok hit miss none null unknown default http https tcp ip get post head html text application
    """.split()  # noqa: SIM905 (a list would be a screen)
)
#: Layers whose lines are shown; of all others only the name.
_LAYERS = frozenset(
    ("frame", "eth", "vlan", "sll", "null", "arp", "ip", "ipv6", "tcp", "udp", "icmp", "icmpv6", "http", "dns", "mdns")
)
_LINES_OUT = re.compile(
    r"frame\.(interface_|comment|md5).*|eth\.(lg|ig|padding|trailer|fcs).*|.*\.checksum.*|http\.(file_data|chunk|data|leading).*|"
    r"tcp\.(payload|segment_data|reassembled\.data).*|dns\.txt.*|icmp\.data|.*\.(oui|slaac_mac)|ip\.opt.*|data.*"
)
_ADDRESSES = frozenset(
    """
    eth.src eth.dst eth.addr sll.src.eth ip.src ip.dst ip.addr ipv6.src ipv6.dst ipv6.addr
    arp.src.hw_mac arp.dst.hw_mac arp.src.proto_ipv4 arp.dst.proto_ipv4 icmpv6.nd.ns.target_address
    icmpv6.nd.na.target_address icmpv6.opt.linkaddr dns.a dns.aaaa
    """.split()  # noqa: SIM905 (a list would be a screen)
)
_HEADERS_ONLY = {"icmp": 8, "icmpv6": 8, "dns": 12, "mdns": 12}
_ON_INTERFACE = re.compile(r" on interface (.+?), id (\d+)")


def anonymous(packet: Packet, aliases: Aliases) -> Packet:
    """The packet with aliases for every address and name."""
    _learn(packet, aliases)
    ethernet, ip, tcp = packet.ethernet, packet.ip, packet.tcp
    return replace(
        packet,
        info=_info(packet, aliases),
        ethernet=_ethernet(ethernet, aliases) if ethernet else None,
        arp=_arp(packet.arp, aliases) if packet.arp else None,
        ip=_ip(ip, aliases) if ip else None,
        # It is the sum of addresses too, and would betray them.
        tcp=replace(tcp, checksum="") if tcp else None,
        icmp=_icmp(packet.icmp, aliases) if packet.icmp else None,
        dns=_dns(packet.dns, aliases) if packet.dns else None,
        requests=tuple([_request(each, aliases) for each in packet.requests]),
        responses=tuple([_response(each, aliases) for each in packet.responses]),
        http2=packet.http2.rewritten(aliases.text) if packet.http2 else None,
        tls=_tls(packet.tls, aliases) if packet.tls else None,
        tunnels=tuple([_tunnel(each, aliases) for each in packet.tunnels]),
    )


def _learn(packet: Packet, aliases: Aliases) -> None:
    for request in packet.requests:
        aliases.learn_from(f"{request.full_uri} {request.target}")
        if request.method == "CONNECT":
            aliases.learn(_host(request.target))
    headers = [each.headers for each in packet.requests] + [each.headers for each in packet.responses]
    for header in (each for group in headers for each in group):
        aliases.learn_from(header.value, everywhere=_NO_HOSTS.fullmatch(header.name) is None)
        for name in _stations(header):
            aliases.learn(name)
    for fields in packet.http2.fields if packet.http2 else ():
        if fields is not None:
            aliases.learn_from(fields.path)
            aliases.learn(_host(fields.authority))
    if packet.dns:
        for name in (*packet.dns.names, *packet.dns.cname):
            aliases.learn(name)
    if packet.innermost in _NAMED:
        aliases.learn_from(packet.info, everywhere=True)
    if packet.tls and packet.tls.server_name:
        aliases.learn(packet.tls.server_name)


def _stations(header: Header) -> Iterator[str]:
    """The hosts by which a message went, also those whose names have no dot and look like any word."""
    for field, value in _STATIONS.items():
        if field.fullmatch(header.name):
            names = (_host(match[1]).strip('"') for match in value.finditer(header.value))
            yield from (name for name in names if not name.isdigit() and name.lower() not in _NO_NAMES)


def _host(authority: str) -> str:
    host, colon, port = authority.strip().rpartition(":")
    return host if colon and port.isdigit() else authority


def _info(packet: Packet, aliases: Aliases) -> str:
    return aliases.text(packet.info) if _UNDERSTOOD.fullmatch(packet.innermost) else _LEFT_OUT


def _ethernet(found: Ethernet, aliases: Aliases) -> Ethernet:
    padding = re.sub(r"[0-9a-fA-F]", "0", found.padding)
    return replace(found, src=aliases.mac(found.src), dst=aliases.mac(found.dst) if found.dst else "", padding=padding)


def _arp(found: Arp, aliases: Aliases) -> Arp:
    return replace(
        found,
        sender_ip=aliases.ip(found.sender_ip),
        sender_mac=aliases.mac(found.sender_mac) if found.sender_mac else "",
        target_ip=aliases.ip(found.target_ip),
        target_mac=aliases.mac(found.target_mac) if found.target_mac else "",
    )


def _ip(found: Ip, aliases: Aliases) -> Ip:
    return replace(found, src=aliases.ip(found.src), dst=aliases.ip(found.dst))


def _tunnel(found: Tunnel, aliases: Aliases) -> Tunnel:
    return replace(found, outer=_ip(found.outer, aliases) if found.outer else None)


def _icmp(found: Icmp, aliases: Aliases) -> Icmp:
    quoted: Quoted | None = found.quoted
    if quoted is not None:
        quoted = replace(quoted, src=aliases.ip(quoted.src), dst=aliases.ip(quoted.dst))
    link = aliases.mac(found.link_address) if found.link_address else ""
    return replace(found, target=aliases.ip(found.target), link_address=link, quoted=quoted)


def _dns(found: Dns, aliases: Aliases) -> Dns:
    return replace(
        found,
        names=tuple([aliases.name(each) for each in found.names]),
        cname=tuple([aliases.name(each) for each in found.cname]),
        a=tuple([aliases.ip(each) for each in found.a]),
        aaaa=tuple([aliases.ip(each) for each in found.aaaa]),
    )


def _tls(found: Tls, aliases: Aliases) -> Tls:
    return replace(found, server_name=aliases.name(found.server_name) if found.server_name else "")


def _request(found: HttpRequest, aliases: Aliases) -> HttpRequest:
    known = _length(found)
    return replace(
        found,
        target=aliases.text(found.target),
        full_uri=aliases.text(found.full_uri),
        headers=_headers(found.headers, aliases),
        head_length=known,
    )


def _response(found: HttpResponse, aliases: Aliases) -> HttpResponse:
    return replace(found, headers=_headers(found.headers, aliases), head_length=_length(found))


def _length(message: HttpRequest | HttpResponse) -> int:
    return head_length(message) or 0


def _headers(headers: tuple[Header, ...], aliases: Aliases) -> tuple[Header, ...]:
    return tuple([changed(each, aliases.text(each.value)) for each in headers])


# ---------------------------------------------------------------- details


def anonymous_detail(detail: Detail, aliases: Aliases) -> Detail:
    """The detail with aliases; of bytes only the headers that hold no names stay, with the aliases' bytes in them."""
    kept = list(_kept(detail.lines))
    for line in kept:
        if line.field.startswith(("dns.", "mdns.")):
            aliases.learn_from(line.text.partition(":")[2], everywhere=True)
    spans = joined([*detail.hidden, *_strange(detail), *_names(detail, aliases)])
    lines = tuple(replace(line, text=_line(line, aliases)) for line in kept)
    return replace(detail, lines=lines, data=blanked(_replaced(detail, aliases), spans), hidden=spans)


def _kept(lines: Iterable[TreeLine]) -> Iterable[TreeLine]:
    layer = ""
    for line in lines:
        if line.depth == 0:
            layer = line.field
            yield line
        elif layer in _LAYERS and not _LINES_OUT.fullmatch(line.field):
            yield line


def _line(line: TreeLine, aliases: Aliases) -> str:
    if line.depth == 0 and line.field not in _LAYERS:
        return re.split(r"[,:]", aliases.text(line.text))[0]
    text = _ON_INTERFACE.sub(lambda found: f" on interface {aliases.interface(found[1])}, id {found[2]}", line.text)
    return aliases.text(text)


def _replaced(detail: Detail, aliases: Aliases) -> bytes:
    """The bytes with those of the aliases where addresses stand."""
    data = bytearray(detail.data)
    for line in detail.lines:
        if line.field in _ADDRESSES and line.start is not None and line.length in (4, 6, 16):
            old = detail.data[line.start : line.start + line.length]
            if len(old) == 6:
                new = bytes.fromhex(aliases.mac(old.hex(":")).replace(":", ""))
            else:
                new = ipaddress.ip_address(aliases.ip(str(ipaddress.ip_address(old)))).packed
            data[line.start : line.start + line.length] = new
    return bytes(data)


def _strange(detail: Detail) -> list[tuple[int, int]]:
    """What is not known to be free of names: all but the headers of known layers and the head of HTTP messages."""
    shown: list[tuple[int, int]] = []
    hidden: list[tuple[int, int]] = []
    layer = ""
    for line in detail.lines:
        if line.depth == 0:
            layer = line.field
        if line.start is None or not line.length or layer not in _LAYERS:
            continue
        end = line.start + line.length
        if line.depth == 0 and layer not in ("frame", "http"):
            length = 20 if layer == "ip" else _HEADERS_ONLY.get(layer, line.length)
            shown.append((line.start, min(end, line.start + length)))
        elif layer == "http" and line.depth == 1 and not _LINES_OUT.fullmatch(line.field):
            shown.append((line.start, end))
        if line.field in _ADDRESSES:
            shown.append((line.start, end))
        elif re.search(r"\.checksum\b|padding|trailer|fcs", line.field):
            hidden.append((line.start, end))
    return [*_gaps(joined(shown), len(detail.data)), *hidden]


def _gaps(spans: Iterable[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    gaps, last = [], 0
    for start, end in spans:
        gaps.append((last, start))
        last = end
    return [span for span in [*gaps, (last, size)] if span[0] < span[1]]


def _names(detail: Detail, aliases: Aliases) -> list[tuple[int, int]]:
    """Names and addresses written out in the head of an HTTP message."""
    found: list[tuple[int, int]] = []
    for line in detail.lines:
        if line.field == "http" and line.depth == 0 and line.start is not None:
            text = detail.data[line.start : line.start + line.length].decode("latin-1")
            found += [(line.start + start, line.start + end) for start, end, _ in aliases.found(text)]
    return found
