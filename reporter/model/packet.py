"""One captured frame with the layers that the report speaks of."""

from __future__ import annotations

from decimal import Decimal

from reporter.model.application import Dns, HttpRequest, HttpResponse, Quic, Tls, WebSocket
from reporter.model.http2 import Http2
from reporter.model.link import Arp, Ethernet, Fragment, Icmp, Ip, Tunnel, Udp
from reporter.model.tcp import Tcp
from reporter.model.value import value


@value
class Packet:
    """One frame; `epoch` in seconds since 1970 (`frame.time_epoch`), `time` relative to the first frame with a time.

    A frame of which the file holds no time (a Simple Packet Block or Custom Block of pcapng) is not `timed`: its
    `epoch` is 0, its `time` that of the frame before it.

    `length` is the size on the wire, `captured` what the file holds of it, both in bytes.
    `protocol` and `info` are Wireshark's columns; `protocols` is `frame.protocols` split and without
    `ethertype`, `stack` the same as tshark prints it. `tunnels` are those it travels in, from outside in; all else
    but the size is of the innermost packet.
    """

    frame: int
    epoch: Decimal
    time: Decimal
    length: int
    captured: int
    protocols: tuple[str, ...]
    protocol: str
    info: str
    ethernet: Ethernet | None = None
    arp: Arp | None = None
    ip: Ip | None = None
    tcp: Tcp | None = None
    udp: Udp | None = None
    icmp: Icmp | None = None
    dns: Dns | None = None
    requests: tuple[HttpRequest, ...] = ()
    responses: tuple[HttpResponse, ...] = ()
    tls: Tls | None = None
    websocket: WebSocket | None = None
    http2: Http2 | None = None
    stack: str = ""
    fragment: Fragment | None = None
    timed: bool = True
    quic: Quic | None = None
    tunnels: tuple[Tunnel, ...] = ()

    @property
    def innermost(self) -> str:
        """Wireshark's name of the innermost packet: in a tunnel the Protocol column may be `GTP <SIP>`."""
        if not self.tunnels:
            return self.protocol
        outer, _, inner = self.protocol.partition(" <")
        return inner[:-1] if outer and inner.endswith(">") else self.protocol

    @property
    def carriers(self) -> tuple[int, ...]:
        """Frames that carried the message completed here, in order (`tcp.segment`); empty when it is in one frame.

        A FIN that only ends the message is listed among its segments, but carries nothing of it.
        """
        if self.tcp is None or not self.tcp.segments:
            return ()
        return tuple(sorted(set(self.tcp.segments) - (set() if self.tcp.length else {self.frame})))

    @property
    def link(self) -> str:
        """The outermost protocol as tshark names it: `eth`, `null`, `sll`, `raw` …"""
        return self.protocols[0] if self.protocols else ""

    @property
    def source(self) -> str:
        """Sender's address (IP, else MAC), or an empty string."""
        if self.ip:
            return self.ip.src
        return self.ethernet.src if self.ethernet else ""

    @property
    def destination(self) -> str:
        """Receiver's address (IP, else MAC), or an empty string."""
        if self.ip:
            return self.ip.dst
        return self.ethernet.dst if self.ethernet else ""
