"""Closing a connection: who closes first, what each step confirms, half-closed, simultaneous, why it is closed.

T09 (only one FIN when the capture stops) and T15 (steps taken from different streams) have no rule here. Both
are facts of a whole stream, not of a packet: no packet can tell that it is the last, and every frame named by
the rules below is one of the packet's own conversation, so that streams cannot be mixed. The report reads
them from `Stream.closing` and `Stream.teardown`. FINs that were not captured are the topic of `missed_fin.py`.
"""

from __future__ import annotations

import re
from decimal import Decimal

from reporter.analyse.padding import may_be_padding
from reporter.analyse.step import Mark, Move
from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.application import HttpRequest, HttpResponse
from reporter.model.stream import Role

_RANK = 10
_WRAP = 1 << 32
_TERMS = 5
_IDLE = Decimal(1)
#: The bit of tcp.completeness that tells of a RST.
_RST = 32
#: Time-outs for idle persistent connections that servers commonly use, in seconds.
_TIMEOUTS = tuple(Decimal(number) for number in (5, 15, 60, 65, 75, 120))
#: How much earlier or later than its time-out a close may come.
_EARLY, _LATE = Decimal("0.25"), Decimal("1.25")
_TIMEOUT = re.compile(r"timeout\s*=\s*(\d{1,6})\b", re.IGNORECASE)
_FIN = "sender receiver seq length next_seq"
_ACK = "sender receiver ack fin_frame fin_seq fin_length also also_frames resent padding"
_CONFIRMS = "D02 D03 D04 D06 D07"


@rule("T01", on="tcp", when="fin", facts=_FIN + " whole_known sure sent told_frame", rank=_RANK)
def first_fin(at: At) -> Facts | None:
    """The first FIN: its sender is the active closer, will send no more data, and enters FIN-WAIT-1.

    `whole_known` is False where the beginning of the connection was not captured; `sure` tells that even so
    the other end had not closed before: it has `sent` data in this capture, or its next number, data or FIN, comes
    later. `told_frame` had confirmed this FIN before: it was recorded late, or it is sent again and the capture missed
    the original.

    Reference: RFC 9293, section 3.6 and figure 12.
    """
    if at.step.move is not Move.FIRST_FIN:
        return None
    conversation = at.conversation
    told = conversation.fin_acked.get(at.me)
    return {
        **_fin(at),
        "whole_known": word(not conversation.midstream),
        "sure": word(conversation.was_open(at.peer)),
        "sent": word(conversation.payload[at.peer] > 0),
        "told_frame": frame_of(told) if told is not None else None,
    }


@rule("T02", on="tcp", when="move", facts=_ACK + " sure", over=_CONFIRMS, rank=_RANK)
def ack_of_first_fin(at: At) -> Facts | None:
    """The first FIN is confirmed: CLOSE-WAIT on this side, FIN-WAIT-2 on the other, and half is still open.

    Reference: RFC 9293, section 3.6 and figure 12.
    """
    if at.step.move is not Move.ACK_OF_FIRST_FIN:
        return None
    conversation = at.conversation
    return {**_ack_of_fin(at), "sure": word(conversation.was_open(at.me) and not conversation.unplaced)}


@rule("T03", on="tcp", when="closing", facts="sender receiver length fin_frame", rank=18)
def data_after_half_close(at: At) -> Facts | None:
    """Data from the end that has not closed, after it has confirmed the other end's FIN.

    Reference: RFC 9293, section 3.6.1 (half-closed connections).
    """
    tcp, conversation = at.tcp, at.conversation
    if not conversation.fins or not tcp.length or tcp.fin or tcp.rst or tcp.syn:
        return None
    fin = conversation.fin.get(at.peer)
    if fin is None or at.me in conversation.fin or at.peer not in conversation.fin_acked:
        return None
    if not at.step.sent.fresh or conversation.reset_frame is not None or at.step.window_probe is not None:
        return None
    if may_be_padding(at.packet):
        return None
    return {**at.roles, "length": at["tcp.len"], "fin_frame": frame_of(fin.frame)}


