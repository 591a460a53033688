"""Opening a connection: SYN, SYN-ACK, the third segment, and the options they carry."""

from __future__ import annotations

from reporter.analyse.echo import copies_of, echoed
from reporter.analyse.mtu import fits_a_packet
from reporter.analyse.step import Mark, Move
from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.stream import Role
from reporter.model.tcp import TcpOptions

_RANK = 10
_WRAP = 1 << 32
#: Kinds of options (IANA, TCP Option Kind Numbers).
_SEGMENT, _SCALE, _SACK, _STAMPS = 2, 3, 4, 8
_THIRD = "sender receiver seq ack peer_seq data syn_ack_frame nothing_sent fin_frame fin_state early_frame"


@rule(
    "H01",
    on="tcp",
    when="syn",
    facts="sender receiver seq isn length next_seq src_port dst_port name name_frame answer_frame",
    rank=_RANK,
)
def syn(at: At) -> Facts | None:
    """A SYN without ACK asks to open a connection.

    `isn` is the initial sequence number on the wire; the SYN uses one number, so the sender's next is one
    more (plus `length` when it carries data). `name` is the host name whose captured DNS answer told it.
    `answer_frame` is the SYN-ACK that answers it, where that was captured before it.

    Reference: RFC 9293, section 3.5 and figure 6.
    """
    tcp = at.tcp
    if not tcp.syn or tcp.has_ack or tcp.rst or not _is_first(at):
        return None
    answer, accepted = at.memory.names.get(at.packet.destination), at.conversation.syn.get(at.peer)
    seq = at["tcp.seq"]
    next_seq = tcp.seq + tcp.length + 1
    return {
        **at.roles,
        "seq": seq,
        "isn": at["tcp.seq_raw"],
        "length": at["tcp.len"] if tcp.length else None,
        "next_seq": derived(next_seq, seq, at["tcp.len"], at["tcp.flags"]) if next_seq < _WRAP else None,
        "src_port": at["tcp.srcport"],
        "dst_port": at["tcp.dstport"],
        "name": known(answer.name, answer.frame, "dns.qry.name") if answer else None,
        "name_frame": frame_of(answer.frame) if answer else None,
        "answer_frame": frame_of(accepted.frame) if accepted is not None and accepted.answers else None,
    }


@rule(
    "H02",
    on="tcp",
    when="syn",
    facts="sender receiver seq isn ack peer_seq peer_length syn_frame first_frame echo again fits told_frame"
    " other_frame other_isn older_frame",
    rank=_RANK,
)
def syn_ack(at: At) -> Facts | None:
    """A SYN with ACK accepts: it confirms the other end's SYN and gives its own initial sequence number.

    `syn_frame` is None when the SYN it answers was not captured before. `fits` is False when its Ack is not
    the number after that SYN. Where the SYN had been sent more than once, `syn_frame` is the copy whose TSval the TSecr
    `echo` repeats, and `first_frame` the SYN itself where that is another; where that does not tell, `again` are the
    copies. `peer_seq` (and `peer_length`, data in that SYN) make the sum, when it closes.
    `told_frame` had shown long before that a SYN-ACK had arrived: so this one is most likely sent again.
    `other_frame` is a SYN-ACK before this one with another initial sequence number, `other_isn`. `older_frame` is the
    SYN-ACK of an earlier connection with the same ports, which this one only repeats.

    Reference: RFC 9293, section 3.5 and figure 6; RFC 7323, section 3.2.
    """
    tcp = at.tcp
    if not (tcp.syn and tcp.has_ack) or tcp.rst:
        return None
    others = [mark for mark in at.conversation.syns[at.me] if mark.answers and mark.frame != at.packet.frame]
    if not (_is_first(at) or others) or any(mark.raw == tcp.seq_raw for mark in others):
        return None
    first = _asked(at)
    copies = copies_of(first, at.conversation, at.peer) if first is not None else ()
    named = echoed(copies, tcp) if len(copies) > 1 else None
    asked, later = named or first, named is not None and named is not first
    told, repeated = at.conversation.answer_told, at.conversation.attempts.repeated == at.packet.frame
    peer_seq = asked.seq % _WRAP if asked else 0
    whole = asked is not None and asked.length > 0 and tcp.ack == peer_seq + asked.length + 1
    closes = asked is not None and (tcp.ack == peer_seq + 1 or whole)
    wrapped = asked is not None and tcp.ack in ((peer_seq + 1) % _WRAP, asked.next_seq % _WRAP)
    earlier = at.conversation.reused.answer if at.conversation.reused is not None else None
    older = asked is not None and not closes and not wrapped and earlier is not None and earlier.raw == tcp.seq_raw
    return {
        **at.roles,
        "seq": at["tcp.seq"],
        "isn": at["tcp.seq_raw"],
        "ack": at["tcp.ack"],
        "peer_seq": known(peer_seq, asked.frame, "tcp.seq") if asked and closes else None,
        "peer_length": known(asked.length, asked.frame, "tcp.len") if asked and whole else None,
        "syn_frame": frame_of(asked.frame) if asked else None,
        "first_frame": frame_of(first.frame) if first and later else None,
        "echo": at["tcp.options.timestamp.tsecr"] if later else None,
        "again": word(() if named else tuple(frame_of(mark.frame) for mark in copies[1:])),
        "fits": word(closes or wrapped),
        "told_frame": frame_of(told) if repeated and told is not None else None,
        "other_frame": frame_of(others[-1].frame) if others else None,
        "other_isn": known(others[-1].raw, others[-1].frame, "tcp.seq_raw") if others else None,
        "older_frame": frame_of(earlier.frame) if older and earlier is not None else None,
    }


