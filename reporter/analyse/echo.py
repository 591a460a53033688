"""What the echoed timestamp of a segment tells: which segments of the other end had reached its sender."""

from __future__ import annotations

from collections.abc import Sequence

from reporter.analyse.conversation import Conversation
from reporter.analyse.step import Mark, Stamped
from reporter.model.stream import Role
from reporter.model.tcp import Tcp

_WRAP = 1 << 32


def copies_of(asked: Mark, conversation: Conversation, role: Role) -> tuple[Mark, ...]:
    """A SYN of `role`, and after it those of its copies that are remembered."""
    marks = conversation.syns[role]
    again = [mark for mark in marks if mark.frame > asked.frame and mark.raw == asked.raw and not mark.answers]
    return (asked, *again)


def echoed(copies: Sequence[Mark], tcp: Tcp) -> Mark | None:
    """The only one of several copies of a SYN whose TSval the SYN-ACK echoes; None where that does not tell.

    Reference: RFC 7323, section 3.2; tshark fields tcp.options.timestamp.tsval, tcp.options.timestamp.tsecr.
    """
    echo = tcp.options.ts_echo
    found = [mark for mark in copies if mark.options is not None and mark.options.ts_value == echo]
    return found[0] if echo is not None and len(found) == 1 else None


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
