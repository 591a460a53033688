"""What the capture itself cannot show, and why: where it begins and ends, what it missed, how it was taken.

Not every flaw can be told from the packets. A capture of one direction shows itself only when that
direction acknowledges something (C03). That a port was not decoded as HTTP can only be suspected (C13): the
payload is not read in the pass over all packets. tshark verifies no checksum here, for that would change
reassembly; instead C09 recognises the unfinished checksum of an offloading sender by its value.
"""

from __future__ import annotations

import ipaddress
from decimal import Decimal
from functools import lru_cache

from reporter.analyse.memory import TWIN_SECONDS, twin_key
from reporter.analyse.step import Move
from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.packet import Packet
from reporter.model.stream import Role, RoleBasis

_RANK = 80
# Bits of tcp.completeness.
_SYN, _SYN_ACK, _DATA, _FIN, _RST = 1, 2, 8, 16, 32
_NEAR = Decimal("0.0005")


def _completeness(at: At) -> int:
    """What tshark saw of the connection: on its first frame 4.0 may leave out that frame's own flags."""
    tcp = at.tcp
    own = (_FIN if tcp.fin else 0) | (_RST if tcp.rst else 0) | (_DATA if tcp.length else 0)
    if tcp.syn:
        own |= _SYN_ACK if tcp.has_ack else _SYN
    return (tcp.completeness or 0) | own


@rule("C01", on="tcp", when="first", facts="sender receiver seq isn completeness assumed", rank=_RANK)
def starts_mid_connection(at: At) -> Facts | None:
    """The capture of this connection begins without a SYN. A lone RST or a segment without ACK proves no
    connection. `assumed` tells that only the ports say which end is the client.

    Reference: tshark field tcp.completeness (1 SYN, 2 SYN-ACK); RFC 9293, section 3.5.
    """
    if not at.step.first or not at.conversation.midstream or _completeness(at) & (_SYN | _SYN_ACK):
        return None
    if at.tcp.rst or not at.tcp.has_ack:
        return None
    return {
        **at.roles,
        "seq": at["tcp.seq"],
        "isn": at["tcp.seq_raw"],
        "completeness": at["tcp.completeness"] if at.tcp.completeness is not None else None,
        "assumed": word(at.conversation.basis is RoleBasis.PORT),
    }


@rule("C02", on="tcp", when="first", facts="client server completeness", rank=_RANK + 1)
def ends_before_close(at: At) -> Facts | None:
    """Neither a FIN nor a RST of this connection is in the capture; told on its first packet, known from
    both passes.

    Reference: tshark field tcp.completeness (16 FIN, 32 RST), final in two-pass mode.
    """
    if not at.step.first or at.tcp.completeness is None:
        return None
    seen = _completeness(at)
    if seen & (_FIN | _RST) or (seen & _SYN and not seen & _SYN_ACK):
        return None
    return {"client": word(Role.CLIENT), "server": word(Role.SERVER), "completeness": at["tcp.completeness"]}


@rule("C03", on="tcp", when="unseen", facts="sender receiver unseen ack", over="C05", rank=_RANK + 2)
def one_direction_only(at: At) -> Facts | None:
    """An Ack confirms numbers of an end of which no packet at all has been captured so far.

    Reference: RFC 9293, section 3.4 (acknowledgment); Wireshark User's Guide, capture filters.
    """
    confirms = at.step.confirms
    if confirms is None or confirms.unseen <= 0 or at.peer in at.conversation.window:
        return None
    ack = at["tcp.ack"]
    return {**at.roles, "unseen": derived(confirms.unseen, ack), "ack": ack}


@rule("C04", on="packet", when="cut", facts="length captured missing tcp_length", rank=_RANK + 3)
def cut_short(at: At) -> Facts | None:
    """The file holds fewer bytes of this frame than were on the wire.

    Reference: tshark fields frame.len and frame.cap_len; Wireshark User's Guide, snapshot length.
    """
    packet = at.packet
    if packet.captured >= packet.length:
        return None
    length, captured = at["frame.len"], at["frame.cap_len"]
    return {
        "length": length,
        "captured": captured,
        "missing": derived(packet.length - packet.captured, length, captured),
        "tcp_length": at["tcp.len"] if packet.tcp is not None and packet.tcp.length else None,
    }


