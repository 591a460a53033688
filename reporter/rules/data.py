"""Data: which bytes a segment carries, what its flags say of them, messages in pieces, the window."""

from __future__ import annotations

from reporter.analyse.padding import may_be_padding
from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.stream import State

_WRAP = 1 << 32
#: Up to how many terms a sum is written out, up to how many frames are listed one by one.
_TERMS = 5


@rule("D01", on="tcp", when="data", facts="sender receiver seq length last next_seq fin wraps early padded", rank=40)
def data(at: At) -> Facts | None:
    """A segment carries payload bytes not captured before: Seq to Seq + Len - 1; the next number comes after.

    `early`: the other SYN had brought data, taken with the SYN-ACK, and the handshake is not complete yet. `padded`:
    the bytes just fill the frame to the shortest one of Ethernet, and may be no data.

    Reference: RFC 9293, section 3.4 (sequence numbers); RFC 7413, section 4.2 (data before the handshake is complete).
    """
    tcp, sent = at.tcp, at.step.sent
    if not tcp.length or tcp.syn or tcp.rst or sent.repeated or sent.fills or _probe(at):
        return None
    seq, length = at["tcp.seq"], at["tcp.len"]
    end = tcp.seq + tcp.length + int(tcp.fin)
    parts = (seq, length, at["tcp.flags"]) if tcp.fin else (seq, length)
    return {
        **at.roles,
        "seq": seq,
        "length": length,
        "last": derived((tcp.seq + tcp.length - 1) % _WRAP, seq, length),
        "next_seq": derived(end % _WRAP, *parts),
        "fin": word(tcp.fin),
        "wraps": word(end >= _WRAP),
        "early": word(_early(at)),
        "padded": word(may_be_padding(at.packet)),
    }


def _early(at: At) -> bool:
    """Whether data in the SYN is answered before the SYN-ACK has been confirmed."""
    asked, mine = at.conversation.syn.get(at.peer), at.conversation.syn.get(at.me)
    if asked is None or mine is None or not asked.length or mine.ack != asked.next_seq % _WRAP:
        return False
    return at.step.before.of(at.me) is State.SYN_RECEIVED


@rule("D08", on="tcp", when="psh", facts="sender receiver flags", rank=47)
def push(at: At) -> Facts | None:
    """PSH on a segment with new data: the end of what the sender had to send; it asks for prompt delivery.

    Reference: RFC 9293, section 3.9.1.2 (the last buffered segment of a SEND has PSH set).
    """
    tcp, sent = at.tcp, at.step.sent
    if not tcp.psh or not tcp.length or tcp.syn or tcp.rst or sent.repeated or sent.fills or _probe(at):
        return None
    return {**at.roles, "flags": at["tcp.flags"]}


@rule(
    "D09",
    on="tcp",
    when="part",
    facts="sender receiver index done_in count whole lengths frames first last record repeats",
    rank=44,
)
def piece_of_message(at: At) -> Facts | None:
    """One segment of a message that Wireshark reassembles, or the segment that completes it.

    `count` and what follows speak of the message completed here, `index` and `done_in` of a later one. `repeats` more
    segments, not among `count` and `frames`, only carried again what these had carried. `record` tells
    that TLS has begun on the connection: what is put together is a TLS record.

    Reference: RFC 9293, section 3.7 (segmentation); tshark fields tcp.reassembled_in, tcp.segment.
    """
    tcp, step = at.tcp, at.step
    share = step.share if step.share is not None and step.share.done_in != at.packet.frame else None
    into = at["tcp.reassembled_in"] if share is not None else None
    repeats = step.whole.repeats if step.whole is not None else ()
    segments = tuple(each for each in at.packet.carriers if each not in repeats)
    done = len(segments) > 1 and tcp.reassembled_length is not None
    if (share is None and not done) or step.sent.repeated or _probe(at) or tcp.rst:
        return None
    whole = step.whole
    lengths: tuple[Fact, ...] | None = None
    if done and whole is not None and whole.closes and whole.parts is not None:
        lengths = tuple(known(length, frame, "tcp.len") for frame, length in whole.parts if length)
    frames = [frame_of(frame) for frame in segments] if done else []
    return {
        **at.roles,
        "index": derived(share.index, into) if share is not None and share.index else None,
        "done_in": into,
        "count": derived(len(frames), *frames) if done else None,
        "whole": at["tcp.reassembled.length"] if done else None,
        "lengths": Fact(lengths) if lengths is not None else None,
        "frames": Fact(tuple(frames)) if frames and len(frames) <= _TERMS else None,
        "first": frames[0] if frames else None,
        "last": frames[-1] if frames else None,
        "record": word(at.conversation.tls),
        "repeats": derived(len(repeats), *map(frame_of, repeats[:_TERMS])) if done and repeats else None,
    }


