"""What the capture itself cannot show, and why: where it begins and ends, what it missed, what cannot be read.

Not every flaw can be told from the packets. A capture of one direction shows itself only when that
direction acknowledges something (C03). That a port was not decoded as HTTP can only be suspected (C13): the
payload is not read in the pass over all packets.
"""

from __future__ import annotations

from reporter.analyse.order import answers, labelled_again
from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.stream import Role, RoleBasis

_RANK = 80
# Bits of tcp.completeness.
_SYN, _SYN_ACK, _DATA, _FIN, _RST = 1, 2, 8, 16, 32


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
    both passes. A segment with none of SYN, ACK and RST proves no connection.

    Reference: tshark field tcp.completeness (16 FIN, 32 RST), final in two-pass mode.
    """
    if not at.step.first or at.tcp.completeness is None or not (at.tcp.has_ack or at.tcp.syn):
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


@rule("C05", on="tcp", when="unseen", facts="sender receiver unseen ack fin_frame", rank=_RANK + 2)
def missed_by_the_capture(at: At) -> Facts | None:
    """An Ack confirms numbers that no captured packet has carried, though other packets of that end were
    captured. `fin_frame` is the FIN that has the last of them, where it was captured later.

    Reference: tshark field tcp.analysis.ack_lost_segment; RFC 9293, section 3.4.
    """
    step = at.step
    confirms = step.confirms
    if confirms is None or confirms.unseen <= 0 or step.keep_alive or at.peer not in at.conversation.window:
        return None
    ack = at["tcp.ack"]
    missed, late = at.conversation.missing.fin(at.peer), at.conversation.late_fin(at.peer)
    ends = missed is not None and missed.by_ack and missed.frame == at.packet.frame
    return {
        **at.roles,
        "unseen": derived(confirms.unseen, ack),
        "ack": ack,
        "fin_frame": frame_of(late) if late is not None and ends else None,
    }


@rule(
    "C11",
    on="tcp",
    when="copy",
    facts="sender ident first_frame gap ttl first_ttl wireless length",
    over="D13 H09 H11 L01 L02 L03 L04 L05 L08 L10 L12 T10 T11 T12 T16",
    rank=5,
)
def duplicate_frame(at: At) -> Facts | None:
    """The same IP packet a second time: not only TCP's numbers but also the IP identification is the same.

    A retransmission is a new IP packet and carries a new identification. IPv6 has none, so it cannot be told
    there. `wireless` tells of a radio link, which repeats frames itself.

    Reference: RFC 791, section 3.1 (Identification); RFC 6864, section 4.
    """
    twin, ip = at.step.copy_of, at.packet.ip
    if twin is None or ip is None:
        return None
    differs = twin.ttl is not None and ip.ttl is not None and twin.ttl != ip.ttl
    return {
        "sender": word(at.me),
        "ident": known(ip.ident, at.packet.frame, "ip.id"),
        "first_frame": frame_of(twin.frame),
        "gap": at.since(twin.time, twin.frame),
        "ttl": at["ip.ttl"] if differs else None,
        "wireless": word("wlan" in at.packet.protocols),
        "length": at["tcp.len"],
        "first_ttl": known(twin.ttl, twin.frame, "ip.ttl") if differs and twin.ttl is not None else None,
    }


@rule("C14", on="packet", when="back", facts="back previous answers", rank=_RANK + 11)
def set_back(at: At) -> Facts | None:
    """The timestamp lies before that of the frame captured before: no time across this point can be trusted.

    `answers` tells which of the two answers the other and so was sent later: `previous`, the frame before (the two were
    not written in order), `this` (their order is right, and a clock is wrong), or neither.

    Reference: tshark fields frame.time_epoch and frame.time_delta; Wireshark User's Guide, Time Stamps.
    """
    clock = at.seen.clock
    before = clock.previous
    if before is None or not clock.set_back:
        return None
    times = known(before.epoch, before.frame, "frame.time_epoch"), at["frame.time_epoch"]
    step = at.seen.step
    first = step is None or (step.sent.first_frame is None and not step.sent.forgotten and step.copy_of is None)
    later = ""
    if first and answers(before, at.packet):
        later = "previous"
    elif first and answers(at.packet, before) and not labelled_again(before):
        later = "this"
    return {"back": derived(clock.set_back, *times), "previous": frame_of(before.frame), "answers": word(later)}


@rule("C12", on="packet", when=("tls", "udp"), facts="kind protocol source target dst_port initial", rank=_RANK + 9)
def encrypted_only(at: At) -> Facts | None:
    """Content that only the two ends can read: TLS application data on a connection, or QUIC.

    Told on the first packet of a TLS connection with application data that is not decrypted, and on QUIC
    packets that are not decrypted; the Initial packets, which anybody can read (`initial`), are told as the beginning
    of such.

    Reference: RFC 8446, section 5; RFC 9001, section 5.2 (Initial secrets); Wireshark wiki, TLS (key log file).
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
        if packet.udp is None or (packet.quic is not None and packet.quic.decrypted):
            return None
    else:
        return None
    version = "ip" if packet.ip is None or packet.ip.version == 4 else "ipv6"
    return {
        "kind": word(kind),
        "protocol": derived(packet.innermost, at["_ws.col.Protocol"]),
        "source": at[f"{version}.src"] if packet.ip else None,
        "target": at[f"{version}.dst"] if packet.ip else None,
        "dst_port": at[port],
        "initial": word(kind == "quic" and packet.quic is not None and bool(packet.quic.frame_types)),
    }


@rule("C13", on="tcp", when="data", facts="sender length src_port dst_port server_port named", rank=_RANK + 10)
def not_decoded(at: At) -> Facts | None:
    """The first payload of a connection for which Wireshark knows no protocol: it may need Decode As.

    `named` is what the Protocol column calls the frame where that is another protocol than TCP.

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
        "named": at["_ws.col.Protocol"] if at.packet.innermost not in ("", "TCP", "Data") else None,
    }
