"""RSTs that their receiver need not obey, told by their numbers."""

from __future__ import annotations

from reporter.analyse.ledger import Direction
from reporter.analyse.pieces import Sent
from reporter.analyse.step import Mark
from reporter.model.stream import Role
from reporter.model.tcp import Tcp
from reporter.model.value import value

_WRAP = 1 << 32


@value
class Stray:
    """A RST of `sender` that its receiver need not obey: it lies `below` what the receiver had confirmed, or else
    beyond every number captured from its sender, of which it has `passed` some that were not captured.
    """

    mark: Mark
    sender: Role
    below: bool
    passed: int = 0

    @property
    def fin(self) -> int | None:
        """The one number that it has passed: a FIN of its sender, if the capture has missed one."""
        return self.mark.seq - 1 if self.passed == 1 else None


def unconnected(tcp: Tcp, bare: Mark | None) -> bool:
    """Whether a RST answers the segment `bare`, which has no ACK, from an end without a connection: its raw Seq is 0,
    and its Ack the number after that segment.

    Reference: RFC 9293, section 3.10.7.1.
    """
    return bare is not None and tcp.has_ack and tcp.seq_raw == 0 and tcp.ack == bare.next_seq % _WRAP


def lies_below(sent: Sent, direction: Direction) -> bool:
    """Whether a RST lies below what its receiver has confirmed of this `direction`: outside the receive window, so
    that it is dropped without an answer. It answers a segment that was sent before that confirmation.

    Reference: RFC 9293, section 3.10.7.4; RFC 5961, section 3.2.
    """
    return direction.acked is not None and sent.start < direction.acked
