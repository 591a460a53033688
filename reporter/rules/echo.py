"""What the echoed timestamps tell of segments sent again or late."""

from __future__ import annotations

from reporter.analyse.echo import unheard
from reporter.explain.at import At
from reporter.explain.evidence import Facts, frame_of, known
from reporter.explain.registry import rule


@rule("L14", on="tcp", when="again", facts="sender receiver echo stamp sign_frame", rank=24)
def unprompted(at: At) -> Facts | None:
    """A segment sent again that cannot answer the duplicate ACKs or SACK blocks captured before it.

    `echo` is its TSecr, `stamp` the later TSval of the first of them, in `sign_frame`.

    Reference: RFC 7323, section 4.3; RFC 5681, section 3.2.
    """
    sign, sent, tcp = unheard(at.conversation, at.me, at.tcp), at.step.sent, at.tcp
    standing = at.conversation.acks.get(at.peer)
    if sign is None or sign.value is None or standing is None or not (sent.repeated or sent.fills):
        return None
    if tcp.syn or tcp.rst or tcp.fin or sent.acknowledged or sent.start > max(standing.ack, standing.sacked or 0):
        return None
    if at.step.keep_alive is not None or at.step.window_probe is not None:
        return None
    return {
        **at.roles,
        "echo": at["tcp.options.timestamp.tsecr"],
        "stamp": known(sign.value, sign.frame, "tcp.options.timestamp.tsval"),
        "sign_frame": frame_of(sign.frame),
    }
