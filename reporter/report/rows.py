"""Packet-list rows with Wireshark's colours, and other small pieces of packets made ready to show."""

from __future__ import annotations

from decimal import Decimal

from reporter.explain.visible import visible
from reporter.model.packet import Packet
from reporter.model.tcp import TcpLabels
from reporter.report.document import Colour, PacketRow


def clock(time: Decimal) -> str:
    """Relative seconds as the packet list shows them."""
    return format(time.quantize(Decimal("0.000001")), "f")


def row(packet: Packet, file: int = 0) -> PacketRow:
    """The packet-list row of a packet of that capture of the report."""
    return PacketRow(
        frame=packet.frame,
        time=clock(packet.time) if packet.timed else "—",
        source=visible(packet.source),
        destination=visible(packet.destination),
        protocol=visible(packet.protocol),
        length=packet.length,
        info=visible(packet.info.strip()),
        colour=colour(packet),
        stream=packet.tcp.stream if packet.tcp else None,
        file=file,
    )


def colour(packet: Packet) -> Colour:
    """Wireshark's default colouring rule for this packet; the first that fits, in Wireshark's order."""
    tcp = packet.tcp
    if tcp is not None and _bad(tcp.labels):
        return Colour.BAD
    if packet.arp is not None:
        return Colour.ARP
    if packet.icmp is not None:
        return Colour.ICMP
    if tcp is not None and tcp.rst:
        return Colour.RESET
    if "http" in packet.protocols or "http2" in packet.protocols or (tcp and 80 in (tcp.src_port, tcp.dst_port)):
        return Colour.HTTP
    if tcp is not None:
        return Colour.SYN_FIN if tcp.syn or tcp.fin else Colour.TCP
    return Colour.UDP if packet.udp is not None else Colour.PLAIN


def _bad(labels: TcpLabels) -> bool:
    return (
        labels.retransmission
        or labels.fast_retransmission
        or labels.spurious_retransmission
        or labels.out_of_order
        or labels.lost_segment
        or labels.ack_lost_segment
        or labels.zero_window
        or labels.zero_window_probe
        or labels.window_full
        or labels.reused_ports
        or labels.duplicate_ack_num is not None
    )
