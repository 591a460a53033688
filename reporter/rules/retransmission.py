"""Sent again: retransmissions of every kind, their causes as far as the capture shows them, and late arrivals.

What happened is told by the ledger; tshark's labels only help where the bytes leave more than one reading.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from reporter.analyse.echo import unheard
from reporter.analyse.oversize import Refusal, refusal
from reporter.analyse.padding import may_be_padding
from reporter.analyse.pieces import Piece
from reporter.analyse.step import Acked
from reporter.analyse.twins import distinct
from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule

_WRAP = 1 << 32
#: Duplicate ACKs are answered at once; retransmission timers wait at least as long as the second.
_AT_ONCE, _TIMER, _NO_TIMER = Decimal("0.1"), Decimal("0.2"), Decimal("0.001")
#: How long a first timeout is at most, and how many times the one before a later one.
_FIRST_TIMEOUT, _BACK_OFF = Decimal(6), 3
#: Duplicate ACKs that trigger fast retransmit: by RFC 5681, and those after which tshark says so.
_THRESHOLD, _LABELLED = 3, 2
#: A tail loss probe comes after about two round trips, and not at once.
_PROBE_TRIPS, _LEAST_PROBE = Decimal("1.5"), Decimal("0.002")
_SEGMENT = "sender receiver seq length last fin first_frame whole elapsed fresh repeated"
_WHY = " cause attempt since since_frame interval tail icmp_frames icmp_count smaller ack_frame several parts labelled"
_BEHIND = " expected above_frame waited rtt soon guess backwards"


class _Again(StrEnum):
    """What a segment that lies below the highest number sent is."""

    FIN = "fin"
    NEEDLESS = "needless"
    FAST = "fast"
    LATE = "late"
    RESENT = "resent"


@rule("L03", on="tcp", when="again", facts=_SEGMENT + " ack number dup_frame by", over="D01", rank=20)
def fast_retransmission(at: At) -> Facts | None:
    """A segment sent again because duplicate ACKs or SACK blocks asked for it, before its timer expired.

    `by` is `acks` (this is the segment at the Ack that was repeated) or `sack` (a hole above it).

    Reference: RFC 5681, section 3.2; RFC 6675, section 5.
    """
    if _again(at) is not _Again.FAST:
        return None
    standing = at.conversation.acks[at.peer]
    by_acks = standing.duplicates >= _LABELLED and at.step.sent.start <= standing.ack
    # Where the first copy is missing, the capture was taken beyond the loss: what asked came long before.
    here = at.step.sent.earlier is not None
    asked = (standing.last_duplicate if by_acks else standing.sack_frame) if here else None
    return {
        **_segment(at),
        "ack": known(standing.ack % _WRAP, standing.frame, "tcp.ack"),
        "number": derived(standing.duplicates, frame_of(standing.frame), frame_of(asked or standing.frame)),
        "dup_frame": frame_of(asked) if asked else None,
        "by": word("acks" if by_acks else "sack"),
    }


@rule("L04", on="tcp", when="again", facts=_SEGMENT + _WHY, over="D01", rank=20)
def retransmission(at: At) -> Facts | None:
    """A segment sent again though nothing in the capture asked for it: by a timer, or for a reason not shown.

    `cause`: `timer` (long after the copy before and after the last Ack), `tail` (the last segment sent, after about
    two round trips without an Ack, as a tail loss probe comes), `twice` (too soon for any timer), `overlap` (only
    part of it had been sent before), `probe` (that part was a probe of a zero window), `size` (the ICMP messages in
    `icmp_frames` quote a copy as too large for a link; `smaller` tells that this segment is shorter than it), `sized`
    (such messages came shortly before, but quote none of it), `opening` (the SYN carried it, and `ack_frame`
    confirmed that SYN only), `padding` (its bytes may be padding of the frame), `unknown`. Of many `icmp_count`
    messages the first and the last are given. `several` tells that several segments carried it first, and no attempts
    are counted; `parts`, that the copy in `since_frame` carried only a part of it. `attempt` counts the captured
    retransmissions; `interval` is how long the one before had waited, given only where the wait has doubled; `tail`
    tells that a tail loss probe is possible: nothing had been sent behind it, and SACK is not known to be out of
    force; `labelled`, that tshark calls it a keep-alive, as it does any last byte again.

    Reference: RFC 6298, section 5; RFC 8985, section 7; RFC 1191, section 6;
      tshark fields tcp.analysis.retransmission, tcp.analysis.rto.
    """
    if _again(at) is not _Again.RESENT or (at.tcp.fin and not at.tcp.length):
        return None  # a FIN without data is told of where the closing is
    cause, since, earlier = _cause(at)
    attempt, copy, interval = None, None, None
    sent, several, parts, size = at.step.sent, False, False, _size(at) if cause in ("size", "sized") else None
    if earlier is not None:
        several = not sent.fresh and (earlier.start > sent.start or earlier.end < sent.end)
        left, right = earlier.spans[-1] if earlier.spans else (earlier.start, earlier.end)
        parts = several and (left > sent.start or right < sent.end)
        copy = frame_of(earlier.resent[-1] if earlier.resent else earlier.frame)
    if earlier is not None and not several:
        attempt = derived(len(earlier.resent) + 1, *(frame_of(frame) for frame in earlier.resent))
        interval = _doubled(at, earlier)
    return {
        **_segment(at),
        "cause": word(cause),
        "attempt": attempt,
        "since": since,
        "since_frame": copy,
        "interval": interval,
        "tail": word(sent.end == sent.expected and (len(at.conversation.options) < 2 or at.conversation.sack_in_force)),
        "several": word(several),
        "parts": word(parts),
        "icmp_frames": Fact(tuple(frame_of(frame) for frame in size.shown)) if size else None,
        "icmp_count": derived(size.count, *(frame_of(frame) for frame in size.shown)) if size else None,
        "smaller": word(size is not None and size.smaller),
        "ack_frame": frame_of(at.conversation.acks[at.peer].frame) if cause == "opening" else None,
        "labelled": word(at.tcp.labels.keep_alive),
    }


@rule("L05", on="tcp", when="again", facts=_SEGMENT + " ack ack_frame forgotten", over="D01", rank=20)
def needless_retransmission(at: At) -> Facts | None:
    """A segment sent again though the other end had already confirmed all of it.

    Without an earlier copy in the capture it may also have been recorded behind its own Ack. A FIN without data is
    told of where the closing is.

    Reference: RFC 2883, section 5; tshark field tcp.analysis.spurious_retransmission.
    """
    if _again(at) is not _Again.NEEDLESS or not at.tcp.length:
        return None
    standing = at.conversation.acks.get(at.peer)
    return {
        **_segment(at),
        "ack": known(standing.ack % _WRAP, standing.frame, "tcp.ack") if standing else None,
        "ack_frame": frame_of(standing.frame) if standing else None,
        "forgotten": word(at.step.sent.forgotten),
    }


@rule("L08", on="tcp", when="again", facts=_SEGMENT + _BEHIND, over="D01", rank=20)
def out_of_order(at: At) -> Facts | None:
    """Bytes not captured before that lie below others already captured: overtaken on the way, or sent again.

    `waited` is the time since the captured segment behind them, `rtt` the handshake's round trip, `soon` tells that
    the one is less than half of the other: no request for the bytes can have been answered yet. `guess` is
    tshark's label (`order`, `fast` for fast retransmission, or empty). `backwards`: its time is before that segment's.

    Reference: RFC 5681, section 4.2; tshark field tcp.analysis.out_of_order.
    """
    if _again(at) is not _Again.LATE:
        return None
    sent = at.step.sent
    above = sent.above
    waited = at.since(above.time, above.frame) if above is not None else None
    rtt, labels = at.conversation.trip.seconds, at.tcp.labels
    return {
        **_segment(at),
        "expected": derived((sent.expected or 0) % _WRAP, at["tcp.seq"]),
        "above_frame": frame_of(above.frame) if above is not None else None,
        "waited": waited,
        "rtt": at["tcp.analysis.initial_rtt"] if rtt is not None and at.tcp.initial_rtt == rtt else None,
        "soon": word(waited is not None and _overtaken(at)),
        "guess": word("order" if labels.out_of_order else "fast" if labels.fast_retransmission else ""),
        "backwards": word(above is not None and at.packet.time < above.time),
    }


@rule("L10", on="tcp", when="again", facts="sender receiver first_frame more", rank=23)
def tail_loss(at: At) -> Facts | None:
    """The segment sent again was the last one sent: nothing behind it could cause duplicate ACKs.

    `more` tells that it repeats numbers before those of that last segment, `first_frame`, too.

    Reference: RFC 8985, section 7 (tail loss probe); RFC 6298, section 5.
    """
    sent = at.step.sent
    if not sent.repeated or sent.fresh or sent.end != sent.expected or _again(at) is not _Again.RESENT:
        return None
    standing = at.conversation.acks.get(at.peer)
    if standing is not None and (standing.duplicates or standing.sacked is not None):
        return None
    cause, _, earlier = _cause(at)
    if cause not in ("timer", "tail") or earlier is None:
        return None
    last = at.conversation.ledger[at.me].covering(sent.end - 1) or earlier
    return {**at.roles, "first_frame": frame_of(last.frame), "more": word(last.start > sent.start)}


@rule(
    "L12",
    on="tcp",
    when=("again", "rst"),
    facts=_SEGMENT + " reset ack ack_frame soon answers",
    over="D01 L04 L05",
    rank=20,
)
def close_sent_again(at: At) -> Facts | None:
    """A FIN sent again because no Ack for it has come, or an RST that tshark takes for a retransmission.

    `ack` and `ack_frame` are set when the FIN had already been confirmed. `soon` tells that no timer can have
    expired; `answers`, that this segment also confirms the other end's FIN.

    Reference: RFC 9293, sections 3.6 and 3.5.2.
    """
    tcp = at.tcp
    if tcp.rst:
        return _reset_again(at) if tcp.labels.retransmission else None
    if _again(at) is not _Again.FIN:
        return None
    standing = at.conversation.acks.get(at.peer)
    confirmed = standing is not None and at.step.sent.acknowledged
    confirms, first = at.step.confirms, at.conversation.fin[at.me]
    elapsed = at.elapsed(first.time, first.frame)
    soon = elapsed is not None and elapsed < _TIMER
    return {
        **_segment(at),
        "first_frame": frame_of(first.frame),
        "elapsed": at.since(first.time, first.frame),
        "reset": word(False),
        "ack": known(standing.ack % _WRAP, standing.frame, "tcp.ack") if standing and confirmed else None,
        "ack_frame": frame_of(standing.frame) if standing and confirmed else None,
        "soon": word(soon),
        "answers": word(confirms is not None and confirms.fin > 0),
    }


def _reset_again(at: At) -> Facts | None:
    conversation = at.conversation
    if conversation.reset_by is not at.me or conversation.reset_frame in (None, at.packet.frame):
        return None
    first = frame_of(conversation.reset_frame or 0)
    return {
        **at.roles,
        **dict.fromkeys(("length", "last", "whole", "elapsed", "fresh", "repeated", "ack", "ack_frame")),
        "soon": word(False),
        "answers": word(False),
        "seq": at["tcp.seq"],
        "fin": word(False),
        "first_frame": first,
        "reset": word(True),
    }


def _again(at: At) -> _Again | None:
    """What a segment is that lies, wholly or in part, below the highest number its sender has used."""
    sent = at.step.sent
    if not (sent.repeated or sent.fills):
        return None
    tcp = at.tcp
    if tcp.syn or tcp.rst or tcp.labels.zero_window_probe:
        return None
    if at.step.keep_alive is not None or at.step.window_probe is not None:
        return None
    closing = at.conversation.fin.get(at.me)
    if tcp.fin and sent.repeated and closing is not None and closing.frame != at.packet.frame:
        return _Again.FIN
    if sent.repeated and sent.acknowledged:
        return _Again.NEEDLESS
    size = _size(at) if sent.repeated else None
    if size is not None and size.quotes:
        return _Again.RESENT
    if _asked_for(at):
        return _Again.FAST
    # tshark tells the one from the other by the time between.
    timed = sent.above is None or at.elapsed(sent.above.time, sent.above.frame) is not None
    if sent.repeated or (tcp.labels.retransmission and timed and not _overtaken(at)):
        return _Again.RESENT
    return _Again.LATE


def _asked_for(at: At) -> bool:
    """Whether duplicate ACKs or SACK blocks asked for this segment, and it came at once."""
    standing, sent, labels = at.conversation.acks.get(at.peer), at.step.sent, at.tcp.labels
    again = sent.earlier is not None and sent.earlier.resent
    if standing is None or again or _overtaken(at) or unheard(at.conversation, at.me, at.tcp):
        return False
    at_ack = sent.start == standing.ack
    if at_ack and labels.fast_retransmission and standing.duplicates >= _LABELLED:
        return True
    rtt = at.conversation.trip.seconds
    untold, waited = rtt is None or sent.above is None, at.elapsed(standing.time, _last_of(standing))
    if (sent.fills and untold) or waited is None or waited > _AT_ONCE + (rtt or 0):
        return False
    by_sack = standing.sacked is not None and sent.start >= standing.ack and standing.sacked >= sent.end
    return by_sack or (at_ack and standing.duplicates >= _THRESHOLD)


def _last_of(standing: Acked) -> int:
    """The frame whose time is that of `standing`."""
    return max(frame for frame in (standing.frame, standing.last_duplicate, standing.sack_frame) if frame is not None)


def _overtaken(at: At) -> bool:
    """Whether this first copy came sooner after the segment behind it than any request for it can be answered."""
    sent, rtt = at.step.sent, at.conversation.trip.seconds
    if not sent.fills or rtt is None or sent.above is None:
        return False
    # The handshake's round trip also holds the time to answer, so it may be longer than a later one.
    waited = at.elapsed(sent.above.time, sent.above.frame)
    return waited is not None and 2 * waited < rtt


def _cause(at: At) -> tuple[str, Fact | None, Piece | None]:
    """Why a segment was sent again, the time since the copy before, and the piece with its earlier copies."""
    earlier = at.step.sent.earlier
    if earlier is None:
        return "unknown", None, None
    frame, time = (earlier.resent[-1], earlier.times[-1]) if earlier.resent else (earlier.frame, earlier.time)
    wait = at.elapsed(time, frame)
    labels = at.tcp.labels
    told = labels.rto_frame == frame and labels.rto == wait
    sources = (*((at["tcp.analysis.rto"],) if told else ()), *at.moments((time, frame)))
    since = derived(wait, *sources) if wait is not None else None
    standing = at.conversation.acks.get(at.peer)
    size = _size(at)
    if size is not None and size.quotes:
        return "size", since, earlier
    syn = at.conversation.syn.get(at.me)
    first_again = syn is not None and syn.frame == earlier.frame and not earlier.resent
    if first_again and standing is not None and standing.ack == at.step.sent.start:
        return "opening", since, earlier
    if at.step.sent.fresh:
        return ("probe" if at.conversation.probed.get(at.me) == frame else "overlap"), since, earlier
    if may_be_padding(at.packet):
        return "padding", since, earlier
    quiet = at.elapsed(standing.time, _last_of(standing)) if standing is not None else wait
    if wait is None or quiet is None or at.peer not in at.conversation.window:
        # Nothing of the other end was captured: its Acks cannot be missed.
        return "unknown", since, earlier
    if size is not None:
        return "sized", since, earlier
    longest = _FIRST_TIMEOUT
    if earlier.resent:
        before = earlier.times[-2] if len(earlier.times) > 1 else earlier.time
        longest = max(longest, _BACK_OFF * (time - before))
    if _TIMER <= wait <= longest and (standing is None or quiet >= _TIMER):
        return "timer", since, earlier
    if _may_be_tail_probe(at, min(wait, quiet)):
        return "tail", since, earlier
    unanswered = standing is None or quiet > wait
    ident = at.packet.ip.ident if at.packet.ip is not None else ""
    if distinct(ident, earlier.idents[-1] if earlier.resent else earlier.ident):
        return "unknown", since, earlier
    return ("twice" if wait < _NO_TIMER and unanswered else "unknown"), since, earlier


def _may_be_tail_probe(at: At, silent: Decimal) -> bool:
    """Whether the last segment sent, `silent` seconds after anything else, comes again after some round trips.

    Such a probe needs SACK, and waits for a delayed ACK, too, where only one segment is under way (RFC 8985, 4, 7.2).
    """
    sent, rtt = at.step.sent, at.conversation.trip.seconds
    standing = at.conversation.acks.get(at.peer)
    if rtt is None or sent.end != sent.expected or sent.earlier is None or sent.earlier.resent:
        return False
    if not at.conversation.sack_in_force or (standing is not None and standing.ack >= sent.start):
        return False
    if standing is not None and (standing.duplicates or standing.sacked is not None):
        return False
    return max(_PROBE_TRIPS * rtt, _LEAST_PROBE) <= silent < _TIMER


def _size(at: At) -> Refusal | None:
    """What recent ICMP messages said of the size of this segment's earlier copies, or of others before it."""
    told = at.memory.too_large.get((at.packet.source, at.packet.destination, at.tcp.src_port, at.tcp.dst_port))
    ages = [(each, at.elapsed(each.time, each.frame)) for each in told or ()]
    recent = [each for each, age in ages if age is not None and age <= _TIMER]
    return refusal(recent, at.packet.frame, at.tcp, at.step.sent, at.conversation.ledger[at.me]) if recent else None


