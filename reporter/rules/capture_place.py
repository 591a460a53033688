"""How the capture was taken: at which end, on which interface, before or after the network adapter's work.

tshark verifies no checksum here, for that would change reassembly; instead C09 recognises the unfinished
checksum of an offloading sender by its value.
"""

from __future__ import annotations

import ipaddress
from decimal import Decimal
from functools import lru_cache

from reporter.analyse.mtu import fits_a_packet
from reporter.analyse.step import Move
from reporter.explain.at import At
from reporter.explain.evidence import Facts, derived, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.packet import Packet
from reporter.model.stream import Role

_RANK = 80
_NEAR = Decimal("0.0005")


@rule("C06", on="tcp", when="move", facts="near far near_gap far_gap syn_frame syn_ack_frame", rank=_RANK + 4)
def capture_point(at: At) -> Facts | None:
    """One gap of the handshake is next to nothing, the other is the round trip: the capture was taken at
    the near end.

    Only when the gaps differ by a factor of ten, with half a millisecond between them.

    Reference: RFC 9293, figure 6; tshark field frame.time_epoch.
    """
    if at.step.move is not Move.THIRD_ACK or at.conversation.packets != 3 or _same_host(at.packet):
        return None
    asked, accepted = at.conversation.asked, at.conversation.syn.get(Role.SERVER)
    if asked is None or accepted is None or accepted.frame < asked.frame or at.elapsed(asked.time, asked.frame) is None:
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


@rule("C07", on="tcp", when="first", facts="local header address client_port server_port mss fits", rank=_RANK + 5)
def loopback(at: At) -> Facts | None:
    """Both ends are on one machine, or the frame comes from a null/loopback interface.

    `local` is True when the addresses prove it. `header` is `none` (null link), `zero` (an Ethernet header
    whose two addresses are zero), `ethernet` or `other`. `fits` tells that the MSS and the fixed headers fit into one
    packet, so that it can come from an MTU.

    Reference: Wireshark wiki, CaptureSetup/Loopback; RFC 1122, section 3.2.1.3 (127/8); RFC 4291, section
      2.5.3 (::1); RFC 9293, section 3.7.1 (MSS and MTU).
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
        "fits": word(fits_a_packet(packet)),
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


@rule(
    "C10", on="tcp", when=("first", "padded"), facts="vlan tags pppoe offset outer padding tcp_length", rank=_RANK + 8
)
def tags_and_padding(at: At) -> Facts | None:
    """VLAN tags or PPPoE shift the headers; padding fills a short Ethernet frame and is no TCP data.

    Tags are told on the first packet of a connection, padding on the first padded one. `outer` says that the
    header behind the tags is that of a tunnel.

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
        "outer": derived(bool(packet.tunnels), stack) if tagged else None,
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