@rule(
    "T04",
    on="tcp",
    when="fin",
    facts=_FIN + " fin_frame ack_frame half_closed told_frame reset",
    over="F09",
    rank=_RANK,
)
def second_fin(at: At) -> Facts | None:
    """The other end closes too, after it had confirmed the first FIN: it goes to LAST-ACK.

    `half_closed` is the time since the first FIN, when it is worth telling. `told_frame` had confirmed this FIN before.
    `reset` is `tcp.completeness` where it tells of a RST in the stream and none has come up to here.

    Reference: RFC 9293, section 3.6 and figure 12.
    """
    if at.step.move is not Move.SECOND_FIN:
        return None
    first = at.conversation.fin[at.peer]
    elapsed, told = at.since(first.time, first.frame), at.conversation.fin_acked.get(at.me)
    return {
        **_fin(at),
        "fin_frame": frame_of(first.frame),
        "ack_frame": frame_of(at.conversation.fin_acked[at.peer]),
        "half_closed": elapsed if elapsed is not None and elapsed >= _IDLE else None,
        "told_frame": frame_of(told) if told is not None else None,
        "reset": _reset_to_come(at),
    }


@rule("T05", on="tcp", when="move", facts=_ACK + " frames closed missed late_frame", over=_CONFIRMS, rank=_RANK)
def last_ack(at: At) -> Facts | None:
    """The second FIN is confirmed: the passive closer is CLOSED, the active one waits in TIME-WAIT.

    `frames` are the captured steps of this closing; `closed` is False after a RST. `missed` is the frame that tells
    of this end's own FIN, when that was very likely sent but not captured; `late_frame` is that FIN, recorded later.

    Reference: RFC 9293, section 3.6, figure 12; section 3.4.2 and section 3.10.7.4 (TIME-WAIT lasts 2 MSL).
    """
    if at.step.move is not Move.LAST_ACK:
        return None
    missed = at.conversation.missing.fin(at.me) if at.me not in at.conversation.fin else None
    late = at.conversation.late_fin(at.me)
    return {
        **_ack_of_fin(at),
        "frames": Fact(tuple(frame_of(frame) for frame in at.conversation.teardown)),
        "closed": word(at.conversation.reset_frame is None),
        "missed": frame_of(missed.frame) if missed is not None else None,
        "late_frame": frame_of(late) if missed is not None and late is not None else None,
    }


@rule(
    "T06",
    on="tcp",
    when="fin",
    facts=_FIN + " ack fin_frame fin_seq fin_length also also_frames resent padding reset",
    over="D04 D06 D07",
    rank=_RANK,
)
def merged_fin(at: At) -> Facts | None:
    """The second FIN also confirms the first; no separate ACK of the first FIN was captured.

    `reset` is `tcp.completeness` where it tells of a RST in the stream and none has come up to here: the end that
    closed first may have given the connection up.

    Reference: RFC 9293, section 3.6; section 3.10.7.4 (a FIN is acknowledged, and the reply may carry a FIN).
    """
    if at.step.move is not Move.MERGED_FIN:
        return None
    return {**_fin(at), **_ack_of_fin(at), "reset": _reset_to_come(at)}


