"""Which of two packets answers the other: it was sent later, whatever order or time the capture gives them."""

from __future__ import annotations

from reporter.model.link import Arp, Icmp
from reporter.model.packet import Packet
from reporter.model.tcp import NO_LABELS, Tcp

_WRAP = 1 << 32
#: Request and answer by ICMP type: echo, neighbour discovery (RFC 792, RFC 4443, RFC 4861).
_SOLICITATION = 6, 135
_ICMP = {(4, 8): 0, (6, 128): 129, _SOLICITATION: 136}


def answers(later: Packet, earlier: Packet) -> bool:
    """Whether the one packet answers the other, or a copy of it: by ARP, ICMP, DNS, or an Ack that is the very number
    after the segment.
    """
    if later.arp is not None and earlier.arp is not None:
        return _arp(later.arp, earlier.arp)
    multicast = earlier.icmp is not None and (earlier.icmp.version, earlier.icmp.type) == _SOLICITATION
    if later.destination != earlier.source or (later.source != earlier.destination and not multicast):
        return False
    if later.icmp is not None and earlier.icmp is not None:
        return _icmp(later.icmp, earlier.icmp)
    if later.dns is not None and earlier.dns is not None:
        asked, told = earlier.dns, later.dns
        same = (told.ident, told.names, told.types) == (asked.ident, asked.names, asked.types)
        return told.response and not asked.response and same
    if later.tcp is not None and earlier.tcp is not None:
        return _tcp(later.tcp, earlier.tcp)
    return False


def labelled_again(packet: Packet) -> bool:
    """Whether tshark takes the packet for one that was sent before, or for a probe with numbers used before."""
    labels = packet.tcp.labels if packet.tcp is not None else NO_LABELS
    again = labels.retransmission or labels.fast_retransmission or labels.keep_alive or labels.zero_window_probe
    return again or (packet.dns is not None and packet.dns.retransmission)


def _arp(later: Arp, earlier: Arp) -> bool:
    ends = (later.sender_ip, later.target_ip) == (earlier.target_ip, earlier.sender_ip)
    return ends and later.opcode == 2 and earlier.opcode == 1 and not earlier.gratuitous


def _icmp(later: Icmp, earlier: Icmp) -> bool:
    if _ICMP.get((earlier.version, earlier.type)) != later.type or later.version != earlier.version:
        return False
    return (later.ident, later.seq, later.target) == (earlier.ident, earlier.seq, earlier.target)


def _tcp(later: Tcp, earlier: Tcp) -> bool:
    used = earlier.next_seq - earlier.seq
    if later.stream != earlier.stream or not used or not later.has_ack:
        return False
    return later.ack_raw == (earlier.seq_raw + used) % _WRAP
