"""The end by RST, and what comes after the end: segments out of place and the ACKs that question them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from reporter.analyse.step import Mark, Move
from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.stream import Role, State

_RANK = 10
_WRAP = 1 << 32
_TERMS = 5
_IDLE = Decimal(1)


@rule(
    "T10",
    on="tcp",
    when="rst",
    facts="sender receiver unconfirmed closer number told_frame here",
    rank=_RANK,
)
def reset_after_data(at: At) -> Facts | None:
    """A RST ends a connection at once, without any FIN, shortly after data or with something still under way.

    `unconfirmed` are bytes of the receiver that no Ack had confirmed, nor does that of the RST. `number` of
    `closer` is very likely a FIN that was not captured, told by `told_frame` (`here`: by this RST itself).

    Reference: RFC 9293, section 3.5.3 (reset processing); section 3.9.1.5 (ABORT).
    """
    if not _resets(at) or at.conversation.fins:
        return None
    if not sum(at.conversation.payload.values()) or not _under_way(at):
        return None
    pieces = at.conversation.ledger[at.peer].outstanding
    if at.tcp.has_ack:
        # This RST confirms what lies below its own Ack.
        ack = at.conversation.ledger[at.peer].unwrapped(at.tcp.ack)
        pieces = [replace(piece, whole=piece.whole and piece.start >= ack) for piece in pieces if piece.end > ack]
    data = [piece for piece in pieces[: _TERMS + 1] if piece.payload]
    told = bool(data) and len(data) <= _TERMS and all(piece.whole for piece in data)
    terms = [known(piece.payload, piece.frame, "tcp.len") for piece in data] if told else []
    return {
        **at.roles,
        "unconfirmed": derived(sum(term.value for term in terms), *terms) if told else None,
        **_unseen_fin(at),
    }


@rule(
    "T11",
    on="tcp",
    when="rst",
    facts="sender receiver fin_frame own after_data data_frame seq number reset_frame",
    over="D06",
    rank=_RANK,
)
def reset_after_fin(at: At) -> Facts | None:
    """A RST after a FIN: the closing is broken off instead of being completed.

    `own` tells that the sender of the RST had sent a FIN itself: then `fin_frame` is that one, else the other end's.
    `data_frame` is the last segment with new data of the other end, where it came after that FIN of its own.
    `number` = `seq` - 1 is the sender's, not captured: very likely its own FIN. `reset_frame` is a RST of the same
    sender before this one, which the other end need not obey.

    Reference: RFC 9293, section 3.6.1 and RFC 1122, section 4.2.2.13 (data after close is answered with RST).
    """
    conversation = at.conversation
    if not _resets(at) or not conversation.fins:
        return None
    own = at.me in conversation.fin
    fin = conversation.fin[at.me if own else at.peer]
    data = conversation.data_frame.get(at.peer)
    late = own and data is not None and data > fin.frame
    stray = conversation.stray
    return {
        **at.roles,
        "fin_frame": frame_of(fin.frame),
        "own": word(own),
        "after_data": word(late),
        "data_frame": frame_of(data) if late and data is not None else None,
        "seq": at["tcp.seq"],
        "number": derived(at.tcp.seq - 1, at["tcp.seq"]) if conversation.skipped is not None and at.tcp.seq else None,
        "reset_frame": frame_of(stray.mark.frame) if stray is not None and stray.sender is at.me else None,
    }


@rule(
    "T12",
    on="tcp",
    when="rst",
    facts="sender receiver seconds frame established any_data closer number told_frame here",
    over="F09",
    rank=_RANK,
)
def reset_while_idle(at: At) -> Facts | None:
    """A RST without FIN on a connection where nothing was under way: given up instead of closed.

    `seconds` is the pause before it, when long; `any_data` is False when the connection never carried data.
    `frame` is the segment before, None when the RST is the first segment captured. `number` of `closer` is very likely
    a FIN that was not captured, told by `told_frame` (`here`: by this RST itself).

    Reference: RFC 9293, section 3.5.3 (reset processing); section 3.9.1.5 (ABORT).
    """
    conversation, idle = at.conversation, at.step.idle
    if not _resets(at) or conversation.fins:
        return None
    any_data = sum(conversation.payload.values()) > 0
    if any_data and _under_way(at):
        return None
    long = idle is not None and idle.seconds >= _IDLE
    return {
        **at.roles,
        "seconds": at.since(at.packet.time - idle.seconds, idle.frame) if idle is not None and long else None,
        "frame": frame_of(idle.frame) if idle is not None else None,
        "established": word(at.step.before.server is State.ESTABLISHED or conversation.midstream),
        "any_data": word(any_data),
        **_unseen_fin(at),
    }


@rule(
    "T16",
    on="tcp",
    when=("syn", "rst", "closing", "unopened", "stale"),
    facts="sender receiver kind reset_frame ack seq wanted own fin_frame number fin",
    over="D13",
    rank=_RANK,
)
def after_the_end(at: At) -> Facts | None:
    """A segment on a connection that is gone, or an ACK that questions a segment out of place.

    `kind`: `reset` (one more RST), `late` (a segment after the RST of frame `reset_frame`; `own` tells that its
    sender had sent that RST, `fin` that it carries a FIN), `challenge` (an ACK right after a RST whose Seq is not
    the number that its receiver expected), `old` (an ACK in answer to a SYN: the other end still knows an earlier
    connection with these ports), `closed` (a RST after both ends had closed), `stray` (a RST beyond all numbers,
    which its receiver need not obey; `number` = `seq` - 1 if it passes over that one number only, which may have
    been a FIN of its sender), `below` (a RST below `wanted`, which its receiver had confirmed in frame
    `reset_frame`: to be dropped; `fin_frame` is its sender's FIN, if it has that one's number, which Linux obeys
    all the same), `syn` (a SYN on a connection that is open), `answers` (the ACK that questions that SYN),
    `refuses` (a RST against the ACK of an earlier connection in frame `reset_frame`), `refuses-syn` (one against a
    SYN-ACK that answers an older SYN), `unknown` (a RST in answer to the segment without ACK of frame `reset_frame`,
    which began at `seq`, where there is no connection; `number` is then the raw Seq of the RST).

    Reference: RFC 5961, sections 3 and 4; RFC 9293, sections 3.5.1, 3.10.7.1 and 3.10.7.4.
    """
    tcp, conversation = at.tcp, at.conversation
    gone = conversation.reset_frame
    facts = {
        **at.roles,
        **dict.fromkeys(("reset_frame", "ack", "seq", "wanted", "fin_frame", "number")),
        "own": word(False),
        "fin": word(tcp.fin),
    }
    if conversation.bare_answer == at.packet.frame:
        bare = conversation.bare[at.peer]
        answered = {"reset_frame": frame_of(bare.frame), "seq": known(bare.seq % _WRAP, bare.frame, "tcp.seq")}
        return {**facts, **answered, "kind": word("unknown"), "ack": at["tcp.ack"], "number": at["tcp.seq_raw"]}
    if gone is None:
        out_of_place = _out_of_place(at)
        if out_of_place is not None:
            return {**facts, **out_of_place}
        if tcp.rst or tcp.syn or tcp.fin or tcp.length or not tcp.has_ack or conversation.payload[at.me]:
            return None  # a challenge ACK is empty, and whoever has sent data has an open connection
        asked = conversation.bare_syn.get(at.peer)
        if asked is None or at.me is not Role.SERVER or Role.SERVER in conversation.syn:
            return None
        if conversation.answer_told is not None:
            return None
        mark = conversation.syn[at.peer]
        if tcp.ack == mark.next_seq % _WRAP:
            return None
        wanted = derived(mark.next_seq % _WRAP, known(mark.seq % _WRAP, mark.frame, "tcp.seq"))
        return {
            **facts,
            "kind": word("old"),
            "reset_frame": frame_of(asked),
            "ack": at["tcp.ack"],
            "wanted": wanted,
        }
    if tcp.rst and gone == at.packet.frame:
        return {**facts, "kind": word("closed")} if len(conversation.fin_acked) == 2 else None
    if tcp.syn:
        return None
    facts["reset_frame"] = frame_of(gone)
    if tcp.rst:
        return {**facts, "kind": word("reset")}
    questioned = _questioned(at, conversation.reset) if conversation.reset_by is at.peer else None
    if questioned is not None:
        return {**facts, **questioned}
    return {**facts, "kind": word("late"), "own": word(conversation.reset_by is at.me)}


def _out_of_place(at: At) -> dict[str, Fact | None] | None:
    """A RST or SYN with a number that does not fit an open connection, or the ACK that questions the RST."""
    tcp, conversation = at.tcp, at.conversation
    stray, theirs = conversation.stray, conversation.acks.get(at.peer)
    attempts = conversation.attempts
    if attempts.refuted == at.packet.frame and attempts.old_answer is not None:
        kind = "refuses-syn" if attempts.old_syn else "refuses"
        return {"kind": word(kind), "seq": at["tcp.seq"], "reset_frame": frame_of(attempts.old_answer[0])}
    if stray is not None and stray.mark.frame == at.packet.frame:
        wanted = known(theirs.ack % _WRAP, theirs.frame, "tcp.ack") if theirs is not None else None
        if stray.below and theirs is not None:
            return {**_below(at, stray.mark), "wanted": wanted, "reset_frame": frame_of(theirs.frame)}
        number = derived(at.tcp.seq - 1, at["tcp.seq"]) if stray.fin is not None and at.tcp.seq else None
        return {"kind": word("stray"), "seq": at["tcp.seq"], "wanted": wanted, "number": number}
    if stray is not None and stray.sender is at.peer and not stray.below:
        questioned = _questioned(at, stray.mark)
        if questioned is not None:
            return questioned
    opened, late, idle = conversation.third_ack, conversation.late_syn, at.step.idle
    if late is None or opened is None:
        return None
    if late == at.packet.frame:
        return {"kind": word("syn"), "reset_frame": frame_of(opened)}
    pure = tcp.has_ack and not tcp.length and not tcp.flag_bits & 0x007
    if pure and idle is not None and idle.frame == late and idle.sender is at.peer:
        return {"kind": word("answers"), "reset_frame": frame_of(late), "ack": at["tcp.ack"]}
    return None


def _below(at: At, reset: Mark) -> dict[str, Fact | None]:
    """A RST below what its receiver had confirmed."""
    fin, acked = at.conversation.fin.get(at.me), at.conversation.ledger[at.me].acked
    of_fin = fin is not None and reset.seq + 1 == fin.next_seq == acked
    return {
        "kind": word("below"),
        "seq": at["tcp.seq"],
        "ack": at["tcp.ack"] if at.tcp.has_ack else None,
        "fin_frame": frame_of(fin.frame) if fin is not None and of_fin else None,
    }


def _questioned(at: At, reset: Mark | None) -> dict[str, Fact | None] | None:
    """An ACK without data right after a RST of the other end whose Seq is not this Ack."""
    tcp, idle = at.tcp, at.step.idle
    if reset is None or idle is None or idle.frame != reset.frame or tcp.ack == reset.seq % _WRAP:
        return None
    if not tcp.has_ack or tcp.length or tcp.flag_bits & 0x007:
        return None
    return {
        "kind": word("challenge"),
        "reset_frame": frame_of(reset.frame),
        "ack": at["tcp.ack"],
        "seq": known(reset.seq % _WRAP, reset.frame, "tcp.seq"),
    }


def _unseen_fin(at: At) -> dict[str, Fact | None]:
    """What is very likely a FIN, though no FIN was captured: its sender, its number, and the frame that tells of it."""
    found = at.conversation.unseen_fin
    if found is None:
        return {**dict.fromkeys(("closer", "number", "told_frame")), "here": word(False)}
    closer, missed = found
    after = (missed.number + 1) % _WRAP
    told = known(after, missed.frame, "tcp.ack" if missed.by_ack else "tcp.seq")
    return {
        "closer": word(closer),
        "number": derived(missed.number % _WRAP, told),
        "told_frame": frame_of(missed.frame),
        "here": word(missed.frame == at.packet.frame),
    }


def _resets(at: At) -> bool:
    """Whether this RST is what ends an opened connection that had not been closed."""
    if not at.tcp.rst or at.step.move is not Move.RESET:
        return False
    return at.conversation.reset_frame == at.packet.frame and len(at.conversation.fin_acked) < 2


def _under_way(at: At) -> bool:
    """Whether a segment came less than a second ago, a request waits, or bytes are not confirmed."""
    idle, conversation = at.step.idle, at.conversation
    if idle is None or idle.seconds < _IDLE or conversation.spoken.waiting:
        return True
    return any(direction.outstanding for direction in conversation.ledger.values())
