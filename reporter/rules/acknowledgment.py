"""Acknowledgment: which bytes of which frames an Ack confirms, how soon, and Acks that confirm nothing new."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from reporter.analyse.conversation import Conversation
from reporter.analyse.pieces import Confirmation, Piece
from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.stream import Opening, Role

_WRAP = 1 << 32
#: Numbers of one connection at its beginning do not lie so far apart.
_FAR = 1 << 17
#: Up to how many terms a sum is written out, up to how many frames are listed one by one.
_TERMS = 5
#: Between these an Ack may be late on purpose: less proves nothing, more is not allowed for a delayed ACK.
_DELAY_LEAST, _DELAY_MOST = Decimal("0.04"), Decimal("0.5")
#: A handshake quicker than this does not show at which end the capture was taken.
_LEAST_PATH = Decimal("0.0005")
#: An answer within less than this part of the handshake's longer gap has not come the same way: no path gets so much
#: shorter while a connection lasts, so what answers stands near the place of capture, whatever its address.
_SHARE = 10
#: Bytes of the timestamps option, padded, which an MSS does not leave out.
_TIMESTAMPS = 12
_CONFIRMED = (
    "sender receiver ack before from_ack lengths total frames count first last resent resent_all partial unseen "
    "adds_up rest"
)


@rule("D02", on="tcp", when="confirms", facts=_CONFIRMED, rank=41)
def acknowledgment(at: At) -> Facts | None:
    """A segment without data confirms the bytes of one captured frame, or the `rest` of them.

    Reference: RFC 9293, section 3.4; section 3.10.7.4 (ACK field).
    """
    confirms = _pure(at)
    if confirms is None or len(confirms.pieces) != 1 or confirms.partial is not None:
        return None
    return _confirmed(at, confirms)


@rule("D03", on="tcp", when="confirms", facts=_CONFIRMED, rank=41)
def cumulative_acknowledgment(at: At) -> Facts | None:
    """A segment without data confirms the bytes of several captured frames at once.

    Reference: RFC 9293, section 3.4 (the acknowledgment mechanism is cumulative).
    """
    confirms = _pure(at)
    if confirms is None or len(confirms.pieces) + int(confirms.partial is not None) < 2:
        return None
    return _confirmed(at, confirms)


@rule("D04", on="tcp", when="confirms", facts=_CONFIRMED + " length fin", rank=42)
def piggyback(at: At) -> Facts | None:
    """A segment that carries data or a FIN also confirms bytes of the other direction.

    Reference: RFC 9293, section 3.1 (Acknowledgment Number: once established, it is always sent).
    """
    confirms, tcp = at.step.confirms, at.tcp
    if confirms is None or not (tcp.length or tcp.fin) or tcp.syn or confirms.syn or confirms.fin:
        return None
    return {**_confirmed(at, confirms), "length": at["tcp.len"], "fin": word(tcp.fin)}


@rule("D05", on="tcp", when="confirms", facts="sender receiver wait frame carried sure rest", rank=46)
def delayed_acknowledgment(at: At) -> Facts | None:
    """An Ack that its sender held back: 40 to 500 ms after the data, and not explained by the path.

    Fires only when the handshake shows that the sender is close to the place of capture (`sure`), or that the
    wait is longer than its round trip by at least 40 ms. Silent when any of the data was sent more than once, when it
    fills two segments (which are to be acknowledged at once: what held that Ack is unknown), or the handshake was no
    ordinary one and gives no round trip (`reporter.analyse.roundtrip`).

    Reference: RFC 9293, section 3.8.6.3; RFC 5681, section 4.2.
    """
    last = _latest(at)
    if last is None or _two_segments(at):
        return None
    wait = at.elapsed(last.time, last.frame)
    if wait is None or not _DELAY_LEAST <= wait <= _DELAY_MOST:
        return None
    conversation = at.conversation
    near = _near(conversation)
    path = Decimal(0) if near is at.me else conversation.trip.seconds
    if path is None or wait - path < _DELAY_LEAST:
        return None
    return {
        **at.roles,
        "wait": at.since(last.time, last.frame),
        "frame": frame_of(last.frame),
        "carried": word(at.tcp.length > 0),
        "sure": word(near is at.me),
        "rest": word(_is_rest(at, last)),
    }


@rule("D06", on="tcp", when="covers", facts=_CONFIRMED + " kind marked missed third", rank=41)
def acknowledgment_of_syn_or_fin(at: At) -> Facts | None:
    """An Ack that covers a SYN or a FIN, each of which uses one number: Ack = seq + len + 1.

    `kind` is `syn` or `fin`, `marked` the frame that carried it. The SYN-ACK has a rule of its own; `missed` tells
    that it was not captured, and had confirmed the SYN before; `third` that only the SYN of the other end was
    captured, which confirms one before it: this Ack ends that handshake.

    Reference: RFC 9293, section 3.4.
    """
    confirms = at.step.confirms
    if confirms is None or at.tcp.syn or not (confirms.syn or confirms.fin):
        return None
    carrier = next((piece for piece in confirms.pieces if (piece.fin if confirms.fin else piece.syn)), None)
    if carrier is None:
        return None
    mark = at.conversation.syn.get(at.peer)
    answer = mark is not None and bool(mark.answers) and mark.frame == carrier.frame
    alone = at.me not in at.conversation.syn and at.conversation.reused is None
    return {
        **_confirmed(at, confirms),
        "kind": word("fin" if confirms.fin else "syn"),
        "marked": frame_of(carrier.frame),
        "missed": word(not confirms.fin and at.conversation.opening is Opening.ANSWER_MISSED),
        "third": word(not confirms.fin and answer and alone),
    }


@rule("D07", on="tcp", when="partial", facts="sender receiver ack seq part rest frame whole giant resent copy", rank=43)
def partial_acknowledgment(at: At) -> Facts | None:
    """The Ack lies inside a captured segment: only its first bytes are confirmed.

    `giant` tells that the captured segment is longer than the MSS its receiver announced, so that it was
    cut up after it had been captured; `copy` is a frame that carried bytes of it again and ends at the Ack.

    Reference: RFC 9293, section 3.4 (an Ack confirms bytes, not segments).
    """
    confirms = at.step.confirms
    if confirms is None or confirms.partial is None or at.tcp.syn or confirms.partial_bytes <= 0:
        return None
    piece = confirms.partial
    options = at.conversation.options.get(at.me)
    ending = [frame for frame, span in zip(piece.resent, piece.spans, strict=True) if span[1] == confirms.ack]
    fits = piece.whole and not piece.syn and piece.start >= 0 and confirms.ack == at.tcp.ack
    seq = known(piece.start, piece.frame, "tcp.seq") if fits else None
    length = known(piece.payload, piece.frame, "tcp.len") if piece.whole else frame_of(piece.frame)
    return {
        **at.roles,
        "ack": at["tcp.ack"],
        "seq": seq,
        "part": derived(confirms.partial_bytes, at["tcp.ack"], seq),
        "rest": derived(piece.payload - confirms.partial_bytes, length, at["tcp.ack"]),
        "frame": frame_of(piece.frame),
        "whole": length if piece.whole else None,
        "giant": word(options is not None and options.mss is not None and piece.payload > options.mss),
        "resent": _copies(replace(confirms, pieces=())),
        "copy": frame_of(ending[-1]) if ending else None,
    }


@rule("D10", on="tcp", when="confirms", facts="sender receiver rtt frame rest", rank=45)
def round_trip_sample(at: At) -> Facts | None:
    """The time from data to its Ack, at the far end: a sample of the round trip.

    Silent for data sent more than once (Karn), for Acks of the end next to the place of capture, where the handshake
    does not show which end that is, and where the Ack came so much sooner than the answer of the far end in it that
    something near by (a proxy, say) very likely confirms in its stead.

    Reference: RFC 6298, section 3 (Karn's algorithm); tshark field tcp.analysis.ack_rtt.
    """
    last, gaps = _latest(at), _gaps(at.conversation)
    if last is None or gaps is None or _near(at.conversation) is not at.peer:
        return None
    rtt = at.elapsed(last.time, last.frame)
    if not rtt or _SHARE * rtt < max(gaps):
        return None
    labels = at.tcp.labels
    told = (at["tcp.analysis.ack_rtt"],) if labels.acks_frame == last.frame and labels.ack_rtt == rtt else ()
    return {
        **at.roles,
        "rtt": derived(rtt, *told, *at.moments((last.time, last.frame))),
        "frame": frame_of(last.frame),
        "rest": word(_is_rest(at, last)),
    }


@rule(
    "D13",
    on="tcp",
    when="stale",
    facts="sender receiver ack kind earlier earlier_frame syn_frame raw isn past later_frame sack",
    rank=41,
)
def acknowledgment_of_nothing_new(at: At) -> Facts | None:
    """A segment without data whose Ack confirms nothing new.

    `kind`: `first` (what it confirms was not captured before it), `same` (repeats its Ack, and all that was captured is
    confirmed), `pending` (the same while the other end's numbers from there on, since `later_frame`, are not; `sack`
    tells that SACK is in force), `behind` (the same while later numbers have been captured, but not these), `syn` (the
    same, in answer to the SYN-ACK that came again in frame `syn_frame`), `old` (lower than its sender's Ack before),
    `other` (no number that the other end, whose SYN was captured, has used), `recount` (`raw` lies `past` the initial
    sequence number `isn` of the SYN-ACK in `earlier_frame`, but Wireshark counts from that of a later one), `former`
    (the number after what `earlier_frame` carried, with numbers of before the SYN).

    Reference: RFC 9293, section 3.10.7.4 (ACK field).
    """
    tcp, step = at.tcp, at.step
    if tcp.length or not tcp.has_ack or tcp.flag_bits & 0x007 or step.confirms is not None:
        return None
    if step.keep_alive is not None or step.window_probe is not None:
        return None
    ack, before = at["tcp.ack"], step.acked_before
    if before is None:
        if at.peer in at.conversation.syn and (found := _other_count(at)) is not None:
            return {**_same(at, ack, "recount"), **found}
        return _same(at, ack, "other" if at.peer in at.conversation.syn else "first")
    number = at.conversation.ledger[at.peer].unwrapped(tcp.ack)
    if number < before.ack:
        return _same(at, ack, "old")
    standing, labels = at.conversation.acks.get(at.me), tcp.labels
    told = labels.window_update or labels.zero_window or labels.zero_window_probe or labels.zero_window_probe_ack
    below = step.sent.expected is not None and step.sent.start < step.sent.expected
    if told or below or standing is None or standing.last_duplicate == at.packet.frame:
        return None
    again, later = _asked_again(at), at.conversation.ledger[at.peer].outstanding
    kind = "syn" if again else "same" if not later else "behind" if later[0].start > number else "pending"
    return {
        **_same(at, ack, kind),
        "syn_frame": again,
        "later_frame": frame_of(later[0].frame) if kind == "pending" else None,
        "sack": word(at.conversation.sack_in_force),
    }


def _asked_again(at: At) -> Fact | None:
    """The frame right before this one, if it is a SYN-ACK of the other end that came before."""
    syns, idle = at.conversation.syns[at.peer], at.step.idle
    again = len(syns) > 1 and syns[-1].answers and idle is not None and idle.frame == syns[-1].frame
    return frame_of(syns[-1].frame) if again else None


def _same(at: At, ack: Fact, kind: str) -> dict[str, Fact | None]:
    before = at.step.acked_before
    return {
        **at.roles,
        "ack": ack,
        "kind": word(kind),
        "earlier": known(before.ack % _WRAP, before.frame, "tcp.ack") if before else None,
        "earlier_frame": frame_of(before.frame) if before else None,
        **dict.fromkeys(("syn_frame", "raw", "isn", "past", "later_frame", "sack")),
    }


def _other_count(at: At) -> dict[str, Fact | None] | None:
    """What an Ack of numbers means that the end has used, though not as counted from its SYN that stands."""
    conversation = at.conversation
    standing = conversation.syn[at.peer]
    for mark in conversation.syns[at.peer]:
        past = (at.tcp.ack_raw - mark.raw) % _WRAP
        if mark.raw != standing.raw and 0 < past <= _FAR:
            raw, isn = at["tcp.ack_raw"], known(mark.raw, mark.frame, "tcp.seq_raw")
            frame = frame_of(mark.frame)
            return {"earlier_frame": frame, "raw": raw, "isn": isn, "past": derived(past, raw, isn)}
    number = conversation.ledger[at.peer].unwrapped(at.tcp.ack)
    used = conversation.ledger[at.peer].covering(number - 1) if number <= standing.seq else None
    if used is None or used.end != number:
        return None
    return {"kind": word("former"), "earlier_frame": frame_of(used.frame)}


def _pure(at: At) -> Confirmation | None:
    """What a segment without data, SYN and FIN confirms, unless a SYN or FIN is among it."""
    confirms, tcp = at.step.confirms, at.tcp
    if confirms is None or tcp.length or tcp.syn or tcp.fin or confirms.syn or confirms.fin:
        return None
    return confirms


def _confirmed(at: At, confirms: Confirmation) -> dict[str, Fact | None]:
    pieces = confirms.pieces
    ack = at["tcp.ack"]
    before, from_ack = _before(at, confirms)
    terms = [_length(piece) for piece in pieces if piece.payload]
    if confirms.partial is not None:
        terms.append(derived(confirms.partial_bytes, frame_of(confirms.partial.frame), ack))
    finished = [piece for piece in pieces if piece.payload]
    carriers = [*finished]
    if confirms.partial is not None:
        carriers.append(confirms.partial)
    frames = sorted({piece.frame for piece in carriers})
    adds_up = (
        not confirms.unseen
        and confirms.ack == at.tcp.ack
        and before is not None
        and before.value == confirms.before
        and confirms.syn + confirms.fin <= 1
    )
    return {
        **at.roles,
        "ack": ack,
        "before": before,
        "from_ack": word(from_ack),
        "lengths": Fact(tuple(terms)) if len(terms) <= _TERMS else None,
        "total": derived(confirms.payload, *(terms if len(terms) <= _TERMS else (ack, before))),
        "frames": Fact(tuple(frame_of(frame) for frame in frames)) if len(frames) <= _TERMS else None,
        "count": derived(len(frames), *(frame_of(frame) for frame in frames[:_TERMS])),
        "first": frame_of(frames[0]) if frames else None,
        "last": frame_of(frames[-1]) if frames else None,
        "resent": _copies(confirms),
        "resent_all": word(confirms.carried_again(confirms.copies()[-_TERMS:]) == confirms.payload),
        "partial": frame_of(confirms.partial.frame) if confirms.partial is not None else None,
        "unseen": derived(confirms.unseen, ack, before) if confirms.unseen else None,
        "adds_up": word(adds_up),
        "rest": frame_of(finished[0].frame) if finished and _is_rest(at, finished[0]) else None,
    }


def _copies(confirms: Confirmation) -> Fact | None:
    """The frames, the last of them if they are many, that carried again what is confirmed."""
    frames = confirms.copies()
    return Fact(tuple(frame_of(frame) for frame in frames[-_TERMS:])) if frames else None


def _is_rest(at: At, piece: Piece) -> bool:
    """Whether an Ack before this one had confirmed the first bytes of the frame of this piece."""
    confirms = at.step.confirms
    if confirms is None or piece.start != confirms.before:
        return False
    head = at.conversation.ledger[at.peer].covering(piece.start - 1)
    return head is not None and head.frame == piece.frame


def _before(at: At, confirms: Confirmation) -> tuple[Fact | None, bool]:
    """The left term of the sum: Seq of the first confirmed frame, else (second value True) the Ack before."""
    number = confirms.before % _WRAP
    piece = confirms.pieces[0] if confirms.pieces else confirms.partial
    if piece is not None and piece.whole and piece.start == confirms.before:
        return known(number, piece.frame, "tcp.seq"), False
    acked = at.step.acked_before
    if acked is not None and acked.ack == confirms.before:
        return known(number, acked.frame, "tcp.ack"), True
    return None, False


def _length(piece: Piece) -> Fact:
    """The payload bytes of a piece; evidence is the whole length of its frame where that is the same."""
    if piece.whole:
        return known(piece.payload, piece.frame, "tcp.len")
    return derived(piece.payload, frame_of(piece.frame))


def _latest(at: At) -> Piece | None:
    """The piece captured last of those that this Ack confirms, if each was data sent only once."""
    confirms = at.step.confirms
    if confirms is None or at.tcp.syn or confirms.syn or confirms.fin or confirms.unseen:
        return None
    if (
        not confirms.pieces
        or confirms.partial is not None
        or any(piece.resent or piece.copied for piece in confirms.pieces)
    ):
        return None
    standing = at.step.acked_before
    if standing is not None and (standing.duplicates or standing.sacked is not None):
        return None
    return max(confirms.pieces, key=lambda piece: piece.frame)


def _two_segments(at: At) -> bool:
    """Whether what is confirmed fills two segments of the size that this end accepts, with timestamps in them."""
    confirms, own = at.step.confirms, at.conversation.options.get(at.me)
    room = own.mss - _TIMESTAMPS if own is not None and own.mss else None
    return room is not None and confirms is not None and confirms.payload >= 2 * room


def _gaps(conversation: Conversation) -> tuple[Decimal, Decimal] | None:
    """The gaps of the handshake, from SYN to SYN-ACK and from there to the third segment; None where it has none."""
    trip = conversation.trip
    if trip.seconds is None or trip.to_answer is None:
        return None
    return trip.to_answer, trip.seconds - trip.to_answer


def _near(conversation: Conversation) -> Role | None:
    """The end next to the place of capture, as the gaps of the handshake show; None when they do not."""
    gaps = _gaps(conversation)
    if gaps is None or max(gaps) < _LEAST_PATH or _SHARE * min(gaps) > max(gaps):
        return None
    if conversation.client.address == conversation.server.address:
        return None
    to_answer, to_ack = gaps
    return Role.CLIENT if to_ack < to_answer else Role.SERVER
