"""What a rule is given: one packet, its conversation and step, and what the capture told before."""

from __future__ import annotations

from reporter.analyse.conversation import Conversation
from reporter.analyse.memory import Memory
from reporter.analyse.seen import Seen
from reporter.analyse.step import Step
from reporter.explain.evidence import Fact, field, word
from reporter.model.packet import Packet
from reporter.model.stream import Role
from reporter.model.tcp import Tcp


class At:
    """One packet as a rule sees it. `at["tcp.ack"]` is the fact of that field of this packet."""

    __slots__ = ("memory", "packet", "seen")

    def __init__(self, seen: Seen, memory: Memory) -> None:
        self.seen = seen
        self.packet: Packet = seen.packet
        self.memory = memory

    def __getitem__(self, name: str) -> Fact:
        return field(self.packet, name)

    @property
    def tcp(self) -> Tcp:
        """The TCP header; only for rules on `tcp` and what rides on it."""
        assert self.packet.tcp is not None
        return self.packet.tcp

    @property
    def conversation(self) -> Conversation:
        """The conversation; only for rules on `tcp` and what rides on it."""
        assert self.seen.conversation is not None
        return self.seen.conversation

    @property
    def step(self) -> Step:
        """This segment's step; only for rules on `tcp` and what rides on it."""
        assert self.seen.step is not None
        return self.seen.step

    @property
    def me(self) -> Role:
        """Who sent this segment."""
        return self.step.sender

    @property
    def peer(self) -> Role:
        """Who receives it."""
        return self.step.sender.other

    @property
    def roles(self) -> dict[str, Fact | None]:
        """The facts `sender` and `receiver`, which nearly every sentence needs."""
        return {"sender": word(self.me), "receiver": word(self.peer)}
