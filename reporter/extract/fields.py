"""The tshark fields that the model is made of, and how the text of one becomes a value."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

FIELD_SEPARATOR = "\x1f"
VALUE_SEPARATOR = "\x1e"

#: The text of the fields of one frame, in the order of `FIELDS`.
Row = Sequence[str]

#: Every field asked of tshark, in output order. A field that a tshark version does not know is left
#: out by negotiation and reads as absent.
FIELDS: tuple[str, ...] = (
    "frame.number",
    "frame.time_epoch",
    "frame.len",
    "frame.cap_len",
    "frame.protocols",
    "_ws.col.Protocol",
    "_ws.col.Info",
    "eth.src",
    "eth.dst",
    "vlan.id",
    "eth.padding",
    "arp.opcode",
    "arp.src.proto_ipv4",
    "arp.src.hw_mac",
    "arp.dst.proto_ipv4",
    "arp.dst.hw_mac",
    "arp.isgratuitous",
    "ip.src",
    "ip.dst",
    "ip.ttl",
    "ip.id",
    "ip.dsfield.ecn",
    "ipv6.src",
    "ipv6.dst",
    "ipv6.hlim",
    "ipv6.tclass.ecn",
    "ip.reassembled_in",
    "ip.fragment",
    "ip.reassembled.length",
    "ipv6.reassembled.in",
    "ipv6.fragment",
    "ipv6.reassembled.length",
    "udp.stream",
    "udp.srcport",
    "udp.dstport",
    "udp.length",
    "icmp.type",
    "icmp.code",
    "icmp.ident",
    "icmp.seq",
    "icmp.resp_to",
    "icmp.resp_in",
    "icmp.mtu",
    "icmpv6.type",
    "icmpv6.code",
    "icmpv6.nd.ns.target_address",
    "icmpv6.nd.na.target_address",
    "icmpv6.opt.linkaddr",
    "icmpv6.mtu",
    "icmpv6.echo.identifier",
    "icmpv6.echo.sequence_number",
    "icmpv6.resp_to",
    "icmpv6.resp_in",
    "tcp.stream",
    "tcp.srcport",
    "tcp.dstport",
    "tcp.seq",
    "tcp.seq_raw",
    "tcp.ack",
    "tcp.ack_raw",
    "tcp.len",
    "tcp.hdr_len",
    "tcp.flags",
    "tcp.window_size_value",
    "tcp.window_size",
    "tcp.window_size_scalefactor",
    "tcp.urgent_pointer",
    "tcp.completeness",
    "tcp.checksum",
    "tcp.options.tfo.request",
    "tcp.options.tfo.cookie",
    "tcp.option_kind",
    "tcp.options.mss_val",
    "tcp.options.wscale.shift",
    "tcp.options.sack_le",
    "tcp.options.sack_re",
    "tcp.options.sack.dsack_le",
    "tcp.options.sack.dsack_re",
    "tcp.options.timestamp.tsval",
    "tcp.options.timestamp.tsecr",
    "tcp.analysis.retransmission",
    "tcp.analysis.fast_retransmission",
    "tcp.analysis.spurious_retransmission",
    "tcp.analysis.out_of_order",
    "tcp.analysis.lost_segment",
    "tcp.analysis.ack_lost_segment",
    "tcp.analysis.keep_alive",
    "tcp.analysis.keep_alive_ack",
    "tcp.analysis.zero_window",
    "tcp.analysis.zero_window_probe",
    "tcp.analysis.zero_window_probe_ack",
    "tcp.analysis.window_update",
    "tcp.analysis.window_full",
    "tcp.analysis.reused_ports",
    "tcp.analysis.duplicate_ack_num",
    "tcp.analysis.duplicate_ack_frame",
    "tcp.analysis.rto",
    "tcp.analysis.rto_frame",
    "tcp.analysis.acks_frame",
    "tcp.analysis.ack_rtt",
    "tcp.analysis.initial_rtt",
    "tcp.reassembled_in",
    "tcp.segment",
    "tcp.reassembled.length",
    "http.request.method",
    "http.request.uri",
    "http.request.version",
    "http.request.full_uri",
    "http.request.line",
    "http.response_in",
    "http.response.version",
    "http.response.code",
    "http.response.phrase",
    "http.response.line",
    "http.request_in",
    "http.time",
    "http.chunk_size",
    "dns.id",
    "dns.flags.response",
    "dns.qry.name",
    "dns.qry.type",
    "dns.a",
    "dns.aaaa",
    "dns.cname",
    "dns.flags.rcode",
    "dns.time",
    "dns.response_to",
    "dns.retransmission",
    "dns.count.answers",
    "dns.resp.type",
    "dns.flags.truncated",
    "tls.record.content_type",
    "tls.record.length",
    "tls.handshake.type",
    "tls.handshake.version",
    "tls.handshake.extensions_server_name",
    "tls.handshake.extensions_alpn_str",
    "tls.alert_message.desc",
    "tls.record.opaque_type",
    "tls.handshake.extensions.supported_version",
    "websocket.opcode",
    "websocket.mask",
    "websocket.payload_length",
    "websocket.payload.close.status_code",
    "websocket.payload_length_ext_16",
    "websocket.payload_length_ext_64",
    "http2.type",
    "http2.streamid",
    "http2.flags",
    "http2.length",
    "http2.header.count",
    "http2.header.name",
    "http2.header.value",
    "http2.rst_stream.error",
    "http2.goaway.error",
    "quic.long.packet_type",
    "quic.frame_type",
    "_ws.malformed",
)

#: Position of each field in a row.
AT: dict[str, int] = {name: index for index, name in enumerate(FIELDS)}


def values(text: str) -> list[str]:
    """All occurrences of one field."""
    return text.split(VALUE_SEPARATOR) if text else []


def first(text: str) -> str:
    """The first occurrence of one field, or an empty string."""
    return text.partition(VALUE_SEPARATOR)[0]


def number(text: str) -> int | None:
    """A whole number as tshark prints it (decimal or 0x…), or None when absent or not a number."""
    if VALUE_SEPARATOR in text:
        text = first(text)
    if not text:
        return None
    try:
        return int(text, 0) if text[:2] == "0x" else int(text)
    except ValueError:
        return None


def numbers(text: str) -> tuple[int, ...]:
    """All occurrences that are whole numbers."""
    if not text:
        return ()
    found = [number(part) for part in text.split(VALUE_SEPARATOR)]
    return tuple([part for part in found if part is not None])


#: Seconds; no file says a later time.
_LONGEST_TIME = Decimal(1 << 64)


def seconds(text: str) -> Decimal | None:
    """A duration or a time in seconds, exactly as printed; None when absent, not a number, or out of reason."""
    text = first(text)
    if not text:
        return None
    try:
        value = Decimal(text)
    except ArithmeticError:
        return None
    return value if value.is_finite() and abs(value) < _LONGEST_TIME else None


def truth(text: str) -> bool:
    """A flag: tshark 4.0 prints 1/0, later versions True/False; a bare presence field prints 1 or a mark."""
    text = first(text)
    return bool(text) and text not in ("0", "False")