@rule("C05", on="tcp", when="unseen", facts="sender receiver unseen ack", rank=_RANK + 2)
def missed_by_the_capture(at: At) -> Facts | None:
    """An Ack confirms numbers that no captured packet has carried, though other packets of that end were
    captured.

    Reference: tshark field tcp.analysis.ack_lost_segment; RFC 9293, section 3.4.
    """
    step = at.step
    confirms = step.confirms
    if confirms is None or confirms.unseen <= 0 or step.keep_alive or at.peer not in at.conversation.window:
        return None
    ack = at["tcp.ack"]
    return {**at.roles, "unseen": derived(confirms.unseen, ack), "ack": ack}


@rule("C06", on="tcp", when="move", facts="near far near_gap far_gap syn_frame syn_ack_frame", rank=_RANK + 4)
def capture_point(at: At) -> Facts | None:
    """One gap of the handshake is next to nothing, the other is the round trip: the capture was taken at
    the near end.

    Only when the gaps differ by a factor of ten, with half a millisecond between them.

    Reference: RFC 9293, figure 6; tshark field frame.time_epoch.
    """
    if at.step.move is not Move.THIRD_ACK or at.conversation.packets != 3 or _same_host(at.packet):
        return None
    asked, accepted = at.conversation.syn.get(Role.CLIENT), at.conversation.syn.get(Role.SERVER)
    if asked is None or accepted is None or accepted.frame < asked.frame:
        return None
    here = at.packet.time
    to_answer, to_ack = accepted.time - asked.time, here - accepted.time
    short, long = min(to_answer, to_ack), max(to_answer, to_ack)
    if not 0 <= short <= _NEAR or long < _NEAR or long < short * 10:
        return None
    epoch = at.packet.epoch - here
    start, middle = (known(epoch + mark.time, mark.frame, "frame.time_epoch") for mark in (asked, accepted))
    end = at["frame.time_epoch"]
    gaps = derived(to_answer, start, middle), derived(to_ack, middle, end)
    at_client = to_ack < to_answer
    return {
        "near": word(Role.CLIENT if at_client else Role.SERVER),
        "far": word(Role.SERVER if at_client else Role.CLIENT),
        "near_gap": gaps[1] if at_client else gaps[0],
        "far_gap": gaps[0] if at_client else gaps[1],
        "syn_frame": frame_of(asked.frame),
        "syn_ack_frame": frame_of(accepted.frame),
    }


def _same_host(packet: Packet) -> bool:
    source, destination = packet.source, packet.destination
    return source == destination or source.startswith("127.") or source == "::1" or packet.link in ("null", "loop")


@rule("C07", on="tcp", when="first", facts="local header address client_port server_port mss", rank=_RANK + 5)
def loopback(at: At) -> Facts | None:
    """Both ends are on one machine, or the frame comes from a null/loopback interface.

    `local` is True when the addresses prove it. `header` is `none` (null link), `zero` (an Ethernet header
    whose two addresses are zero), `ethernet` or `other`.

    Reference: Wireshark wiki, CaptureSetup/Loopback; RFC 1122, section 3.2.1.3 (127/8); RFC 4291, section
      2.5.3 (::1).
    """
    packet = at.packet
    if not at.step.first or packet.ip is None or not _same_host(packet):
        return None
    ethernet = packet.ethernet
    source = packet.source
    local = source == packet.destination or source.startswith("127.") or source == "::1"
    if ethernet is not None:
        header = "zero" if ethernet.src == ethernet.dst == "00:00:00:00:00:00" else "ethernet"
    else:
        header = "none" if packet.link in ("null", "loop") else "other"
    ports = at["tcp.srcport"], at["tcp.dstport"]
    client, server = ports if at.me is Role.CLIENT else ports[::-1]
    version = "ip" if packet.ip.version == 4 else "ipv6"
    mss = at.tcp.options.mss
    return {
        "local": derived(local, at[f"{version}.src"], at[f"{version}.dst"]),
        "header": derived(header, at["eth.src"], at["eth.dst"]) if ethernet else derived(header, at["frame.protocols"]),
        "address": at[f"{version}.src"],
        "client_port": client,
        "server_port": server,
        "mss": at["tcp.options.mss_val"] if at.tcp.syn and mss is not None and mss > 9000 else None,
    }


