"""One row of field text into one Packet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache

from reporter.extract.fields import (
    AT,
    FIELDS,
    VALUE_SEPARATOR,
    first,
    number,
    numbers,
    seconds,
    truth,
    values,
)
from reporter.extract.messages import requests_of, responses_of
from reporter.model.application import Dns, Http2, Tls, WebSocket
from reporter.model.link import Arp, Ethernet, Icmp, Ip, Quoted, Udp
from reporter.model.packet import Packet
from reporter.model.tcp import NO_LABELS, NO_OPTIONS, Tcp, TcpLabels, TcpOptions

Row = Sequence[str]

_LABELS = tuple(name for name in FIELDS if name.startswith("tcp.analysis.") and name != "tcp.analysis.initial_rtt")
_LABEL_AT = tuple(AT[name] for name in _LABELS)
_LABEL_FIRST, _LABEL_LAST = min(_LABEL_AT), max(_LABEL_AT) + 1
_OPTION_KIND_FIRST, _OPTION_LAST = AT["tcp.option_kind"], AT["tcp.options.timestamp.tsecr"] + 1
_NUMBER_LABELS = {
    "tcp.analysis.duplicate_ack_num",
    "tcp.analysis.duplicate_ack_frame",
    "tcp.analysis.rto_frame",
    "tcp.analysis.acks_frame",
}
_SECOND_LABELS = {"tcp.analysis.rto", "tcp.analysis.ack_rtt"}
_LABEL_NAMES = tuple(name.removeprefix("tcp.analysis.") for name in _LABELS)
_LABEL_READERS: tuple[Callable[[str], bool | int | Decimal | None], ...] = tuple(
    number if name in _NUMBER_LABELS else seconds if name in _SECOND_LABELS else truth for name in _LABELS
)
_EMPTY_LABELS = [""] * (_LABEL_LAST - _LABEL_FIRST)
_EMPTY_OPTIONS = [""] * (_OPTION_LAST - _OPTION_KIND_FIRST)
_ONLY_TIMESTAMPS = [""] * (_OPTION_LAST - 2 - AT["tcp.options.mss_val"])
_INNER_ICMP = ("icmp", "icmpv6")


class Layers:
    """Where in the nested protocols of a frame the transport and its IP header stand."""

    __slots__ = ("icmp", "ip_at", "ip_version", "names", "tcp", "text", "udp")

    def __init__(self, names: tuple[str, ...], text: str) -> None:
        self.names = names
        self.text = text
        self.icmp = next((name for name in names if name in _INNER_ICMP), "")
        # An ICMP error quotes a header: what stands behind it was not sent in this frame.
        reach = names[: names.index(self.icmp)] if self.icmp else names
        self.tcp = "tcp" in reach
        # An ICMP message inside a tunnel over UDP is no datagram of its own.
        self.udp = not self.tcp and not self.icmp and "udp" in reach
        stop = len(reach)
        if self.tcp or self.udp:
            stop = reach.index("tcp" if self.tcp else "udp")
            if self.udp:
                # A tunnel over UDP ends in the innermost TCP, handled above; plain UDP is the last one.
                stop = len(reach) - 1 - reach[::-1].index("udp")
        self.ip_version, self.ip_at = 0, -1
        counts = {"ip": 0, "ipv6": 0}
        for name in reach[:stop]:
            if name in counts:
                self.ip_version, self.ip_at = (4 if name == "ip" else 6), counts[name]
                counts[name] += 1


@lru_cache(maxsize=4096)
def layers_of(protocols: str) -> Layers:
    """Parsed and remembered `frame.protocols`."""
    return Layers(tuple(part for part in protocols.split(":") if part and part != "ethertype"), protocols)


def _pick(text: str, index: int) -> str:
    if VALUE_SEPARATOR not in text:
        return text
    parts = text.split(VALUE_SEPARATOR)
    return parts[index] if index < len(parts) else parts[-1]


class Builder:
    """Builds packets of one capture; keeps the time of frame 1 so that relative times are exact."""

    def __init__(self) -> None:
        self._start: Decimal | None = None

    def packet(self, row: Row) -> Packet:
        """One row (text of `FIELDS`, in order) into one Packet. Raises ValueError for a row without a frame."""
        frame = number(row[0])
        if frame is None or frame < 1:
            raise ValueError("a row without frame.number")
        epoch = seconds(row[1]) or Decimal(0)
        if self._start is None:
            self._start = epoch
        layers = layers_of(row[4])
        tcp = _tcp(row) if layers.tcp else None
        return Packet(
            frame=frame,
            epoch=epoch,
            time=epoch - self._start,
            length=number(row[2]) or 0,
            captured=number(row[3]) or 0,
            protocols=layers.names,
            protocol=row[5],
            info=row[6],
            ethernet=_ethernet(*row[7:11]) if row[7] else None,
            arp=_arp(row) if row[_ARP] else None,
            ip=_ip(row, layers) if layers.ip_at >= 0 else None,
            tcp=tcp,
            udp=_udp(row) if layers.udp and row[_UDP] else None,
            icmp=_icmp(row, layers) if layers.icmp else None,
            dns=_dns(row) if row[_DNS] and not layers.icmp else None,
            requests=requests_of(row, frame, tcp) if row[_REQUEST] else (),
            responses=responses_of(row, frame, tcp) if row[_RESPONSE] else (),
            tls=_tls(row) if row[_TLS] or row[_TLS_OPAQUE] else None,
            websocket=_websocket(row) if row[_WEBSOCKET] else None,
            http2=_http2(row) if row[_HTTP2] else None,
            stack=layers.text,
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
_IP = AT["ip.src"]
_IP6 = AT["ipv6.src"]
_TCP = AT["tcp.stream"]
_CHECKSUM = AT["tcp.checksum"]
_MSS = AT["tcp.options.mss_val"]
_INITIAL_RTT = AT["tcp.analysis.initial_rtt"]
_REASSEMBLED = AT["tcp.reassembled_in"]
_ICMP = AT["icmp.type"]
_ICMP6 = AT["icmpv6.type"]


@lru_cache(maxsize=1024)
def _ethernet(src: str, dst: str, vlan: str, padding: str) -> Ethernet:
    return Ethernet(first(src), first(dst), number(vlan), first(padding))


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


def _ip(row: Row, layers: Layers) -> Ip | None:
    if layers.ip_version == 4:
        src, dst, ttl, ident = row[_IP : _IP + 4]
        if VALUE_SEPARATOR in src or VALUE_SEPARATOR in dst or VALUE_SEPARATOR in ttl or VALUE_SEPARATOR in ident:
            src, dst, ttl, ident = (_pick(text, layers.ip_at) for text in row[_IP : _IP + 4])
        return Ip(4, src, dst, number(ttl), ident) if src else None
    src, dst, hops = (_pick(text, layers.ip_at) for text in row[_IP6 : _IP6 + 3])
    return Ip(6, src, dst, number(hops)) if src else None


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
        return None if kind is None else Icmp(6, kind, code, target=asked or told, link_address=link, quoted=quoted)
    kind, code, ident, seq, answers, answered = (number(text) for text in row[_ICMP : _ICMP + 6])
    return None if kind is None else Icmp(4, kind, code, ident, seq, answers, answered, quoted=quoted)


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
    return Quoted(src, dst, transport, from_port, to_port)


def _tcp(row: Row) -> Tcp | None:
    try:
        # Nearly every segment has exactly one number in each of these fields.
        stream, src, dst, seq, seq_raw, ack, ack_raw, length, header = map(int, row[_TCP : _TCP + 9])
        win, window, scale, urgent, completeness = map(int, row[_TCP + 10 : _TCP + 15])
        flags = _flags(row[_TCP + 9])
    except ValueError:
        return _unusual_tcp(row)
    return (
        None
        if flags is None
        else _segment(
            row,
            stream,
            src,
            dst,
            seq,
            seq_raw,
            ack,
            ack_raw,
            length,
            header,
            flags,
            win,
            window,
            scale,
            urgent,
            completeness,
        )
    )


def _unusual_tcp(row: Row) -> Tcp | None:
    """A segment of which fields are missing, or printed more than once for what an ICMP error quotes."""
    stream, src, dst, seq, seq_raw, ack, ack_raw, length, header, flags, win, window, scale, urgent, completeness = (
        number(text) for text in row[_TCP : _TCP + 15]
    )
    if stream is None or src is None or dst is None or seq is None or flags is None:
        return None
    return _segment(
        row,
        stream,
        src,
        dst,
        seq,
        seq_raw or 0,
        ack or 0,
        ack_raw or 0,
        length or 0,
        header or 0,
        flags,
        win or 0,
        window or 0,
        scale,
        urgent or 0,
        completeness,
    )


def _segment(
    row: Row,
    stream: int,
    src: int,
    dst: int,
    seq: int,
    seq_raw: int,
    ack: int,
    ack_raw: int,
    length: int,
    header: int,
    flags: int,
    win: int,
    window: int,
    scale: int | None,
    urgent: int,
    completeness: int | None,
) -> Tcp:
    plain_options = row[_OPTION_KIND_FIRST:_OPTION_LAST] == _EMPTY_OPTIONS
    plain_labels = row[_LABEL_FIRST:_LABEL_LAST] == _EMPTY_LABELS
    reassembled_in, segments, reassembled_length = row[_REASSEMBLED : _REASSEMBLED + 3]
    return Tcp(
        stream=stream,
        src_port=src,
        dst_port=dst,
        seq=seq,
        seq_raw=seq_raw,
        ack=ack,
        ack_raw=ack_raw,
        length=length,
        header_length=header,
        flag_bits=flags,
        window_value=win,
        window=window,
        scale_factor=scale,
        urgent_pointer=urgent,
        completeness=completeness,
        options=NO_OPTIONS if plain_options else _options(row),
        labels=NO_LABELS if plain_labels else _labels(row),
        initial_rtt=_round_trip(row[_INITIAL_RTT]),
        reassembled_in=number(reassembled_in) if reassembled_in else None,
        segments=numbers(segments) if segments else (),
        reassembled_length=number(reassembled_length) if reassembled_length else None,
        checksum=first(row[_CHECKSUM]),
    )


#: The same few texts come with every segment of a connection.
_flags = lru_cache(maxsize=512)(number)
_round_trip = lru_cache(maxsize=1024)(seconds)
_kinds = lru_cache(maxsize=512)(numbers)


def _options(row: Row) -> TcpOptions:
    kinds = _kinds(row[_OPTION_KIND_FIRST])
    ts_value, ts_echo = row[_OPTION_LAST - 2 : _OPTION_LAST]
    if row[_MSS : _OPTION_LAST - 2] == _ONLY_TIMESTAMPS:
        return TcpOptions(kinds, sack_permitted=4 in kinds, ts_value=number(ts_value), ts_echo=number(ts_echo))
    mss, shift, left, right, dsack_left, dsack_right = (numbers(text) for text in row[_MSS : _OPTION_LAST - 2])
    return TcpOptions(
        kinds=kinds,
        mss=mss[0] if mss else None,
        wscale=shift[0] if shift else None,
        sack_permitted=4 in kinds,
        sack=tuple(zip(left, right, strict=False)),
        dsack=(dsack_left[0], dsack_right[0]) if dsack_left and dsack_right else None,
        ts_value=number(ts_value),
        ts_echo=number(ts_echo),
    )


def _labels(row: Row) -> TcpLabels:
    found = {
        short: read(text)
        for short, read, text in zip(_LABEL_NAMES, _LABEL_READERS, row[_LABEL_FIRST:_LABEL_LAST], strict=True)
        if text
    }
    return TcpLabels(**found)  # type: ignore[arg-type]  # the names are those of the dataclass, checked by a test


def _dns(row: Row) -> Dns:
    ident, response, names, types, a, aaaa, cname, rcode, time, response_to, again, answers, kinds = row[
        _DNS : _DNS + 13
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
    opcodes, masks, lengths, close = row[_WEBSOCKET : _WEBSOCKET + 4]
    return WebSocket(
        opcodes=numbers(opcodes),
        masked=tuple(truth(mask) for mask in values(masks)),
        lengths=numbers(lengths),
        close_code=number(close),
    )


def _http2(row: Row) -> Http2:
    return Http2(types=numbers(row[_HTTP2]), stream_ids=numbers(row[_HTTP2 + 1]))
