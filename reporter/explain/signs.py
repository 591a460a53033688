"""Signs of a packet: quick to tell, and enough to know which rules can have anything to say of it.

A rule may declare `when`: the signs of which at least one is there whenever it fires. An ordinary data segment
or ACK is then asked of a dozen rules instead of all. A rule without `when` is asked of every packet of its
layer, so that leaving it out is never wrong; a test proves over all captures that no `when` hides a finding.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, get_args

from reporter.analyse.seen import Seen
from reporter.model.link import CE
from reporter.model.packet import Packet
from reporter.model.tcp import Flags

#: What a rule can be registered on. `tcp` and `http` only where the segment has been followed in its stream.
Layer = Literal["packet", "tcp", "http", "arp", "dns", "icmp", "udp", "tls", "websocket", "http2"]

Sign = Literal[
    # Of any packet:
    "cut",  # the file holds fewer bytes than there were
    "no-tcp",  # no TCP segment
    "request",  # a HTTP request is reported on it
    "response",  # a HTTP response is reported on it
    "back",  # its timestamp lies before that of the frame before
    "fragment",  # a piece of an IP datagram, or the frame that completes one
    "tunnel",  # it travels inside another packet, or with an MPLS label
    # Of the segment itself:
    "syn",
    "fin",
    "rst",
    "psh",
    "urg",
    "bare",  # none of ACK, SYN and RST
    "ecn",  # any of ECE, CWR, AE
    "marked",  # CE in its IP header
    "data",  # payload, a byte at least
    "sack",  # SACK blocks
    "zero-window",
    "padded",  # an Ethernet frame with padding
    # Of the segment in its stream:
    "first",  # the first one captured
    "move",  # it plays a part in opening or closing (`step.move`)
    "part",  # a piece of a reassembled message, or its last one
    "pause",  # a second or more after the segment before
    "again",  # it lies, in part at least, below the highest number sent
    "gap",  # it begins above the number expected
    "probe",  # a keep-alive, a window probe, or the answer to one
    "copy",  # the same packet was captured before
    "stale",  # neither new bytes nor a new Ack
    "confirms",  # its Ack confirms something new
    "covers",  # its Ack confirms a SYN or a FIN
    "partial",  # its Ack cuts a captured segment
    "unseen",  # its Ack confirms numbers that were not captured
    "window",  # its window is not the one that its sender announced before
    # Of the stream so far:
    "kept-alive",  # there has been a keep-alive
    "closing",  # there has been a FIN, a RST, or a SYN when it was open already
    "unopened",  # before this segment nothing told a state of the server
]

_BIT: dict[str, int] = {name: 1 << place for place, name in enumerate((*get_args(Layer), *get_args(Sign)))}
_PAUSE = Decimal(1)

_PACKET, _TCP, _HTTP = _BIT["packet"], _BIT["tcp"], _BIT["http"]
_ARP, _DNS, _ICMP, _UDP = _BIT["arp"], _BIT["dns"], _BIT["icmp"], _BIT["udp"]
_TLS, _WEBSOCKET, _HTTP2 = _BIT["tls"], _BIT["websocket"], _BIT["http2"]
_CUT, _NO_TCP, _REQUEST, _RESPONSE = _BIT["cut"], _BIT["no-tcp"], _BIT["request"], _BIT["response"]
_FRAGMENT, _TUNNEL, _BACK, _COPY = _BIT["fragment"], _BIT["tunnel"], _BIT["back"], _BIT["copy"]
_DATA, _SACK, _ZERO_WINDOW, _PADDED = _BIT["data"], _BIT["sack"], _BIT["zero-window"], _BIT["padded"]
_MARKED = _BIT["marked"]
_FIRST, _MOVE, _PART, _PAUSED = _BIT["first"], _BIT["move"], _BIT["part"], _BIT["pause"]
_AGAIN, _GAP, _PROBE, _STALE = _BIT["again"], _BIT["gap"], _BIT["probe"], _BIT["stale"]
_CONFIRMS, _COVERS, _PARTIAL, _UNSEEN = _BIT["confirms"], _BIT["covers"], _BIT["partial"], _BIT["unseen"]
_WINDOW, _KEPT_ALIVE, _CLOSING, _UNOPENED = _BIT["window"], _BIT["kept-alive"], _BIT["closing"], _BIT["unopened"]


def _of_flags(bits: int) -> int:
    named = (
        ("syn", Flags.SYN),
        ("fin", Flags.FIN),
        ("rst", Flags.RST),
        ("psh", Flags.PSH),
        ("urg", Flags.URG),
        ("ecn", Flags.ECE | Flags.CWR | Flags.AE),
    )
    bare = 0 if bits & (Flags.ACK | Flags.SYN | Flags.RST) else _BIT["bare"]
    return bare + sum(_BIT[name] for name, flags in named if bits & flags)


#: The signs of the control bits, for each of their 512 combinations.
_FLAGS = tuple(_of_flags(bits) for bits in range(512))


def bits_of(*names: Layer | Sign) -> int:
    """Layers and signs as bits of one number. Raises KeyError for an unknown one."""
    return sum({_BIT[name] for name in names})


def signs_of(seen: Seen) -> int:
    """The layers and signs of a packet, as bits."""
    packet, step = seen.packet, seen.step
    bits = _PACKET | _of_packet(packet)
    if seen.clock.set_back:
        bits |= _BACK
    tcp, conversation = packet.tcp, seen.conversation
    if tcp is None or step is None or conversation is None:
        return bits if tcp is not None else bits | _NO_TCP
    bits |= _TCP | _FLAGS[tcp.flag_bits & 511]
    if bits & (_REQUEST | _RESPONSE):
        bits |= _HTTP
    if tcp.length:
        bits |= _DATA
    if tcp.options.sack:
        bits |= _SACK
    if packet.ip is not None and packet.ip.ecn == CE:
        bits |= _MARKED
    if not tcp.window:
        bits |= _ZERO_WINDOW
    if packet.ethernet is not None and packet.ethernet.padding:
        bits |= _PADDED
    if step.first:
        bits |= _FIRST
    if step.move is not None:
        bits |= _MOVE
    if tcp.reassembled_in is not None or tcp.segments:
        bits |= _PART
    if step.idle is not None and step.idle.seconds >= _PAUSE:
        bits |= _PAUSED
    if step.keep_alive is not None or step.window_probe is not None:
        bits |= _PROBE
    sent, confirms = step.sent, step.confirms
    if sent.repeated or sent.fills:
        bits |= _AGAIN
    if step.copy_of is not None:
        bits |= _COPY
    if sent.gap:
        bits |= _GAP
    if confirms is None:
        if not sent.fresh:
            bits |= _STALE
    else:
        bits |= _CONFIRMS
        if confirms.syn or confirms.fin:
            bits |= _COVERS
        if confirms.partial is not None:
            bits |= _PARTIAL
        if confirms.unseen > 0:
            bits |= _UNSEEN
    if step.window_before is not None and step.window_before.window != tcp.window:
        bits |= _WINDOW
    if conversation.kept_alive:
        bits |= _KEPT_ALIVE
    if (
        conversation.fins
        or conversation.reset_frame is not None
        or conversation.stray is not None
        or conversation.late_syn is not None
    ):
        bits |= _CLOSING
    if step.before.server is None:
        bits |= _UNOPENED
    return bits


def _of_packet(packet: Packet) -> int:
    bits = 0
    if packet.captured < packet.length:
        bits |= _CUT
    if packet.fragment is not None:
        bits |= _FRAGMENT
    if packet.tunnels:
        bits |= _TUNNEL
    if packet.requests:
        bits |= _REQUEST
    if packet.responses:
        bits |= _RESPONSE
    if packet.arp is not None:
        bits |= _ARP
    if packet.dns is not None:
        bits |= _DNS
    if packet.icmp is not None:
        bits |= _ICMP
    if packet.udp is not None:
        bits |= _UDP
    if packet.tls is not None:
        bits |= _TLS
    if packet.websocket is not None:
        bits |= _WEBSOCKET
    if packet.http2 is not None:
        bits |= _HTTP2
    return bits
