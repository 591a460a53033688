"""One row of field text into one Packet."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from reporter.extract.fields import AT, VALUE_SEPARATOR, Row, first, number, numbers, seconds, truth, values
from reporter.extract.http2 import http2_of
from reporter.extract.layers import Header, Layers, Wrap, layers_of
from reporter.extract.messages import requests_of, responses_of
from reporter.extract.segment import segment_of
from reporter.model.application import Dns, Quic, Tls, WebSocket
from reporter.model.link import Arp, Ethernet, Fragment, Icmp, Ip, Quoted, Tunnel, Udp
from reporter.model.packet import Packet


def _pick(text: str, index: int) -> str:
    if VALUE_SEPARATOR not in text:
        return text
    parts = text.split(VALUE_SEPARATOR)
    return parts[index] if index < len(parts) else parts[-1]


class Builder:
    """Builds packets of one capture; keeps the first time in it so that relative times are exact."""

    def __init__(self) -> None:
        self._start: Decimal | None = None
        self._time = Decimal(0)

    def packet(self, row: Row, cut: bool = False) -> Packet:
        """One row (text of `FIELDS`, in order) into one Packet. Raises ValueError for a row without a frame.

        `cut` says that text of the row was left out, so that not all header lines need be there.
        """
        frame = number(row[0])
        if frame is None or frame < 1:
            raise ValueError("a row without frame.number")
        epoch = seconds(row[1])
        if epoch is not None:
            if self._start is None:
                self._start = epoch
            self._time = epoch - self._start
        layers = layers_of(row[4])
        tcp = segment_of(row) if layers.tcp else None
        return Packet(
            frame=frame,
            epoch=epoch if epoch is not None else Decimal(0),
            time=self._time,
            length=number(row[2]) or 0,
            captured=number(row[3]) or 0,
            protocols=layers.names,
            protocol=row[5],
            info=row[6],
            ethernet=_ethernet(*row[7:11], layers.ethernet) if row[7] else None,
            arp=_arp(row) if row[_ARP] else None,
            ip=_ip(row, layers.ip) if layers.ip is not None else None,
            tcp=tcp,
            udp=_udp(row) if layers.udp and row[_UDP] else None,
            icmp=_icmp(row, layers) if layers.icmp else None,
            dns=_dns(row) if row[_DNS] and not layers.icmp and not row[_MALFORMED] else None,
            requests=requests_of(row, frame, tcp, cut) if row[_REQUEST] else (),
            responses=responses_of(row, frame, tcp, cut) if row[_RESPONSE] else (),
            tls=_tls(row) if row[_TLS] or row[_TLS_OPAQUE] else None,
            websocket=_websocket(row) if row[_WEBSOCKET] else None,
            http2=http2_of(row, cut) if row[_HTTP2] else None,
            quic=_quic(row) if row[_QUIC] or row[_QUIC + 1] else None,
            stack=layers.text,
            fragment=_fragment(row) if row[_FRAGMENT : _FRAGMENT + 6] != _WHOLE else None,
            timed=epoch is not None,
            tunnels=_tunnels(row, layers.wraps) if layers.wraps else (),
        )


_ARP = AT["arp.opcode"]
_UDP = AT["udp.srcport"]
_DNS = AT["dns.id"]
_REQUEST = AT["http.request.method"]
_RESPONSE = AT["http.response.code"]
_TLS = AT["tls.record.content_type"]
_TLS_OPAQUE = AT["tls.record.opaque_type"]
_WEBSOCKET = AT["websocket.opcode"]
_HTTP2 = AT["http2.type"]
_QUIC = AT["quic.long.packet_type"]
_MALFORMED = AT["_ws.malformed"]
_IP = AT["ip.src"]
_FRAGMENT = AT["ip.reassembled_in"]
_WHOLE = [""] * 6
_IP6 = AT["ipv6.src"]
_TCP = AT["tcp.stream"]
_ICMP = AT["icmp.type"]
_ICMP6 = AT["icmpv6.type"]


@lru_cache(maxsize=1024)
def _ethernet(src: str, dst: str, vlan: str, padding: str, at: int) -> Ethernet:
    return Ethernet(_pick(src, at), _pick(dst, at), number(vlan), first(padding))


def _arp(row: Row) -> Arp:
    opcode, sender_ip, sender_mac, target_ip, target_mac, gratuitous = row[_ARP : _ARP + 6]
    return Arp(
        opcode=number(opcode) or 0,
        sender_ip=first(sender_ip),
        sender_mac=first(sender_mac),
        target_ip=first(target_ip),
        target_mac=first(target_mac),
        gratuitous=truth(gratuitous),
    )


def _ip(row: Row, header: Header) -> Ip | None:
    if header.version == 4:
        src, dst, ttl, ident, ecn = row[_IP : _IP + 5]
        if VALUE_SEPARATOR in src or VALUE_SEPARATOR in dst or VALUE_SEPARATOR in ttl or VALUE_SEPARATOR in ident:
            src, dst, ttl, ident, ecn = (_pick(text, header.at) for text in row[_IP : _IP + 5])
        return Ip(4, src, dst, number(ttl), ident, number(ecn) or 0) if src else None
    src, dst, hops, ecn = (_pick(text, header.at) for text in row[_IP6 : _IP6 + 4])
    return Ip(6, src, dst, number(hops), ecn=number(ecn) or 0) if src else None


def _tunnels(row: Row, wraps: tuple[Wrap, ...]) -> tuple[Tunnel, ...]:
    return tuple([Tunnel(wrap.names, _ip(row, wrap.outer) if wrap.outer else None) for wrap in wraps])


def _fragment(row: Row) -> Fragment:
    version, cells = (
        (4, row[_FRAGMENT : _FRAGMENT + 3])
        if any(row[_FRAGMENT : _FRAGMENT + 3])
        else (6, row[_FRAGMENT + 3 : _FRAGMENT + 6])
    )
    into, pieces, length = cells
    return Fragment(version, number(into), numbers(pieces), number(length))


def _udp(row: Row) -> Udp:
    stream, src, dst, length = (numbers(text) for text in row[_UDP - 1 : _UDP + 3])
    return Udp(
        src[-1] if src else 0,
        dst[-1] if dst else 0,
        stream[-1] if stream else None,
        length[-1] if length else None,
    )


def _icmp(row: Row, layers: Layers) -> Icmp | None:
    quoted = _quoted(row, layers)
    if layers.icmp == "icmpv6":
        kind, code = number(row[_ICMP6]), number(row[_ICMP6 + 1])
        asked, told, link = (first(text) for text in row[_ICMP6 + 2 : _ICMP6 + 5])
        if kind is None:
            return None
        mtu, ident, seq, answers, answered = (number(text) for text in row[_ICMP6 + 5 : _ICMP6 + 10])
        target = asked or told
        return Icmp(6, kind, code, ident, seq, answers, answered, target, link_address=link, quoted=quoted, mtu=mtu)
    kind, code, ident, seq, answers, answered, mtu = (number(text) for text in row[_ICMP : _ICMP + 7])
    return None if kind is None else Icmp(4, kind, code, ident, seq, answers, answered, quoted=quoted, mtu=mtu)


def _quoted(row: Row, layers: Layers) -> Quoted | None:
    """The packet that an ICMP error quotes: the first IP header behind the ICMP header, and the ports behind that."""
    at = layers.names.index(layers.icmp) + 1
    before, behind = layers.names[:at], layers.names[at:]
    if not behind or behind[0] not in ("ip", "ipv6"):
        return None
    version = behind[0]
    place = _IP if version == "ip" else _IP6
    src, dst = (_pick(row[place + offset], before.count(version)) for offset in (0, 1))
    transport = behind[1] if len(behind) > 1 and behind[1] in ("tcp", "udp") else ""
    if not transport:
        return Quoted(src, dst)
    ports = _UDP if transport == "udp" else _TCP + 1
    from_port, to_port = (number(_pick(row[ports + offset], before.count(transport))) for offset in (0, 1))
    if transport == "udp":
        return Quoted(src, dst, transport, from_port, to_port)
    # No numbers are relative in a quoted header: there tshark writes the raw one into tcp.seq as well, or only there.
    raw = _pick(row[_TCP + 4], before.count(transport)) or _pick(row[_TCP + 3], before.count(transport))
    return Quoted(src, dst, transport, from_port, to_port, number(raw))


def _dns(row: Row) -> Dns:
    ident, response, names, types, a, aaaa, cname, rcode, time, response_to, again, answers, kinds, cut = row[
        _DNS : _DNS + 14
    ]
    count = number(answers)
    # The fields list the records of all sections; addresses of the additional section are no answer.
    answered = numbers(kinds)[:count] if count is not None else numbers(kinds)
    return Dns(
        ident=first(ident),
        response=truth(response),
        names=tuple(values(names)),
        types=numbers(types),
        a=tuple(values(a)[: answered.count(1)]),
        aaaa=tuple(values(aaaa)[: answered.count(28)]),
        cname=tuple(values(cname)[: answered.count(5)]),
        rcode=number(rcode),
        time=seconds(time),
        response_to=number(response_to),
        retransmission=truth(again),
        answers=count,
        truncated=truth(cut),
    )


def _tls(row: Row) -> Tls:
    content, lengths, handshakes, version, name, alpn, alerts, opaque, versions = row[_TLS : _TLS + 9]
    return Tls(
        content_types=numbers(content),
        handshake_types=numbers(handshakes),
        server_name=first(name),
        alpn=tuple(values(alpn)),
        version=first(version),
        alerts=numbers(alerts),
        lengths=numbers(lengths),
        opaque_types=numbers(opaque),
        supported_versions=numbers(versions),
    )


def _websocket(row: Row) -> WebSocket:
    opcodes, masks, lengths, close, *longer = row[_WEBSOCKET : _WEBSOCKET + 6]
    extended = {short: iter(numbers(text)) for short, text in zip((126, 127), longer, strict=True)}
    whole = [next(extended[each], -1) if each in extended else each for each in numbers(lengths)]
    return WebSocket(
        opcodes=numbers(opcodes),
        masked=tuple(truth(mask) for mask in values(masks)),
        lengths=tuple(whole) if -1 not in whole else (),
        close_code=number(close),
    )


def _quic(row: Row) -> Quic:
    return Quic(long_types=numbers(row[_QUIC]), frame_types=numbers(row[_QUIC + 1]))
