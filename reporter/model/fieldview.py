"""The model seen by tshark's field names, so that evidence can name what it read."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from operator import attrgetter
from typing import Any

from reporter.model.packet import Packet

_TCP = {
    "tcp.stream": "stream",
    "tcp.srcport": "src_port",
    "tcp.dstport": "dst_port",
    "tcp.seq": "seq",
    "tcp.seq_raw": "seq_raw",
    "tcp.ack": "ack",
    "tcp.ack_raw": "ack_raw",
    "tcp.len": "length",
    "tcp.hdr_len": "header_length",
    "tcp.flags": "flag_bits",
    "tcp.window_size_value": "window_value",
    "tcp.window_size": "window",
    "tcp.window_size_scalefactor": "scale_factor",
    "tcp.urgent_pointer": "urgent_pointer",
    "tcp.completeness": "completeness",
    "tcp.checksum": "checksum",
    "tcp.analysis.initial_rtt": "initial_rtt",
    "tcp.reassembled_in": "reassembled_in",
    "tcp.reassembled.length": "reassembled_length",
}
_OPTIONS = {
    "tcp.options.mss_val": "mss",
    "tcp.options.wscale.shift": "wscale",
    "tcp.options.timestamp.tsval": "ts_value",
    "tcp.options.timestamp.tsecr": "ts_echo",
}
_ARP = {
    "arp.opcode": "opcode",
    "arp.src.proto_ipv4": "sender_ip",
    "arp.src.hw_mac": "sender_mac",
    "arp.dst.proto_ipv4": "target_ip",
    "arp.dst.hw_mac": "target_mac",
    "arp.isgratuitous": "gratuitous",
}
_FRAME = {
    "frame.number": "frame",
    "frame.time_epoch": "epoch",
    "frame.len": "length",
    "frame.cap_len": "captured",
    "_ws.col.Protocol": "protocol",
    "_ws.col.Info": "info",
}
_DNS = {
    "dns.id": "ident",
    "dns.flags.response": "response",
    "dns.flags.rcode": "rcode",
    "dns.count.answers": "answers",
    "dns.flags.truncated": "truncated",
    "dns.time": "time",
    "dns.response_to": "response_to",
}
_UDP = {"udp.stream": "stream", "udp.srcport": "src_port", "udp.dstport": "dst_port", "udp.length": "length"}
_ETH = {"eth.src": "src", "eth.dst": "dst", "vlan.id": "vlan", "eth.padding": "padding"}
_ICMP = {
    "type": "type",
    "code": "code",
    "ident": "ident",
    "seq": "seq",
    "resp_to": "response_to",
    "resp_in": "response_in",
    "mtu": "mtu",
}

Reader = Callable[[Packet], Any]
_SPECIAL: dict[str, Reader] = {
    "ip.src": lambda packet: packet.ip.src if packet.ip else None,
    "ip.dst": lambda packet: packet.ip.dst if packet.ip else None,
    "ipv6.src": lambda packet: packet.ip.src if packet.ip else None,
    "ipv6.dst": lambda packet: packet.ip.dst if packet.ip else None,
    "ip.ttl": lambda packet: packet.ip.ttl if packet.ip else None,
    "ipv6.hlim": lambda packet: packet.ip.ttl if packet.ip else None,
    "ip.dsfield.ecn": lambda packet: packet.ip.ecn if packet.ip else None,
    "ipv6.tclass.ecn": lambda packet: packet.ip.ecn if packet.ip else None,
    "frame.protocols": lambda packet: packet.stack or ":".join(packet.protocols),
    "icmpv6.nd.ns.target_address": lambda packet: packet.icmp.target if packet.icmp else None,
    "icmpv6.nd.na.target_address": lambda packet: packet.icmp.target if packet.icmp else None,
    "icmpv6.echo.identifier": lambda packet: packet.icmp.ident if packet.icmp else None,
    "icmpv6.echo.sequence_number": lambda packet: packet.icmp.seq if packet.icmp else None,
    "icmpv6.opt.linkaddr": lambda packet: packet.icmp.link_address if packet.icmp else None,
}


for _version, _into in (("ip", "reassembled_in"), ("ipv6", "reassembled.in")):
    _SPECIAL[f"{_version}.{_into}"] = lambda packet: packet.fragment.reassembled_in if packet.fragment else None
    _SPECIAL[f"{_version}.reassembled.length"] = lambda packet: packet.fragment.length if packet.fragment else None


def _inside(part: str, attribute: str, *more: str) -> Reader:
    value_of = attrgetter(".".join((part, *more, attribute)))

    def reader(packet: Packet) -> Any:
        try:
            return value_of(packet)
        except AttributeError:
            if getattr(packet, part) is None:
                return None
            raise

    return reader


def _own(attribute: str) -> Reader:
    return attrgetter(attribute)


READERS: dict[str, Reader] = dict(_SPECIAL)
for _names, _path in (
    (_TCP, ("tcp",)),
    (_OPTIONS, ("tcp", "options")),
    (_ARP, ("arp",)),
    (_DNS, ("dns",)),
    (_UDP, ("udp",)),
    (_ETH, ("ethernet",)),
):
    for _name, _attribute in _names.items():
        READERS[_name] = _inside(_path[0], _attribute, *_path[1:])
for _name, _attribute in _FRAME.items():
    READERS[_name] = _own(_attribute)
for _name, _attribute in _ICMP.items():
    READERS["icmp." + _name] = _inside("icmp", _attribute)
    READERS["icmpv6." + _name] = _inside("icmp", _attribute)
for _label in (
    "retransmission",
    "fast_retransmission",
    "spurious_retransmission",
    "out_of_order",
    "lost_segment",
    "ack_lost_segment",
    "keep_alive",
    "keep_alive_ack",
    "zero_window",
    "zero_window_probe",
    "zero_window_probe_ack",
    "window_update",
    "window_full",
    "reused_ports",
    "duplicate_ack_num",
    "duplicate_ack_frame",
    "rto",
    "rto_frame",
    "acks_frame",
    "ack_rtt",
):
    READERS["tcp.analysis." + _label] = _inside("tcp", _label, "labels")

_HEXADECIMAL = {"tcp.flags": "0x{:04x}"}


def read(packet: Packet, name: str) -> Any:
    """The value of a field of this packet. Raises KeyError for a field that the model does not hold."""
    return READERS[name](packet)


def printed(name: str, value: Any) -> str:
    """A value as tshark prints the field of that name: flags and ids in hexadecimal, truth as 1 and 0."""
    if type(value) is int and name not in _HEXADECIMAL:
        return str(value)
    if name in _HEXADECIMAL:
        return _HEXADECIMAL[name].format(value)
    if value is True or value is False:
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return format(value, "f")
    return "" if value is None else str(value)
