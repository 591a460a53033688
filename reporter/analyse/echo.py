"""What the echoed timestamp of a segment tells: which segments of the other end had reached its sender."""

from __future__ import annotations

from reporter.analyse.conversation import Conversation
from reporter.analyse.step import Stamped
from reporter.model.stream import Role
from reporter.model.tcp import Tcp

_WRAP = 1 << 32


def unheard(conversation: Conversation, me: Role, tcp: Tcp) -> Stamped | None:
    """The first sign of a gap (duplicate ACK or SACK block) of the other end, if none of its signs had arrived.

    A TSecr older than the TSval of that sign tells it: an Ack without gaps before it brings the echo up to its TSval.
    None where the options are missing or do not tell.

    Reference: RFC 7323, sections 4.3 and 5.2; tshark fields tcp.options.timestamp.tsval, tcp.options.timestamp.tsecr.
    """
    echo, mine, standing = tcp.options.ts_echo, conversation.acks.get(me), conversation.acks.get(me.other)
    if echo is None or not tcp.has_ack or mine is None or standing is None or standing.sign is None:
        return None
    stamp, last = standing.sign.value, max(standing.last_duplicate or 0, standing.sack_frame or 0)
    if stamp is None or not 0 < (stamp - echo) % _WRAP < _WRAP // 2:
        return None
    # A segment beyond what has been confirmed does not change what is echoed.
    complete = conversation.ledger[me.other].next == mine.ack and mine.frame < last
    return standing.sign if complete else None
