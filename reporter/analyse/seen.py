"""The whole capture, one packet after another: each packet with what it means, then the streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reporter.analyse.conversation import Conversation
from reporter.analyse.foresight import HELD, Foresight, Lookahead
from reporter.analyse.step import Step
from reporter.model.packet import Packet
from reporter.model.stream import Endpoint, Stream


@dataclass(frozen=True, slots=True)
class Seen:
    """One packet; with TCP also its conversation (as it stands after this packet) and its step in it."""

    packet: Packet
    conversation: Conversation | None = None
    step: Step | None = None


class Analysis:
    """Analyses packets as they come. With `keep` False only what later packets need is remembered."""

    def __init__(self, *, keep: bool = True, held: int = HELD) -> None:
        self._keep = keep
        self._lookahead = Lookahead(held)
        self._conversations: dict[int, Conversation] = {}
        self._open: dict[tuple[str, Endpoint], list[Conversation]] = {}
        self._last: dict[tuple[Endpoint, Endpoint], Conversation] = {}
        self.packets = 0

    def run(self, packets: Iterable[Packet]) -> Iterator[Seen]:
        """Each packet with its meaning, in order."""
        for packet in self._lookahead.pass_through(packets):
            self.packets += 1
            if packet.tcp is None:
                yield Seen(packet)
                continue
            stream = packet.tcp.stream
            conversation = self._conversations.get(stream)
            if conversation is None:
                foresight = self._lookahead.known.get(stream) or Foresight()
                conversation = Conversation(packet, foresight, keep=self._keep)
                self._conversations[stream] = conversation
                self._introduce(conversation)
            yield Seen(packet, conversation, conversation.advance(packet))

    def _introduce(self, conversation: Conversation) -> None:
        """Tell a new conversation which others of its hosts are open, and which had the same ports."""
        pair = conversation.client.address, conversation.server
        still_open = [other for other in self._open.get(pair, ()) if not other.over]
        conversation.parallel = tuple(still_open)
        self._open[pair] = [*still_open, conversation]
        both = conversation.client, conversation.server
        conversation.reused = self._last.get(both)
        self._last[both] = conversation

    def ended(self) -> tuple[tuple[Stream, Conversation], ...]:
        """Each stream with its conversation, by number."""
        return tuple(
            (self._conversations[number].summary(), self._conversations[number])
            for number in sorted(self._conversations)
        )

    def streams(self) -> tuple[Stream, ...]:
        """The streams of what has been analysed, by number."""
        return tuple(self._conversations[number].summary() for number in sorted(self._conversations))