@rule("H03", on="tcp", when="move", facts=_THIRD, over="D02 D03 D06", rank=_RANK)
def third_ack(at: At) -> Facts | None:
    """The third segment of the handshake, without data: it confirms the SYN-ACK.

    `data` are bytes of the other end that came with or right after its SYN and are confirmed here too;
    `nothing_sent` tells that the SYN of this end had carried no data. `fin_frame` is a FIN that the other end has
    already sent, `fin_state` the state in which it is after this segment. `early_frame` is data that the other end has
    sent after its SYN-ACK: a confirmation may have reached it before this one.

    Reference: RFC 9293, section 3.5 and figure 6.
    """
    return _third(at) if at.tcp.length == 0 else None


@rule("H04", on="tcp", when="move", facts=_THIRD + " length wait", over="D04 D06", rank=_RANK)
def third_ack_with_data(at: At) -> Facts | None:
    """The third segment of the handshake already carries data.

    `wait` is the time since the SYN-ACK, where it is so long that an empty ACK may have come before, not captured.

    Reference: RFC 9293, section 3.5.
    """
    facts = _third(at)
    if facts is None or not at.tcp.length:
        return None
    accepted, late = at.conversation.syn[at.peer], at.conversation.late_third
    return {**facts, "length": at["tcp.len"], "wait": at.since(accepted.time, accepted.frame) if late else None}


@rule(
    "H18",
    on="tcp",
    when=("move", "unopened"),
    facts="sender receiver ack syn_frame by_client third late_frame again",
    over="D02 D13",
    rank=_RANK,
)
def missed_syn_ack(at: At) -> Facts | None:
    """A segment that shows that the SYN was answered, though no SYN-ACK was captured up to this frame.

    `by_client`: the client acknowledges, which it does only once it has the SYN-ACK; `third` tells that this has the
    numbers of the third segment. Else the server confirms what the client sent, which it does only after its SYN-ACK.
    `late_frame` is a SYN-ACK that was recorded only later; `again`: so much later that it is most likely sent again.

    Reference: RFC 9293, section 3.5 and figure 6; section 3.10.7.3 (SYN-SENT).
    """
    conversation = at.conversation
    if conversation.answer_told != at.packet.frame:
        return None
    asked = conversation.syn[Role.CLIENT]
    mine = at.me is Role.CLIENT
    late = conversation.late_syn_ack
    return {
        **at.roles,
        "ack": at["tcp.ack"],
        "syn_frame": frame_of(asked.frame),
        "by_client": word(mine),
        "third": word(mine and not at.tcp.length and at.step.sent.start in (asked.seq + 1, asked.next_seq)),
        "late_frame": frame_of(late) if late is not None else None,
        "again": word(conversation.attempts.repeats),
    }


