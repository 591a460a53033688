"""FINs that the capture missed, told by the numbers of the segments around them.

A FIN uses one sequence number (RFC 9293, section 3.4). So where the last number of a direction is confirmed, or
passed over by its own sender, though no captured segment carried it, and no data follow it, it is very likely a
FIN. One last byte of data that the capture missed looks the same: that is why it is never certain.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from reporter.analyse.ledger import Direction
from reporter.analyse.pieces import Confirmation, Sent
from reporter.model.stream import Role
from reporter.model.tcp import Tcp
from reporter.model.value import value


@value
class Missed:
    """A number (unwrapped) that no captured segment carried: `frame` has it below its Ack, else below its own Seq."""

    number: int
    frame: int
    by_ack: bool


class Missing:
    """What of the two directions of a connection is evidently missing at their ends; `heard` are the ends captured."""

    def __init__(self, ledger: Mapping[Role, Direction]) -> None:
        self.heard: set[Role] = set()
        self._ledger = ledger
        self._told: dict[Role, Missed] = {}
        self._single: set[Role] = set()
        self._by_reset: dict[Role, Missed] = {}

    def note(
        self,
        me: Role,
        frame: int,
        tcp: Tcp,
        sent: Sent,
        confirms: Confirmation | None,
        *,
        more: bool = False,
        ends: bool = False,
    ) -> None:
        """Enter a segment of `me` without SYN, once the ledger has it. Of the other end `more` follows its Ack, or the
        last number that it confirms `ends` it: that is its FIN, recorded later.
        """
        for role, told in [*self._told.items()] if self._told else ():
            after = self._ledger[role].next
            if after is not None and after > told.number + 1:
                # More came after it: the direction was not closed, and such single numbers prove nothing in it.
                self._single.add(role)
                del self._told[role]
        if sent.gap == 1 and not tcp.length and not tcp.fin:
            self._told[me] = Missed(sent.start - 1, frame, by_ack=False)
        one = confirms is not None and confirms.unseen == 1 and not more and self._open_end(me.other) == 1
        if confirms is not None and (one or (ends and confirms.unseen)):
            self._told[me.other] = Missed(confirms.ack - 1, frame, by_ack=True)

    def reset(self, me: Role, frame: int, tcp: Tcp) -> None:
        """Enter a RST of `me`: its Ack, which the ledger leaves out, may tell of a number that was not captured."""
        theirs = self._ledger[me.other]
        if tcp.has_ack and theirs.next is not None and theirs.unwrapped(tcp.ack) == theirs.next + 1:
            self._by_reset.setdefault(me.other, Missed(theirs.next, frame, by_ack=True))

    def fin(self, role: Role) -> Missed | None:
        """What is very likely the FIN of `role`, not captured; None where nothing tells of one."""
        reset, told = self._by_reset.get(role), self._told.get(role)
        if reset is not None and role not in self._single and self._ledger[role].next == reset.number:
            return reset
        if told is None or role in self._single or self._ledger[role].next != told.number + 1:
            return None
        filled = self._ledger[role].covering(told.number) is not None or (told.by_ack and not self._open_end(role))
        return None if filled else told

    def other_than(self, seen: Container[Role]) -> tuple[Role, Missed] | None:
        """What is very likely the FIN of an end of which none was captured (`seen` are those of which one was)."""
        found = ((role, self.fin(role)) for role in Role if role not in seen)
        return next(((role, missed) for role, missed in found if missed is not None), None)

    def unclear(self, role: Role) -> bool:
        """Whether a FIN of `role` may have been missed: no segment of it, or not its last numbers, were captured."""
        return role not in self.heard or self._open_end(role) > 0 or self.fin(role) is not None

    def _open_end(self, role: Role) -> int:
        """How many of the last numbers that the other end confirmed at once were not captured."""
        ledger = self._ledger[role]
        if not ledger.unseen or ledger.unseen[-1][1] != ledger.next:
            return 0
        left, right = ledger.unseen[-1]
        return right - left
