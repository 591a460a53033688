"""Padding of an Ethernet frame that some device has counted as data of TCP."""

from __future__ import annotations

from reporter.model.packet import Packet
from reporter.model.tcp import Flags

#: A frame without FCS is padded to 60 bytes; where a VLAN tag of it was taken off, 56 are left.
_SHORTEST = (56, 60)
_ETHERNET, _IP, _MOST = 14, 20, 6


def may_be_padding(packet: Packet) -> bool:
    """Whether the few bytes of a segment, without PSH, just fill its frame to the shortest one of Ethernet.

    An empty segment is shorter than the shortest frame and so is padded. The padding lies behind the IP packet, unless
    a device on the path has taken it into the length of that packet.

    Reference: IEEE 802.3, section 3.2.8 (Pad field); RFC 894.
    """
    tcp, ip = packet.tcp, packet.ip
    if tcp is None or ip is None or ip.version != 4 or packet.ethernet is None or packet.length not in _SHORTEST:
        return False
    if not 0 < tcp.length <= _MOST or not tcp.has_ack or tcp.flag_bits & Flags.PSH:
        return False
    return packet.length == _ETHERNET + _IP + tcp.header_length + tcp.length