def _doubled(at: At, earlier: Piece) -> Fact | None:
    """The wait before the last copy, where the wait since then is about twice as long."""
    if not earlier.resent:
        return None
    moments = [(earlier.time, earlier.frame), *zip(earlier.times, earlier.resent, strict=True)]
    (before, first), (last, second) = moments[-2:]
    wait, now = at.seen.clock.between(first, before, second, last), at.elapsed(last, second)
    if wait is None or now is None or wait < _TIMER or not Decimal("1.7") <= now / wait <= Decimal("2.3"):
        return None
    return derived(wait, *at.moments((before, first), (last, second))[:-1])


def _segment(at: At) -> dict[str, Fact | None]:
    tcp, sent = at.tcp, at.step.sent
    earlier = sent.earlier
    seq, length = at["tcp.seq"], at["tcp.len"]
    first, time = sent.first_frame, sent.first_time
    elapsed = at.since(time, first) if first is not None and time is not None else None
    return {
        **at.roles,
        "seq": seq,
        "length": length,
        "last": derived((tcp.seq + tcp.length - 1) % _WRAP, seq, length) if tcp.length else None,
        "fin": word(tcp.fin),
        "first_frame": frame_of(first) if first is not None else None,
        "whole": word(earlier is not None and earlier.whole and (earlier.start, earlier.end) == (sent.start, sent.end)),
        "elapsed": elapsed,
        "fresh": derived(sent.fresh, length) if sent.fresh else None,
        "repeated": derived(min(sent.repeated, tcp.length), length, seq) if sent.repeated else None,
    }
