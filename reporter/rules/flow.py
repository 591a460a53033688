"""Flow control and keep-alive: windows that close and open again, probes, and pauses."""

from __future__ import annotations

from decimal import Decimal

from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule

_RANK = 25
_WRAP = 1 << 32
_IDLE = Decimal(1)
_PROBE = "sender receiver seq next_seq fresh length zero_frame labelled unanswered"
_UPDATE = "sender receiver ack window before before_frame frees from_syn"
_NOTHING = "D01 D02 D03 D06 D07 D12 D13 L01 L02 L04 L05 L08 L10 C05"


@rule(
    "F01",
    on="tcp",
    when="zero-window",
    facts="sender receiver window before before_frame unused unknown fin_frame",
    over="D12 D13",
    rank=_RANK,
)
def zero_window(at: At) -> Facts | None:
    """The segment announces a window of zero: the receive buffer is full and the other end must stop.

    `before` is the window that this end had announced last, when that was not zero. `unused` tells that from the
    opening on the other end has sent no data: nothing can have filled the buffer; `unknown`, that no data of the other
    end was captured, nor its SYN. `fin_frame` is the FIN of the other
    end, after which it has nothing new to send.

    Reference: RFC 9293, section 3.8.6 and section 3.8.6.1.
    """
    tcp = at.tcp
    if tcp.window or not tcp.has_ack or tcp.flag_bits & 0x007 or at.step.window_probe is not None:
        return None
    before = at.step.window_before
    told = before is not None and before.window > 0 and _scaled(at)
    silent = not at.conversation.midstream and at.conversation.ledger[at.peer].next in (0, 1)
    fin = at.conversation.fin.get(at.peer)
    return {
        **at.roles,
        "window": at["tcp.window_size"],
        "before": known(before.window, before.frame, "tcp.window_size") if before is not None and told else None,
        "before_frame": frame_of(before.frame) if before is not None and told else None,
        "unused": word(silent and at.peer in at.conversation.syn),
        "unknown": word(silent and at.peer not in at.conversation.syn),
        "fin_frame": frame_of(fin.frame) if fin is not None else None,
    }


@rule("F02", on="tcp", when="probe", facts=_PROBE, over=_NOTHING + " D08", rank=_RANK)
def window_probe(at: At) -> Facts | None:
    """A probe of a zero window: does it still hold? With a new byte, or (Linux) with none and an old Seq.

    `labelled` tells that tshark calls it a keep-alive, from which only the window of zero tells it. `unanswered` is the
    probe before, where the other end has said nothing since.

    Reference: RFC 9293, section 3.8.6.1 (zero-window probing).
    """
    probe, tcp = at.step.window_probe, at.tcp
    if probe is None or probe.answer:
        return None
    fits = not probe.fresh and tcp.seq + 1 < _WRAP
    return {
        **at.roles,
        "seq": at["tcp.seq"],
        "next_seq": derived(tcp.seq + 1, at["tcp.seq"]) if fits else None,
        "fresh": word(probe.fresh),
        "length": at["tcp.len"],
        "zero_frame": frame_of(probe.zero_frame),
        "labelled": word(tcp.labels.keep_alive),
        "unanswered": frame_of(probe.probe) if probe.probe is not None else None,
    }


@rule(
    "F03",
    on="tcp",
    when="probe",
    facts="sender receiver ack window probe zero_frame taken",
    over=_NOTHING + " F04",
    rank=_RANK,
)
def answer_to_window_probe(at: At) -> Facts | None:
    """The answer to a zero-window probe: the window still closed, or open again.

    Reference: RFC 9293, section 3.8.6.1 (zero-window probing).
    """
    found = at.step.window_probe
    if found is None or not found.answer or found.probe is None:
        return None
    return {
        **at.roles,
        "ack": at["tcp.ack"],
        "window": at["tcp.window_size"],
        "probe": frame_of(found.probe),
        "zero_frame": frame_of(found.zero_frame),
        "taken": word(at.step.confirms is not None),
    }


