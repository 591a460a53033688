"""Opening a connection in less usual ways: repeated, refused, crossing, with reused ports, data or ECN."""

from __future__ import annotations

from decimal import Decimal

from reporter.analyse.step import Mark, Move
from reporter.analyse.twins import distinct
from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.stream import BOTH_ASK, Role
from reporter.model.tcp import Flags

_RANK = 11
_WRAP = 1 << 32
#: A copy that follows sooner was hardly sent by a timer: the first time-out of a SYN is about a second.
_SOON = Decimal("0.2")
#: Completeness of a connection without data: SYN, SYN-ACK and ACK, with or without FIN.
_NO_DATA = (7, 23)
#: Twice the maximum segment lifetime of RFC 9293, in seconds.
_TWO_MSL = 240
_LISTED = 4
_COPY = """
sender receiver count first_frame previous_frame gap gap_before doubled steady soon distinct answered_frame reset_frame
refused_frame wrong_frame
"""
_LOSS = "L02 L03 L04 L05 L08 L10 D06"


@rule(
    "H09",
    on="tcp",
    when="syn",
    facts=_COPY,
    over=_LOSS,
    rank=_RANK,
)
def syn_again(at: At) -> Facts | None:
    """The same SYN is sent again: no answer had reached its sender within its time-out.

    `gap` is the time since the copy before (`previous_frame`), `gap_before` that copy's own wait. `soon`
    tells that the copy follows too quickly for a timer, `distinct` that its IP identification shows it to be
    another packet, `steady` that the waits are alike, `doubled` that
    this one is twice as long. `answered_frame` is a SYN-ACK that had been captured all the same, `reset_frame`
    the RST by which its sender had just refused an answer of an older connection; `refused_frame` is the RST by which
    the other end has refused the copy before: no time-out prompted this one. `wrong_frame` is a SYN-ACK that confirms
    another number, so it is no answer to this SYN.

    Reference: RFC 9293, section 3.8.1 and figure 9; RFC 6298, sections 2 and 5 (first time-out 1 s, then doubled).
    """
    tcp = at.tcp
    if not tcp.syn or tcp.has_ack or tcp.rst:
        return None
    conversation = at.conversation
    previous = _copy_before(at)
    if previous is None or conversation.third_ack is not None or conversation.answer_told is not None:
        return None
    gap, copies = at.elapsed(previous.time, previous.frame), conversation.syns[at.me]
    before = copies[-3] if len(copies) > 2 else None
    wait: Decimal | None = None
    if before is not None:
        wait = at.seen.clock.between(before.frame, before.time, previous.frame, previous.time)
    accepted, wrong = conversation.syn.get(at.peer), conversation.attempts.old_syn
    told = wait is not None and gap is not None and wait >= _SOON and gap >= _SOON
    ratio = gap / wait if told and gap is not None and wait else Decimal(0)
    refuted, refusal = conversation.attempts.refuted, conversation.attempts.refusal
    refused_now = refusal is not None and refusal > previous.frame
    return {
        **at.roles,
        "count": derived(conversation.syn_count[at.me] - 1, frame_of(conversation.syn[at.me].frame)),
        "first_frame": frame_of(conversation.syn[at.me].frame),
        "previous_frame": frame_of(previous.frame),
        "gap": at.since(previous.time, previous.frame),
        "gap_before": derived(wait, _epoch(at, before), _epoch(at, previous)) if told and before is not None else None,
        "doubled": word(Decimal("1.8") <= ratio <= Decimal("2.2")),
        "steady": word(Decimal("0.9") <= ratio <= Decimal("1.1")),
        "soon": word(gap is not None and gap < _SOON),
        "distinct": word(distinct(previous.ident, copies[-1].ident)),
        "answered_frame": frame_of(accepted.frame) if accepted is not None and not wrong else None,
        "wrong_frame": frame_of(accepted.frame) if accepted is not None and wrong else None,
        "reset_frame": frame_of(refuted) if refuted is not None and refuted > previous.frame else None,
        "refused_frame": frame_of(refusal) if refused_now and refusal is not None else None,
    }