@rule(
    "T07",
    on="tcp",
    when="move",
    facts=_FIN + " crossing inside ack other_frame other_number fin_seq fin_length last",
    over="D02 D03 D06",
    rank=_RANK,
)
def simultaneous_close(at: At) -> Facts | None:
    """Both ends sent a FIN before the other's had arrived; both go through CLOSING to TIME-WAIT.

    `crossing` tells the second FIN, whose Ack does not cover the FIN in `other_frame` (numbered
    `other_number`), from the Acks of the two FINs. `inside` tells that this Ack lies within the data that
    came with that FIN. `last` is True when both FINs are confirmed.

    Reference: RFC 9293, section 3.6 and figure 13.
    """
    move = at.step.move
    if move is not Move.CROSSING_FIN and move is not Move.CROSSING_ACK:
        return None
    other = at.conversation.fin[at.peer]
    number, seq, length = _number(other)
    facts: dict[str, Fact | None] = {
        "crossing": word(move is Move.CROSSING_FIN),
        "inside": word(other.seq < at.conversation.fin[at.me].ack < other.next_seq - 1),
        "other_frame": frame_of(other.frame),
        "other_number": number,
        "last": word(len(at.conversation.fin_acked) == 2),
    }
    if move is Move.CROSSING_FIN:
        return {**_fin(at), **facts, "ack": at["tcp.ack"], "fin_seq": seq, "fin_length": length}
    confirmed = _ack_of_fin(at)
    own = {name: confirmed[name] for name in ("sender", "receiver", "ack", "fin_seq", "fin_length")}
    return {**own, **facts, "seq": at["tcp.seq"], "length": at["tcp.len"], "next_seq": None}


@rule("T08", on="tcp", when="fin", facts="sender receiver length seq fin_number next_seq padded", rank=17)
def data_with_fin(at: At) -> Facts | None:
    """The last bytes and the FIN travel in one segment: the FIN's number follows the last byte's.

    `padded` tells that the bytes just fill the frame to the shortest one of Ethernet: they may be no data.

    Reference: RFC 9293, section 3.4 (the FIN comes after the last data octet of its segment).
    """
    tcp = at.tcp
    mark = at.conversation.fin.get(at.me)
    if mark is None or mark.frame != at.packet.frame or not tcp.length or tcp.rst or tcp.syn:
        return None
    number = tcp.seq + tcp.length
    closes = number + 1 < _WRAP
    fin_number = derived(number % _WRAP, at["tcp.seq"], at["tcp.len"])
    return {
        **at.roles,
        "length": at["tcp.len"],
        "seq": at["tcp.seq"] if closes else None,
        "fin_number": fin_number,
        "next_seq": derived((number + 1) % _WRAP, at["tcp.seq"], at["tcp.len"], at["tcp.flags"]),
        "padded": word(mark.padded),
    }


@rule("T13", on="tcp", when="fin", facts="sender receiver seconds frame timeout announced", over="F09", rank=18)
def idle_timeout(at: At) -> Facts | None:
    """The server closes first, some time after its last response: near a usual keep-alive time-out.

    `announced` tells that the response said this time-out itself (`Keep-Alive: timeout=…`).

    Reference: RFC 9112, section 9.5 (servers close connections that have been idle).
    """
    if at.step.move is not Move.FIRST_FIN or at.me is not Role.SERVER:
        return None
    conversation = at.conversation
    last = conversation.spoken.last_answer
    if last is None or conversation.spoken.waiting or _announcement(at) is not None:
        return None
    frame, time = last
    seconds = at.elapsed(time, frame)
    if seconds is None or seconds < _IDLE or any(later > frame for later in conversation.data_frame.values()):
        return None
    done = conversation.pairing.last_response
    promised = _promised(done.response) if done is not None and done.response_frame == frame else None
    announced = promised is not None
    timeouts = (promised,) if promised is not None else _TIMEOUTS
    timeout = next((each for each in timeouts if -_EARLY <= seconds - each <= _LATE), None)
    if timeout is None:
        return None
    return {
        **at.roles,
        "seconds": at.since(time, frame),
        "frame": frame_of(frame),
        "timeout": word(timeout),
        "announced": word(announced),
    }


@rule("T14", on="tcp", when="fin", facts="sender receiver frame by_request", rank=18)
def announced_close(at: At) -> Facts | None:
    """The close was announced: the last response (or request) said `Connection: close`.

    Reference: RFC 9112, section 9.6 (tear-down).
    """
    if at.step.move is not Move.FIRST_FIN:
        return None
    told = _announcement(at)
    if told is None:
        return None
    frame, by_request = told
    return {**at.roles, "frame": frame_of(frame), "by_request": word(by_request)}