@rule("F04", on="tcp", when="stale", facts=_UPDATE, over="D12 D13 L01", rank=_RANK)
def window_update(at: At) -> Facts | None:
    """The same Ack as before with a larger window: nothing is confirmed, there is only more room.

    `frees` tells that the window had been zero, so that the other end may send again, `from_syn` that the
    window before is that of the SYN, which is never scaled. `window` is None where its scale is not known: only
    that it opens again is then certain.

    Reference: RFC 9293, section 3.8.6 (managing the window).
    """
    tcp, step = at.tcp, at.step
    if tcp.length or tcp.flag_bits & 0x007 or not tcp.has_ack or step.repeat is None or tcp.options.sack:
        return None
    if step.keep_alive is not None:
        return None
    said, mark = step.window_before, at.conversation.syn.get(at.me)
    if said is not None:
        before, frame = said.window, said.frame
    elif mark is not None:
        before, frame = at.conversation.syn_window[at.me], mark.frame
    else:
        return None
    if before >= tcp.window or (before and not _scaled(at)):
        return None
    if step.sent.expected is not None and step.sent.start != step.sent.expected:
        return None
    return {
        **at.roles,
        "ack": at["tcp.ack"],
        "window": at["tcp.window_size"] if _scaled(at) else None,
        "before": known(before, frame, "tcp.window_size"),
        "before_frame": frame_of(frame),
        "frees": word(before == 0 and at.peer not in at.conversation.fin),
        "from_syn": word(said is None),
    }


@rule("F05", on="tcp", when="data", facts="sender receiver next_seq ack window ack_frame window_frame", rank=_RANK)
def window_full(at: At) -> Facts | None:
    """With this segment the bytes in flight equal the window that the other end has announced.

    Fires when the numbers say so: next Seq minus the other end's Ack is its window.

    Reference: RFC 9293, section 3.8.6; tshark field tcp.analysis.window_full.
    """
    tcp, conversation = at.tcp, at.conversation
    if not tcp.length or tcp.flag_bits & 0x007 or at.step.sent.repeated or at.step.window_probe is not None:
        return None
    window, acked = conversation.advertised.get(at.peer), conversation.acks.get(at.peer)
    if window is None or acked is None or not window.window or at.step.sent.end - acked.ack != window.window:
        return None
    if at.peer not in conversation.syn or tcp.seq + tcp.length >= _WRAP or acked.ack >= _WRAP:
        return None
    return {
        **at.roles,
        "next_seq": derived(tcp.seq + tcp.length, at["tcp.seq"], at["tcp.len"]),
        "ack": known(acked.ack, acked.frame, "tcp.ack"),
        "window": known(window.window, window.frame, "tcp.window_size"),
        "ack_frame": frame_of(acked.frame),
        "window_frame": frame_of(window.frame),
    }


@rule(
    "F06",
    on="tcp",
    when="probe",
    facts="sender receiver seq length next_seq ack_frame foreseen seconds frame by_numbers",
    over=_NOTHING + " D08",
    rank=_RANK,
)
def keep_alive(at: At) -> Facts | None:
    """A TCP keep-alive: Seq is one below the next number, so that the other end must answer.

    `ack_frame` is a frame of the other end that asks for `next_seq`, `foreseen` tells that it comes later:
    then this is the first segment captured. `seconds` is the pause before.

    Reference: RFC 9293, section 3.8.4 (TCP keep-alives); RFC 1122, section 4.2.3.6.
    """
    probe, tcp = at.step.keep_alive, at.tcp
    if probe is None or probe.answer:
        return None
    idle, told_by, next_seq = at.step.idle, probe.told_by, tcp.seq + 1
    if next_seq >= _WRAP:
        return None
    return {
        **at.roles,
        "seq": at["tcp.seq"],
        "length": at["tcp.len"],
        "next_seq": known(next_seq, told_by, "tcp.ack") if told_by else derived(next_seq, at["tcp.seq"]),
        "ack_frame": frame_of(told_by) if told_by else None,
        "foreseen": word(told_by is not None and told_by > at.packet.frame),
        "seconds": _pause(at, idle.seconds, idle.frame) if idle is not None and idle.seconds >= _IDLE else None,
        "frame": frame_of(idle.frame) if idle is not None else None,
        "by_numbers": word(probe.by_numbers),
    }