@rule(
    "H10",
    on="tcp",
    when="rst",
    facts="sender receiver port ack syn_seq syn_length syn_frame wait",
    over="T10 T11 T12 T16",
    rank=_RANK,
)
def refused(at: At) -> Facts | None:
    """A RST answers a SYN: the connection is refused, as a rule because nothing listens on that port.

    Reference: RFC 9293, section 3.5.2, group 1 (a RST is sent to a SYN for a connection that does not exist).
    """
    asked = at.conversation.syns[at.peer]
    if at.step.move is not Move.REFUSAL or not asked:
        return None
    mark = asked[-1]
    seq = mark.seq % _WRAP
    closes = at.tcp.has_ack and at.tcp.ack == seq + mark.length + 1
    return {
        **at.roles,
        "port": at["tcp.srcport"],
        "ack": at["tcp.ack"] if closes else None,
        "syn_seq": known(seq, mark.frame, "tcp.seq"),
        "syn_length": known(mark.length, mark.frame, "tcp.len") if mark.length else None,
        "syn_frame": frame_of(mark.frame),
        "wait": at.since(mark.time, mark.frame),
    }


@rule(
    "H11",
    on="tcp",
    when="syn",
    facts="sender receiver previous_frame gap soon distinct asked_frame waiting third_frame",
    over=_LOSS,
    rank=_RANK,
)
def syn_ack_again(at: At) -> Facts | None:
    """The same SYN-ACK is sent again: the third segment has not reached its sender, or it answers a repeated SYN.

    `asked_frame` is a repeated SYN that came in between; with `waiting` it came before the first SYN-ACK, and
    nothing has answered it. `third_frame` is the third segment, if captured. `distinct` tells that the IP
    identification shows this to be another packet.

    Reference: RFC 9293, section 3.8.1 (retransmission); figure 6 (what confirms a SYN-ACK).
    """
    tcp = at.tcp
    if not (tcp.syn and tcp.has_ack) or tcp.rst or at.conversation.opening in BOTH_ASK:
        return None
    previous = _copy_before(at)
    if previous is None:
        return None
    conversation = at.conversation
    asked, copies = conversation.syns[at.peer], conversation.syns[at.me]
    gap = at.elapsed(previous.time, previous.frame)
    soon = gap is not None and gap < _SOON
    between = bool(asked) and asked[-1].frame > previous.frame
    # Each SYN is answered by one SYN-ACK; later it may have been repeated by a timer.
    waiting = soon and not between and conversation.syn_count[at.peer] >= conversation.syn_count[at.me]
    return {
        **at.roles,
        "previous_frame": frame_of(previous.frame),
        "gap": at.since(previous.time, previous.frame),
        "soon": word(soon),
        "distinct": word(distinct(previous.ident, copies[-1].ident)),
        "asked_frame": frame_of(asked[-1].frame) if between or waiting else None,
        "waiting": word(waiting),
        "third_frame": frame_of(conversation.third_ack) if conversation.third_ack else None,
    }


@rule(
    "H12",
    on="tcp",
    when="syn",
    facts="sender receiver answer seq isn next_seq ack peer_seq other_frame own_frame crossed answer_frame ack_frame",
    over="H01 H09 H11 " + _LOSS,
    rank=_RANK,
)
def simultaneous_open(at: At) -> Facts | None:
    """Each end sends a SYN without ACK: a simultaneous open where each then sends a SYN-ACK, too (`crossed`).

    `answer` tells the SYN-ACK (which repeats the SYN of frame `own_frame`) from the second SYN. Where only the end that
    asked first sends a SYN-ACK (`answer_frame`) and the other end an ACK (`ack_frame`), the second SYN answers the
    first: a handshake split in four.

    Reference: RFC 9293, section 3.5, figure 7 (simultaneous connection synchronization).
    """
    tcp, conversation = at.tcp, at.conversation
    if not tcp.syn or tcp.rst or conversation.opening not in BOTH_ASK:
        return None
    other, own = conversation.syn.get(at.peer), conversation.syn.get(at.me)
    if other is None or own is None:
        return None
    if tcp.has_ack:
        if len(conversation.syns[at.me]) < 2 or own.frame == at.packet.frame:
            return None
    elif own.frame != at.packet.frame:
        return None
    peer_seq = other.seq % _WRAP
    closes = tcp.has_ack and tcp.ack == peer_seq + 1
    split = conversation.crossed.split
    return {
        **at.roles,
        "answer": word(tcp.has_ack),
        "seq": at["tcp.seq"],
        "isn": at["tcp.seq_raw"],
        "next_seq": derived(tcp.seq + 1, at["tcp.seq"], at["tcp.flags"]) if tcp.seq + 1 < _WRAP else None,
        "ack": at["tcp.ack"] if closes else None,
        "peer_seq": known(peer_seq, other.frame, "tcp.seq") if closes else None,
        "other_frame": frame_of(other.frame),
        "own_frame": frame_of(own.frame),
        "crossed": word(conversation.crossed.both),
        "answer_frame": frame_of(split[0]) if split is not None else None,
        "ack_frame": frame_of(split[1]) if split is not None else None,
    }