def _fin(at: At) -> dict[str, Fact | None]:
    """The FIN of this frame; `next_seq` only without data (else D01 and T08 tell it)."""
    tcp = at.tcp
    alone = tcp.length == 0 and tcp.seq + 1 < _WRAP
    return {
        **at.roles,
        "seq": at["tcp.seq"],
        "length": at["tcp.len"],
        "next_seq": derived(tcp.seq + 1, at["tcp.seq"], at["tcp.flags"]) if alone else None,
    }


def _reset_to_come(at: At) -> Fact | None:
    """`tcp.completeness`, where its bit 32 tells of a RST in this stream and no RST has been captured so far."""
    seen = at.tcp.completeness
    return at["tcp.completeness"] if seen is not None and seen & _RST and not at.conversation.resets else None


def _number(mark: Mark) -> tuple[Fact, Fact, Fact]:
    """The sequence number that a FIN itself has, and the Seq and Len of its frame."""
    seq, length = known(mark.seq % _WRAP, mark.frame, "tcp.seq"), known(mark.length, mark.frame, "tcp.len")
    return derived((mark.next_seq - 1) % _WRAP, seq, length), seq, length


def _ack_of_fin(at: At) -> dict[str, Fact | None]:
    """How the Ack of this frame confirms the other FIN: `ack = fin_seq + fin_length + 1`, when it closes.

    `also` are bytes of earlier frames confirmed along with it, `also_frames` those frames; `resent` are the later
    frames that carried the FIN again. `padding` are bytes that came with the FIN and do not count: then they were no
    data.
    """
    mark = at.conversation.fin[at.peer]
    _, seq, length = _number(mark)
    padded = mark.padded and at.tcp.ack == (seq.value + 1) % _WRAP
    closes = padded or at.tcp.ack == seq.value + mark.length + 1
    also: Fact | None = None
    frames: Fact | None = None
    copies: tuple[int, ...] = ()
    confirms = at.step.confirms
    if confirms is not None:
        closing = next((piece for piece in confirms.pieces if piece.fin), None)
        copies = closing.within(closing.end - 1, closing.end).resent if closing is not None else ()
        others = [piece for piece in confirms.pieces if piece.payload and piece.frame != mark.frame]
        if padded:
            others = [piece for piece in others if piece.start < mark.seq]
        if others and len(others) <= _TERMS and all(piece.whole for piece in others):
            terms = [known(piece.payload, piece.frame, "tcp.len") for piece in others]
            also = derived(sum(piece.payload for piece in others), *terms)
            frames = Fact(tuple(frame_of(piece.frame) for piece in others))
        elif others:
            also = derived(sum(piece.payload for piece in others), at["tcp.ack"])
    return {
        **at.roles,
        "ack": at["tcp.ack"],
        "fin_frame": frame_of(mark.frame),
        "fin_seq": seq if closes else None,
        "fin_length": length if closes and mark.length and not padded else None,
        "also": also,
        "also_frames": frames,
        "resent": Fact(tuple(frame_of(frame) for frame in copies[-_TERMS:])) if copies else None,
        "padding": length if padded else None,
    }


def _says_close(message: HttpRequest | HttpResponse) -> bool:
    header = message.header("Connection")
    return header is not None and "close" in [part.strip().lower() for part in header.value.split(",")]


def _announcement(at: At) -> tuple[int, bool] | None:
    """The frame in which the last exchange announced the close, and whether the request did it."""
    pairing = at.conversation.pairing
    ends = [each for each in (pairing.last_response, pairing.last_unasked) if each is not None]
    done = max(ends, key=lambda each: each.response_frame or 0, default=None)
    if done is None or pairing.waiting:
        return None
    if done.response is not None and _says_close(done.response):
        return done.response.first_frame, False
    if done.request is not None and _says_close(done.request):
        return done.request.first_frame, True
    return None


def _promised(response: HttpResponse | None) -> Decimal | None:
    """The seconds of `Keep-Alive: timeout=…`, if the response says so."""
    header = response.header("Keep-Alive") if response is not None else None
    if header is None:
        return None
    found = _TIMEOUT.search(header.value)
    return Decimal(found.group(1)) if found else None
