"""Whether a maximum segment size can come from an MTU."""

from __future__ import annotations

from reporter.model.packet import Packet

#: The most TCP data that the length field of an IPv4 or IPv6 packet leaves room for (RFC 791, RFC 8200, section 3).
_MOST = {4: 65535 - 40, 6: 65535 - 20}


def fits_a_packet(packet: Packet) -> bool:
    """Whether the MSS of a SYN and the fixed headers fit into one IP packet; a SYN without the option has none that
    does not.

    Reference: RFC 9293, section 3.7.1.
    """
    tcp, ip = packet.tcp, packet.ip
    mss = tcp.options.mss if tcp is not None else None
    return mss is None or ip is None or mss <= _MOST[ip.version]