@rule(
    "H13",
    on="tcp",
    when="syn",
    facts="sender receiver isn src_port dst_port earlier same_stream was_over before_frame answer_frame ack seq "
    "wait_frame waited",
    over=_LOSS,
    rank=12,
)
def ports_reused(at: At) -> Facts | None:
    """A SYN with the same addresses and ports as an earlier connection of this capture begins a new one.

    `earlier` is the earlier stream; `same_stream` tells that tshark counts this SYN into that stream, as it does where
    the number is that of the connection's own SYN: `before_frame` is that one, if it was captured. Where it was not,
    `answer_frame` is the SYN-ACK that confirmed this very number (`ack` = `seq` + 1).
    In `wait_frame`, `waited` ago and less than 2 MSL, the receiver of this SYN had gone to TIME-WAIT there.

    Reference: RFC 9293, section 3.4.1 (initial sequence number), sections 3.4.2 and 3.6.1 (TIME-WAIT, and a new SYN);
    tshark field tcp.analysis.reused_ports.
    """
    tcp, conversation = at.tcp, at.conversation
    if not tcp.syn or tcp.has_ack or tcp.rst:
        return None
    same = bool(conversation.fins)
    earlier = conversation.outline() if same else conversation.reused
    mark = conversation.syn.get(at.me)
    waits = earlier.waits if earlier is not None and earlier.client == conversation.client else None
    waited = at.elapsed(waits[2], waits[1]) if waits is not None and waits[0] is at.peer else None
    if earlier is None or (not same and (mark is None or mark.frame != at.packet.frame)):
        return None
    accepted = conversation.syn.get(at.peer) if same and mark is None else None
    answered = accepted is not None and accepted.answers and accepted.ack == tcp.seq + 1
    return {
        **at.roles,
        "isn": at["tcp.seq_raw"],
        "src_port": at["tcp.srcport"],
        "dst_port": at["tcp.dstport"],
        "earlier": known(earlier.number, earlier.first_frame, "tcp.stream"),
        "same_stream": word(same),
        "was_over": word(earlier.over),
        "before_frame": frame_of(mark.frame) if same and mark is not None and mark.raw == tcp.seq_raw else None,
        "answer_frame": frame_of(accepted.frame) if accepted is not None and answered else None,
        "ack": known(accepted.ack, accepted.frame, "tcp.ack") if accepted is not None and answered else None,
        "seq": at["tcp.seq"] if answered else None,
        **_reopened(at, waits if waited is not None and waited < _TWO_MSL else None),
    }


def _reopened(at: At, waits: tuple[Role, int, Decimal] | None) -> dict[str, Fact | None]:
    """Since when the other end waits in TIME-WAIT."""
    if waits is None:
        return {"wait_frame": None, "waited": None}
    return {"wait_frame": frame_of(waits[1]), "waited": at.since(waits[2], waits[1])}


@rule("H14", on="tcp", when="syn", facts="sender receiver stage length syn_frame ack syn_seq option", rank=12)
def data_in_syn(at: At) -> Facts | None:
    """TCP Fast Open: data in the SYN, or the cookie that allows it.

    `stage`: `ask` (the option without a cookie), `idle` (a cookie, but no data), `data` (data in the SYN), `cookie`
    (the SYN-ACK grants a cookie), `taken` (the SYN-ACK confirms the data), `ignored` (it confirms the SYN only).

    Reference: RFC 7413, sections 2 and 4.2.
    """
    tcp = at.tcp
    mark = at.conversation.syn.get(at.me) if tcp.syn else None
    if mark is None or mark.frame != at.packet.frame or tcp.rst:
        return None
    option = bool(tcp.options.fast_open)
    facts = {**at.roles, "option": word(option), "ack": None, "syn_seq": None, "syn_frame": None}
    if not tcp.has_ack:
        if not tcp.length and not option:
            return None
        alone = "ask" if tcp.options.fast_open == "request" else "idle"
        return {**facts, "stage": word("data" if tcp.length else alone), "length": at["tcp.len"]}
    asked = at.conversation.syn.get(at.peer)
    if asked is None or not asked.length:
        return {**facts, "stage": word("cookie"), "length": None} if option else None
    seq = asked.seq % _WRAP
    whole, none = tcp.ack == seq + asked.length + 1, tcp.ack == seq + 1
    if not whole and not none:
        return None
    return {
        **facts,
        "stage": word("taken" if whole else "ignored"),
        "length": known(asked.length, asked.frame, "tcp.len"),
        "syn_frame": frame_of(asked.frame),
        "ack": at["tcp.ack"],
        "syn_seq": known(seq, asked.frame, "tcp.seq"),
    }