@rule("C08", on="tcp", when="data", facts="sender receiver length mss mss_frame pieces", rank=_RANK + 6)
def giant_segment(at: At) -> Facts | None:
    """A segment longer than its receiver's MSS: captured before the adapter split it or after it was put
    together.

    `pieces` is the least number of segments that these bytes need on the wire.

    Reference: RFC 9293, section 3.7.1 (MSS); Wireshark wiki, CaptureSetup/Offloading.
    """
    tcp = at.tcp
    if tcp.length <= 536 or tcp.syn:
        return None
    options, mark = at.conversation.options.get(at.peer), at.conversation.syn.get(at.peer)
    if options is None or mark is None or not options.mss or tcp.length <= options.mss or _same_host(at.packet):
        return None
    length, mss = at["tcp.len"], known(options.mss, mark.frame, "tcp.options.mss_val")
    return {
        **at.roles,
        "length": length,
        "mss": mss,
        "mss_frame": frame_of(mark.frame),
        "pieces": derived(-(-tcp.length // options.mss), length, mss),
    }


@rule("C09", on="tcp", when=("syn", "first"), facts="sender checksum local", rank=_RANK + 7)
def unfinished_checksum(at: At) -> Facts | None:
    """The checksum field holds only the sum of the pseudo-header: left for the adapter to complete
    (offload).

    Told once for each end: on its SYN, or on the first packet of a connection. Received frames whose
    checksum is wrong cannot be told: tshark does not verify here, and the payload is not read.

    Reference: RFC 9293, section 3.1 (Checksum, pseudo-header); Wireshark User's Guide, Checksum Offload.
    """
    tcp, ip = at.tcp, at.packet.ip
    if not (tcp.syn or at.step.first) or not tcp.checksum or ip is None or at.step.sent.repeated:
        return None
    if _pseudo_header_sum(ip.src, ip.dst, tcp.header_length + tcp.length) != int(tcp.checksum, 0):
        return None
    return {"sender": word(at.me), "checksum": at["tcp.checksum"], "local": word(_same_host(at.packet))}


def _pseudo_header_sum(source: str, destination: str, length: int) -> int | None:
    """The one's complement sum of addresses, protocol number 6 and TCP length (RFC 9293, section 3.1)."""
    addresses = _address_sum(source), _address_sum(destination)
    if addresses[0] is None or addresses[1] is None:
        return None
    return _folded(addresses[0] + addresses[1] + 6 + length)


@lru_cache(maxsize=1024)
def _address_sum(address: str) -> int | None:
    try:
        packed = ipaddress.ip_address(address).packed
    except ValueError:
        return None
    return sum(int.from_bytes(packed[at : at + 2], "big") for at in range(0, len(packed), 2))


def _folded(total: int) -> int:
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


@rule("C10", on="tcp", when=("first", "padded"), facts="vlan tags pppoe offset padding tcp_length", rank=_RANK + 8)
def tags_and_padding(at: At) -> Facts | None:
    """VLAN tags or PPPoE shift the headers; padding fills a short Ethernet frame and is no TCP data.

    Tags are told on the first packet of a connection, padding on the first padded one.

    Reference: IEEE 802.1Q; RFC 2516, section 4; RFC 894 (minimum length, padding); tshark field eth.padding.
    """
    packet = at.packet
    ethernet = packet.ethernet
    if ethernet is None:
        return None
    tags, pppoe, behind = _between(packet) if at.step.first else (0, False, "")
    padded = bool(ethernet.padding) and at.tcp.stream not in at.memory.padded
    tagged = bool(tags or pppoe) and behind in ("ip", "ipv6")
    if not tagged and not padded:
        return None
    stack = at["frame.protocols"]
    return {
        "vlan": at["vlan.id"] if tagged and ethernet.vlan is not None else None,
        "tags": derived(4 * tags, stack) if tagged else None,
        "pppoe": derived(pppoe, stack) if tagged else None,
        "offset": derived(14 + 4 * tags + 8 * pppoe, stack) if tagged else None,
        "padding": derived(len(ethernet.padding.replace(":", "")) // 2, at["eth.padding"]) if padded else None,
        "tcp_length": at["tcp.len"],
    }


def _between(packet: Packet) -> tuple[int, bool, str]:
    """VLAN tags and PPPoE between the Ethernet and the next header, and the name of that."""
    names = packet.protocols
    at = 1
    while at < len(names) and names[at] in ("vlan", "ieee8021ad"):
        at += 1
    tags = at - 1
    pppoe = names[at : at + 2] == ("pppoes", "ppp")
    at += 2 if pppoe else 0
    return tags, pppoe, names[at] if names[0] == "eth" and at < len(names) else ""


@rule(
    "C11",
    on="tcp",
    when="stale",
    facts="sender ident first_frame gap ttl first_ttl wireless",
    over="D13 H09 H11 L01 L02 L03 L04 L05 L08 L10 L12 T10 T11 T12 T16",
    rank=5,
)
def duplicate_frame(at: At) -> Facts | None:
    """The same IP packet a second time: not only TCP's numbers but also the IP identification is the same.

    A retransmission is a new IP packet and carries a new identification. Only with a non-zero
    identification, and within a tenth of a second, and not from a sender that uses one identification for
    everything; IPv6 has none, so it cannot be told there. `wireless` tells of a radio link, which repeats
    frames itself.

    Reference: RFC 791, section 3.1 (Identification); RFC 6864, section 4.
    """
    if at.step.sent.fresh or at.step.confirms is not None:
        return None
    key = twin_key(at.packet, at.tcp)
    twin = at.memory.twins.get(key) if key is not None else None
    ip = at.packet.ip
    if twin is None or ip is None or not twin.telling or not 0 <= at.packet.time - twin.time < TWIN_SECONDS:
        return None
    now = at["frame.time_epoch"]
    before = known(at.packet.epoch - at.packet.time + twin.time, twin.frame, "frame.time_epoch")
    differs = twin.ttl is not None and ip.ttl is not None and twin.ttl != ip.ttl
    return {
        "sender": word(at.me),
        "ident": known(ip.ident, at.packet.frame, "ip.id"),
        "first_frame": frame_of(twin.frame),
        "gap": derived(at.packet.time - twin.time, before, now),
        "ttl": at["ip.ttl"] if differs else None,
        "wireless": word("wlan" in at.packet.protocols),
        "first_ttl": known(twin.ttl, twin.frame, "ip.ttl") if differs and twin.ttl is not None else None,
    }


@rule("C12", on="packet", when=("tls", "udp"), facts="kind protocol source target dst_port", rank=_RANK + 9)
def encrypted_only(at: At) -> Facts | None:
    """Content that only the two ends can read: TLS application data on a connection, or QUIC.

    Told on the first packet of a TLS connection with application data that is not decrypted, and on QUIC
    packets.

    Reference: RFC 8446, section 5; RFC 9001; Wireshark wiki, TLS (key log file).
    """
    packet = at.packet
    last = packet.protocols[-1] if packet.protocols else ""
    tls = packet.tls
    if tls is not None and packet.tcp is not None:
        application = 23 in tls.content_types or 23 in tls.opaque_types
        if not application or last != "tls" or packet.tcp.stream in at.memory.encrypted:
            return None
        kind, port = "tls", "tcp.dstport"
    elif last in ("quic", "gquic") or (last == "tls" and "quic" in packet.protocols):
        kind, port = "quic", "udp.dstport"
        if packet.udp is None:
            return None
    else:
        return None
    version = "ip" if packet.ip is None or packet.ip.version == 4 else "ipv6"
    return {
        "kind": word(kind),
        "protocol": at["_ws.col.Protocol"],
        "source": at[f"{version}.src"] if packet.ip else None,
        "target": at[f"{version}.dst"] if packet.ip else None,
        "dst_port": at[port],
    }


@rule("C13", on="tcp", when="data", facts="sender length src_port dst_port server_port", rank=_RANK + 10)
def not_decoded(at: At) -> Facts | None:
    """The first payload of a connection for which Wireshark knows no protocol: it may need Decode As.

    Reference: Wireshark User's Guide, Decode As; Wireshark's protocol `data` in frame.protocols.
    """
    protocols = at.packet.protocols
    if protocols[-1:] != ("data",) or protocols[-2:-1] != ("tcp",) or at.step.keep_alive:
        return None
    payload = at.conversation.payload
    if payload[Role.CLIENT] + payload[Role.SERVER] != at.tcp.length:
        return None
    ports = at["tcp.srcport"], at["tcp.dstport"]
    server: Fact = ports[1] if at.me is Role.CLIENT else ports[0]
    return {
        "sender": word(at.me),
        "length": at["tcp.len"],
        "src_port": ports[0],
        "dst_port": ports[1],
        "server_port": server,
    }
