"""What the echoed timestamps of a segment tell: which segments of the other end had reached its sender."""

from __future__ import annotations

from reporter.analyse.step import Acked
from reporter.explain.at import At
from reporter.explain.evidence import Facts, frame_of, known
from reporter.explain.registry import rule

_WRAP = 1 << 32


def unheard(at: At) -> Acked | None:
    """The other end's Ack of which no duplicate and no SACK block had arrived when this segment was sent.

    A TSecr older than the TSval of the first of them tells that: an Ack without gaps before it brings TSecr up to
    its TSval. None where the option is missing or does not tell.

    Reference: RFC 7323, sections 4.3 and 5.2; tshark fields tcp.options.timestamp.tsval, tcp.options.timestamp.tsecr.
    """
    echo, mine = at.tcp.options.ts_echo, at.conversation.acks.get(at.me)
    standing = at.conversation.acks.get(at.peer)
    if echo is None or not at.tcp.has_ack or mine is None or standing is None or standing.sign is None:
        return None
    stamp, last = standing.sign.value, max(standing.last_duplicate or 0, standing.sack_frame or 0)
    if stamp is None or not (stamp - echo) % _WRAP < _WRAP // 2 or stamp == echo:
        return None
    # A segment beyond what has been confirmed does not change what is echoed.
    complete = at.conversation.ledger[at.peer].next == mine.ack and mine.frame < last
    return standing if complete else None


@rule("L14", on="tcp", when="again", facts="sender receiver echo stamp sign_frame", rank=24)
def unprompted(at: At) -> Facts | None:
    """A segment sent again that cannot answer the duplicate ACKs or SACK blocks captured before it.

    `echo` is its TSecr, `stamp` the later TSval of the first of them, in `sign_frame`.

    Reference: RFC 7323, section 4.3; RFC 5681, section 3.2.
    """
    standing, sent, tcp = unheard(at), at.step.sent, at.tcp
    sign = standing.sign if standing is not None else None
    if standing is None or sign is None or sign.value is None or not (sent.repeated or sent.fills):
        return None
    if tcp.syn or tcp.rst or tcp.fin:
        return None
    if at.step.keep_alive is not None or at.step.window_probe is not None or sent.acknowledged:
        return None
    if sent.start > max(standing.ack, standing.sacked or 0):
        return None
    return {
        **at.roles,
        "echo": at["tcp.options.timestamp.tsecr"],
        "stamp": known(sign.value, sign.frame, "tcp.options.timestamp.tsval"),
        "sign_frame": frame_of(sign.frame),
    }