@rule("H15", on="tcp", when="syn", facts="sender receiver answer flags", rank=17)
def ecn_setup(at: At) -> Facts | None:
    """A SYN with ECE and CWR offers explicit congestion notification; a SYN-ACK with ECE alone accepts it.

    Reference: RFC 3168, section 6.1.1.
    """
    tcp = at.tcp
    bits = tcp.flag_bits & (Flags.ECE | Flags.CWR | Flags.AE)
    if not tcp.syn or not bits or tcp.rst:
        return None
    mark = at.conversation.syn.get(at.me)
    if mark is None or mark.frame != at.packet.frame:
        return None
    if tcp.has_ack:
        offered = at.conversation.syn_flags.get(at.peer, 0) & (Flags.ECE | Flags.CWR | Flags.AE)
        if bits != Flags.ECE or offered != Flags.ECE | Flags.CWR:
            return None
    elif bits != Flags.ECE | Flags.CWR:
        return None
    return {**at.roles, "answer": word(tcp.has_ack), "flags": at["tcp.flags"]}


@rule("H16", on="tcp", when="first", facts="sender receiver closed completeness", rank=19)
def no_data_at_all(at: At) -> Facts | None:
    """A connection that is opened (and perhaps closed) in this capture without carrying a byte of data.

    tshark's second pass tells it on the first packet. Why it was opened the capture cannot tell; browsers
    open spare connections.

    Reference: tshark field tcp.completeness (1 SYN, 2 SYN-ACK, 4 ACK, 8 data, 16 FIN, 32 RST).
    """
    tcp = at.tcp
    if not at.step.first or tcp.completeness not in _NO_DATA or not tcp.syn or tcp.has_ack:
        return None
    return {
        **at.roles,
        "closed": word(bool(tcp.completeness & 16)),
        "completeness": at["tcp.completeness"],
    }


@rule("H17", on="tcp", when="first", facts="sender receiver stream others count", rank=19)
def parallel_connection(at: At) -> Facts | None:
    """A SYN while other connections of the same client to the same server port have not ended.

    Reference: RFC 9112, section 9.4 (concurrency).
    """
    tcp, conversation = at.tcp, at.conversation
    if not at.step.first or not conversation.parallel or not tcp.syn or tcp.has_ack or at.me is not Role.CLIENT:
        return None
    others = [other for other in conversation.parallel if other.client != conversation.client]
    if not others:
        return None
    streams = tuple(known(other.number, other.first_frame, "tcp.stream") for other in others)
    return {
        **at.roles,
        "stream": at["tcp.stream"],
        "others": Fact(streams) if len(streams) <= _LISTED else None,
        "count": derived(len(streams), *streams[:_LISTED]),
    }


def _copy_before(at: At) -> Mark | None:
    """The same SYN (or SYN-ACK) as sent before by the same end, if this packet repeats it."""
    copies = at.conversation.syns[at.me]
    if len(copies) < 2 or copies[-1].frame != at.packet.frame:
        return None
    # Between two copies another answer may lie, with an initial sequence number of its own.
    previous = next((each for each in list(copies)[-2::-1] if each.raw == copies[-1].raw), None)
    same_kind = previous is not None and bool(previous.answers) == at.tcp.has_ack
    return previous if same_kind and previous is not None and previous.seq == copies[-1].seq else None


def _epoch(at: At, mark: Mark) -> Fact:
    return known(at.packet.epoch - at.packet.time + mark.time, mark.frame, "frame.time_epoch")
