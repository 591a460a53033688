"""What a rule is given: one packet, its conversation and step, and what the capture told before."""

from __future__ import annotations

from decimal import Decimal

from reporter.analyse.conversation import Conversation
from reporter.analyse.memory import Memory
from reporter.analyse.seen import Seen
from reporter.analyse.step import Step
from reporter.explain.evidence import Fact, derived, field, known, word
from reporter.model.packet import Packet
from reporter.model.stream import Role
from reporter.model.tcp import Tcp


def _roles(me: Role) -> dict[str, Fact | None]:
    return {"sender": word(me), "receiver": word(me.other)}


_ROLES = {role: _roles(role) for role in Role}


class At:
    """One packet as a rule sees it. `at["tcp.ack"]` is the fact of that field of this packet.

    Only for rules on `tcp` and what rides on it: `tcp`, the header; `conversation` and `step`, this segment's;
    `me` and `peer`, who sent and who receives it; `roles`, the facts `sender` and `receiver`, which nearly every
    sentence needs (to be copied, not changed).
    """

    __slots__ = ("_facts", "conversation", "me", "memory", "packet", "peer", "roles", "seen", "step", "tcp")
    tcp: Tcp
    conversation: Conversation
    step: Step

    def __init__(self, seen: Seen, memory: Memory) -> None:
        self.seen = seen
        self.packet: Packet = seen.packet
        self.memory = memory
        self._facts: dict[str, Fact] = {}
        if seen.step is not None and seen.conversation is not None and seen.packet.tcp is not None:
            self.tcp, self.conversation, self.step = seen.packet.tcp, seen.conversation, seen.step
            self.me: Role = seen.step.sender
            self.peer: Role = seen.step.sender.other
            self.roles: dict[str, Fact | None] = _ROLES[seen.step.sender]

    def __getitem__(self, name: str) -> Fact:
        found = self._facts.get(name)
        if found is None:
            found = self._facts[name] = field(self.packet, name)
        return found

    @property
    def malformed(self) -> Fact:
        """Whether Wireshark marks the packet as malformed (Info column): then even its protocol is in doubt."""
        return derived("[Malformed Packet" in self.packet.info, self["_ws.col.Info"])

    def moments(self, *earlier: tuple[Decimal, int]) -> tuple[Fact, ...]:
        """The absolute times of earlier frames, given by relative time and number, and of this one."""
        zero = self.packet.epoch - self.packet.time
        return (*(known(zero + time, frame, "frame.time_epoch") for time, frame in earlier), self["frame.time_epoch"])

    def elapsed(self, time: Decimal, frame: int) -> Decimal | None:
        """The seconds from an earlier frame, captured at `time`, to this one; None where they may not be told,
        because the timestamps go back in between."""
        return self.seen.clock.between(frame, time, self.packet.frame, self.packet.time)

    def since(self, time: Decimal, frame: int) -> Fact | None:
        """`elapsed` with the two times as evidence."""
        seconds = self.elapsed(time, frame)
        return None if seconds is None else derived(seconds, *self.moments((time, frame)))