@rule("F07", on="tcp", when="probe", facts="sender receiver ack probe same still", over=_NOTHING + " F04", rank=_RANK)
def keep_alive_answer(at: At) -> Facts | None:
    """The answer to a TCP keep-alive: nothing new is confirmed, the connection is alive.

    `same` tells that the Ack is the number that the probe stayed below, `still` that it was told before.

    Reference: RFC 9293, section 3.8.4 (TCP keep-alives).
    """
    answer, before = at.step.keep_alive, at.step.acked_before
    if answer is None or not answer.answer or answer.probe is None:
        return None
    return {
        **at.roles,
        "ack": at["tcp.ack"],
        "probe": frame_of(answer.probe),
        "same": word(answer.by_numbers),
        "still": word(before is not None and before.ack % _WRAP == at.tcp.ack),
    }


@rule("F08", on="tcp", when="kept-alive", facts="sender receiver labels kind probe", rank=26)
def label_is_a_guess(at: At) -> Facts | None:
    """Without the beginning of a connection tshark labels keep-alives, and what follows, as lost or repeated.

    `kind`: `probe`, `answer` (the keep-alive itself), or `later`: a segment after the probe in frame `probe`,
    whose old number tshark took for the next one.

    Reference: tshark fields tcp.analysis.duplicate_ack_num, ack_lost_segment and lost_segment.
    """
    conversation, labels, found = at.conversation, at.tcp.labels, at.step.keep_alive
    if not conversation.kept_alive or not conversation.midstream or labels.keep_alive or labels.keep_alive_ack:
        return None
    names: list[str] = []
    probe: int | None = None
    if found is not None and found.by_numbers:
        kind = "answer" if found.answer else "probe"
        if labels.duplicate_ack_num:
            names.append("TCP Dup ACK")
        if labels.ack_lost_segment:
            names.append("TCP ACKed unseen segment")
    else:
        kind, confirms = "later", at.step.confirms
        if labels.lost_segment and not at.step.sent.gap and at.me in conversation.kept_alive:
            names.append("TCP Previous segment not captured")
            probe = conversation.kept_alive[at.me]
        if (
            labels.ack_lost_segment
            and confirms is not None
            and not confirms.unseen
            and at.peer in conversation.kept_alive
        ):
            names.append("TCP ACKed unseen segment")
            probe = conversation.kept_alive[at.peer]
    if not names:
        return None
    return {
        **at.roles,
        "labels": word(tuple(names)),
        "kind": word(kind),
        "probe": frame_of(probe) if probe is not None else None,
    }


@rule("F09", on="tcp", when="pause", facts="sender receiver seconds frame before", rank=9)
def idle_gap(at: At) -> Facts | None:
    """A second or more without a segment on this connection; `before` had sent the last one, in `frame`.

    Silent where the pause belongs to what is said anyway: keep-alives, probes, repeated segments.

    Reference: tshark field tcp.time_delta.
    """
    idle, step = at.step.idle, at.step
    if idle is None or idle.seconds < _IDLE or at.tcp.syn or step.sent.repeated:
        return None
    if (step.keep_alive is not None and not step.keep_alive.answer) or step.window_probe is not None:
        return None
    return {
        **at.roles,
        "seconds": _pause(at, idle.seconds, idle.frame),
        "frame": frame_of(idle.frame),
        "before": word(idle.sender),
    }


def _scaled(at: At) -> bool:
    """Whether the window's scale is known (tshark prints -1 when no SYN was captured)."""
    return at.tcp.scale_factor != -1


def _pause(at: At, seconds: Decimal, frame: int) -> Fact:
    start = known(at.packet.epoch - seconds, frame, "frame.time_epoch")
    return derived(seconds, start, at["frame.time_epoch"])