def _asked(at: At) -> Mark | None:
    """The SYN that this SYN-ACK answers: of the client's attempts the one that stands."""
    return at.conversation.asked if at.peer is Role.CLIENT else at.conversation.syn.get(at.peer)


def _compared(at: At) -> tuple[Mark | None, TcpOptions | None]:
    """The other end's SYN, of copies the one whose TSval is echoed here, and its options."""
    first = at.conversation.syn.get(at.peer)
    asked = _asked(at) if at.tcp.has_ack else first
    if asked is None or first is None:
        return None, None
    asked = echoed(copies_of(asked, at.conversation, at.peer), at.tcp) or asked
    return asked, asked.options


def _is_first(at: At) -> bool:
    """Whether this is the first SYN of its sender in the stream (a copy is another situation)."""
    mark = at.conversation.syn.get(at.me)
    return mark is not None and mark.frame == at.packet.frame


def _third(at: At) -> Facts | None:
    accepted, confirms = at.conversation.syn.get(at.peer), at.step.confirms
    if at.step.move is not Move.THIRD_ACK or accepted is None or confirms is None:
        return None
    seq = accepted.seq % _WRAP
    carriers = [piece for piece in confirms.pieces if piece.payload and piece.whole]
    lengths = [known(piece.payload, piece.frame, "tcp.len") for piece in carriers]
    closes = at.tcp.ack == seq + 1 + sum(fact.value for fact in lengths)
    fin, state = at.conversation.fin.get(at.peer), at.step.after.of(at.peer)
    early = at.conversation.data_frame.get(at.peer)
    return {
        **at.roles,
        "seq": at["tcp.seq"],
        "ack": at["tcp.ack"],
        "peer_seq": known(seq, accepted.frame, "tcp.seq") if closes else None,
        "data": Fact(tuple(lengths)) if lengths and closes else None,
        "syn_ack_frame": frame_of(accepted.frame),
        "nothing_sent": word(at.conversation.syn[at.me].length == 0),
        "fin_frame": frame_of(fin.frame) if fin is not None and state is not None else None,
        "fin_state": word(state.value) if fin is not None and state is not None else None,
        "early_frame": frame_of(early) if early is not None and early > accepted.frame else None,
    }


@rule("H05", on="tcp", when="syn", facts="sender receiver mss headers default fits", rank=15)
def maximum_segment_size(at: At) -> Facts | None:
    """The SYN tells the largest segment that its sender is ready to receive; each end tells its own.

    `headers` are the bytes of the IP and TCP headers without options: 40 with IPv4, 60 with IPv6. Without the option
    `mss` is None, and `default` what the other end is to assume. `fits` tells that it can come from an MTU: MSS and
    fixed headers fit into one IP packet. Silent where the capture may have cut the option off.

    Reference: RFC 9293, section 3.7.1 (Maximum Segment Size option).
    """
    told = at.tcp.options.mss is not None
    if not at.tcp.syn or not _is_first(at) or (not told and at.tcp.options.offers(_SEGMENT) is not False):
        return None
    headers, default = (60, 1220) if at.packet.ip is not None and at.packet.ip.version == 6 else (40, 536)
    return {
        **at.roles,
        "mss": at["tcp.options.mss_val"] if told else None,
        "headers": word(headers),
        "default": None if told else word(default),
        "fits": word(fits_a_packet(at.packet)),
    }


