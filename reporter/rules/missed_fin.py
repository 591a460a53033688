"""Closings of which the capture has one FIN only, and the other may have been, or very likely was, missed."""

from __future__ import annotations

from reporter.analyse.missed import Missed
from reporter.analyse.step import Move
from reporter.explain.at import At
from reporter.explain.endings import StreamEnd, stream_rule
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.stream import Closing, Role

_RANK = 10
_WRAP = 1 << 32


@rule(
    "T17",
    on="tcp",
    when="fin",
    facts="sender receiver seq next_seq heard ack number told_frame here late_frame",
    over="D04",
    rank=_RANK,
)
def lone_fin(at: At) -> Facts | None:
    """A FIN before which the other end may have closed, as the last segments of that end were not captured.

    `number` is the one number that `ack` (carried first by frame `told_frame`) confirms though no captured segment
    had it: very likely the other FIN, which then came first. It is None where more is missing, and the order of the
    two cannot be told. `here` tells that `told_frame` is this very frame. `late_frame` is that FIN where it was
    recorded only later. `heard` tells whether any segment
    of the other end has been captured.

    Reference: RFC 9293, section 3.4 (a FIN uses one sequence number) and section 3.6.
    """
    if at.step.move is not Move.LONE_FIN:
        return None
    conversation, tcp = at.conversation, at.tcp
    missed = conversation.missing.fin(at.peer)
    answered = missed is not None and missed.by_ack and conversation.fin[at.me].ack > missed.number
    alone = tcp.length == 0 and tcp.seq + 1 < _WRAP
    return {
        **at.roles,
        "seq": at["tcp.seq"],
        "next_seq": derived(tcp.seq + 1, at["tcp.seq"], at["tcp.flags"]) if alone else None,
        "heard": word(at.peer in conversation.missing.heard),
        "late_frame": _late(at, at.peer) if answered else None,
        "here": word(answered and missed is not None and missed.frame == at.packet.frame),
        **_told(missed if answered else None),
    }


@rule(
    "T18",
    on="tcp",
    when="move",
    facts="sender receiver own_frame ack number told_frame late_frame over_now",
    over="D02",
    rank=_RANK,
)
def ack_of_missed_fin(at: At) -> Facts | None:
    """After its own FIN an end confirms one number of the other that was not captured: very likely the other FIN.

    `own_frame` is the captured FIN, `late_frame` the other where it was recorded only later; `over_now` tells that it
    has been confirmed, so that both ends have closed.

    Reference: RFC 9293, section 3.4 (a FIN uses one sequence number) and figure 12.
    """
    if at.step.move is not Move.ACK_OF_MISSED_FIN:
        return None
    conversation = at.conversation
    return {
        **at.roles,
        "own_frame": frame_of(conversation.fin[at.me].frame),
        "over_now": word(at.me in conversation.fin_acked),
        "late_frame": _late(at, at.peer),
        **_told(conversation.missing.fin(at.peer)),
    }


@stream_rule("T17", facts="stream closer peer fin_frame ack number told_frame answered seq_frame")
def one_fin_at_the_end(end: StreamEnd) -> Facts | None:
    """Only one FIN was captured when the capture ends, but the other may have been sent: segments are missing.

    `number` is what is very likely the other FIN, `told_frame` the frame with `ack` that confirms it (`seq_frame`:
    its own sender's next segment passes it over); `answered` tells that the captured FIN confirms it, so that it came
    first.

    Reference: RFC 9293, section 3.4 (a FIN uses one sequence number) and section 3.6.
    """
    stream = end.stream
    closer, frame, missed = stream.fin_sender, stream.fin_frame, stream.missed_fin
    if stream.closing is not Closing.ONE_FIN or closer is None or frame is None:
        return None
    told = Missed(missed.number, missed.frame, missed.by_ack) if missed is not None else None
    return {
        "stream": end.number,
        "closer": word(closer),
        "peer": word(closer.other),
        "fin_frame": frame_of(frame),
        "answered": word(missed is not None and missed.answered),
        **_told(told if missed is not None and missed.by_ack else None),
        "seq_frame": frame_of(missed.frame) if missed is not None and not missed.by_ack else None,
    }


def _late(at: At, role: Role) -> Fact | None:
    frame = at.conversation.late_fin(role)
    return frame_of(frame) if frame is not None else None


def _told(missed: Missed | None) -> dict[str, Fact | None]:
    """The Ack that confirms a missed FIN, and that FIN's number; neither where nothing was missed."""
    after = (missed.number + 1) % _WRAP if missed is not None else 0
    if missed is None or not after:
        return {"ack": None, "number": None, "told_frame": None}
    ack = known(after, missed.frame, "tcp.ack")
    return {"ack": ack, "number": derived(after - 1, ack), "told_frame": frame_of(missed.frame)}