@rule("D11", on="tcp", when="urg", facts="sender receiver pointer seq end wraps", rank=48)
def urgent(at: At) -> Facts | None:
    """URG: the urgent pointer, added to Seq, tells where urgent data ends. New programs should not use it.

    Reference: RFC 9293, section 3.8.5; RFC 6093, section 5.
    """
    tcp = at.tcp
    if not tcp.flag_bits & 0x020 or tcp.syn or tcp.rst:
        return None
    pointer, seq = at["tcp.urgent_pointer"], at["tcp.seq"]
    end = tcp.seq + tcp.urgent_pointer
    return {
        **at.roles,
        "pointer": pointer,
        "seq": seq,
        "end": derived(end % _WRAP, seq, pointer),
        "wraps": word(end >= _WRAP),
    }


@rule("D14", on="tcp", when="bare", facts="sender receiver flags fin length", rank=39)
def without_ack(at: At) -> Facts | None:
    """None of ACK, SYN and RST is set: no segment of an ordinary exchange, and no receiver takes it.

    Reference: RFC 9293, section 3.1 (once a connection is established, ACK is always sent) and sections 3.10.7.1 to
      3.10.7.4 (what becomes of a segment without it).
    """
    tcp = at.tcp
    if tcp.has_ack or tcp.syn or tcp.rst:
        return None
    return {
        **at.roles,
        "flags": at["tcp.flags"],
        "fin": word(tcp.fin),
        "length": at["tcp.len"] if tcp.length else None,
    }


@rule(
    "D12",
    on="tcp",
    when="window",
    facts="sender receiver window before before_frame largest largest_frame falls",
    rank=49,
)
def window_change(at: At) -> Facts | None:
    """The advertised window falls below half of the largest one so far, or comes back above it.

    Reference: RFC 9293, section 3.8.6 (managing the window).
    """
    before, tcp = at.step.window_before, at.tcp
    if before is None or before.window == tcp.window or tcp.syn or tcp.rst or not tcp.window:
        return None
    labels = tcp.labels
    largest = at.conversation.largest_window.get(at.me)
    if largest is None or not before.window or labels.window_update or labels.zero_window or not tcp.has_ack:
        return None
    was_low, is_low = 2 * before.window < largest.window, 2 * tcp.window < largest.window
    if was_low == is_low or largest.frame == at.packet.frame:
        return None
    return {
        **at.roles,
        "window": at["tcp.window_size"],
        "before": known(before.window, before.frame, "tcp.window_size"),
        "before_frame": frame_of(before.frame),
        "largest": known(largest.window, largest.frame, "tcp.window_size"),
        "largest_frame": frame_of(largest.frame),
        "falls": word(is_low),
    }


def _probe(at: At) -> bool:
    """Whether the segment only asks if the other end is there, or if its window has opened."""
    step = at.step
    asks = step.window_probe is not None and not step.window_probe.answer
    return asks or step.keep_alive is not None or at.tcp.labels.zero_window_probe