@rule(
    "H06",
    on="tcp",
    when="syn",
    facts="sender receiver offered answered answers shift factor window peer_offered peer_shift peer_frame",
    rank=16,
)
def window_scale(at: At) -> Facts | None:
    """Whether window scaling is offered in a SYN, and in the other end's SYN whether it is in force.

    `answered` is True in the second SYN: only there is it settled. `answers` tells of a SYN-ACK, which may carry the
    option only if the SYN did, captured or not. A SYN's own window is never scaled. `offered` and `peer_offered` are
    None where the capture has cut off options, `shift` and `peer_shift` where it cut that one short.

    Reference: RFC 7323, section 2.2.
    """
    if not at.tcp.syn or not _is_first(at):
        return None
    shift = at.tcp.options.wscale
    asked, peer = _compared(at)
    peer_shift = peer.wscale if peer is not None else None
    offered = at["tcp.options.wscale.shift"] if shift is not None else None
    told = None
    if asked is not None and peer_shift is not None:
        told = known(peer_shift, asked.frame, "tcp.options.wscale.shift")
    return {
        **at.roles,
        "offered": _offers(at.tcp.options, _SCALE),
        "answered": word(asked is not None),
        "answers": word(at.tcp.has_ack),
        "shift": offered,
        "factor": derived(1 << min(shift, 14), offered) if shift is not None else None,
        "window": at["tcp.window_size_value"],
        "peer_offered": _offers(peer, _SCALE),
        "peer_shift": told,
        "peer_frame": frame_of(asked.frame) if asked else None,
    }


def _offers(options: TcpOptions | None, kind: int) -> Fact | None:
    offers = options.offers(kind) if options is not None else None
    return None if offers is None else word(offers)


@rule(
    "H07", on="tcp", when="syn", facts="sender receiver sack timestamps peer_sack peer_timestamps peer_frame", rank=17
)
def sack_and_timestamps(at: At) -> Facts | None:
    """The second SYN settles whether selective acknowledgments and timestamps are in force: if both offered.

    Each is None where the capture has cut off options of that SYN.

    Reference: RFC 2018, section 2; RFC 7323, section 3.2.
    """
    asked, peer = _compared(at)
    if not at.tcp.syn or asked is None or peer is None or not _is_first(at):
        return None
    return {
        **at.roles,
        "sack": _offers(at.tcp.options, _SACK),
        "timestamps": _offers(at.tcp.options, _STAMPS),
        "peer_sack": _offers(peer, _SACK),
        "peer_timestamps": _offers(peer, _STAMPS),
        "peer_frame": frame_of(asked.frame),
    }


@rule("H08", on="tcp", when="move", facts="rtt to_syn_ack to_ack syn_frame syn_ack_frame", rank=18)
def handshake_round_trip(at: At) -> Facts | None:
    """The time of the handshake: from the SYN to the third segment, seen from the place of capture.

    Silent when the SYN or the SYN-ACK was sent more than once: the pairs could not be told apart; and when the third
    segment carries data and came late, as it is then the application's time.

    Reference: tshark field tcp.analysis.initial_rtt; RFC 6298, section 3 (Karn).
    """
    if (
        at.step.move is not Move.THIRD_ACK
        or at.tcp.initial_rtt is None
        or at.conversation.trip.seconds != at.tcp.initial_rtt
    ):
        return None
    asked, accepted = at.conversation.syn.get(at.me), at.conversation.syn.get(at.peer)
    if asked is None or accepted is None or at.conversation.packets != 3:
        return None
    here = at.packet.time
    to_syn_ack, to_ack = accepted.time - asked.time, here - accepted.time
    epoch = at.packet.epoch - here
    start, middle, end = (
        known(epoch + time, frame, "frame.time_epoch")
        for time, frame in (
            (asked.time, asked.frame),
            (accepted.time, accepted.frame),
            (here, at.packet.frame),
        )
    )
    return {
        "rtt": at["tcp.analysis.initial_rtt"],
        "to_syn_ack": derived(to_syn_ack, start, middle),
        "to_ack": derived(to_ack, middle, end),
        "syn_frame": frame_of(asked.frame),
        "syn_ack_frame": frame_of(accepted.frame),
    }
