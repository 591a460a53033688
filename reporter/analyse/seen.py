"""The whole capture, one packet after another: each packet with what it means, then the streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reporter.analyse.clock import STEADY, Clock
from reporter.analyse.conversation import Conversation
from reporter.analyse.followed import Followed
from reporter.analyse.foresight import HELD, Foresight, Lookahead
from reporter.analyse.step import Step
from reporter.analyse.twins import Twins
from reporter.model.packet import Packet
from reporter.model.stream import Stream
from reporter.model.value import value


@value
class Seen:
    """One packet; with TCP also its conversation (as it stands after this packet) and its step in it.

    `clock` is that of the capture, up to this packet: which times between frames may be told.
    """

    packet: Packet
    conversation: Conversation | None = None
    step: Step | None = None
    clock: Clock = STEADY


class Analysis:
    """Analyses packets as they come. With `keep` False only what later packets need is remembered.

    A packet of a stream that had to be forgotten comes out without conversation and step.
    """

    def __init__(self, *, keep: bool = True, held: int = HELD) -> None:
        self._keep = keep
        self._lookahead = Lookahead(held)
        self._followed = Followed(keep=keep)
        self._clock = Clock()
        self._twins = Twins()
        self.packets = 0

    def run(self, packets: Iterable[Packet]) -> Iterator[Seen]:
        """Each packet with its meaning, in order."""
        for packet in self._lookahead.pass_through(packets):
            self.packets += 1
            self._clock.enter(packet)
            if packet.tcp is None:
                yield Seen(packet, clock=self._clock)
                continue
            stream = packet.tcp.stream
            twin = self._twins.of(packet, packet.tcp, self._clock)
            conversation = self._followed.get(stream)
            if conversation is None:
                if stream in self._followed.forgotten:
                    yield Seen(packet, clock=self._clock)
                    continue
                foresight = self._lookahead.known.get(stream) or Foresight()
                conversation = Conversation(packet, foresight, self._clock, keep=self._keep)
                self._followed.enter(conversation)
            step = conversation.advance(packet, twin)
            yield Seen(packet, conversation, step, self._clock)
            if step.first:
                # Asked for with the first segment only.
                conversation.parallel = ()
            forgotten = self._followed.used(conversation)
            if forgotten is not None:
                self._lookahead.forget(forgotten)

    def ended(self) -> tuple[tuple[Stream, Conversation], ...]:
        """Each stream with its conversation, by number."""
        return tuple((each.summary(), each) for each in self._followed.all())

    def streams(self) -> tuple[Stream, ...]:
        """The streams of what has been analysed, by number."""
        return tuple(each.summary() for each in self._followed.all())
