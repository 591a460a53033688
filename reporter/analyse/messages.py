"""The messages that one end of a connection sends in several segments, and each segment's part in them."""

from __future__ import annotations

from dataclasses import dataclass, field

from reporter.analyse.pieces import Sent
from reporter.analyse.step import Share, Whole
from reporter.model.packet import Packet
from reporter.model.tcp import Tcp

#: Up to how many segments of one message are remembered with their lengths.
_PARTS = 6


@dataclass(slots=True)
class _Message:
    """The message under way that frame `done_in` will complete, begun in frame `begun`; `start` is the lowest number of
    its segments so far.
    """

    done_in: int
    begun: int
    start: int
    ordered: bool = True
    count: int = 0
    total: int = 0
    parts: list[tuple[int, int]] = field(default_factory=list)
    repeats: list[int] = field(default_factory=list)

    def add(self, frame: int, length: int, sent: Sent) -> None:
        self.start = min(self.start, sent.start)
        if length and sent.repeated and not sent.fresh:
            self.repeats.append(frame)
            return
        if sent.gap or sent.fills or sent.fresh != length:
            self.ordered = False
            return
        self.count += 1
        self.total += length
        if len(self.parts) < _PARTS:
            self.parts.append((frame, length))


class Messages:
    """The message of one end that is under way (`tcp.reassembled_in`, `tcp.segments`)."""

    def __init__(self) -> None:
        self._now: _Message | None = None

    def share(self, packet: Packet, tcp: Tcp, sent: Sent) -> Share | None:
        """Enter a segment of a message that a later frame completes; its part in it, None for any other segment."""
        done_in = tcp.reassembled_in
        if done_in is None or not tcp.length:
            return None
        message = self._now
        if message is None or message.done_in != done_in:
            message = self._now = _Message(done_in, packet.frame, sent.start)
        message.add(packet.frame, tcp.length, sent)
        return Share(done_in, message.count if message.ordered else 0)

    def whole(self, packet: Packet, tcp: Tcp, sent: Sent) -> Whole | None:
        """Enter a segment that completes a message; that message, None where none of its segments came before."""
        message = self._now
        if not tcp.segments or message is None or message.done_in != packet.frame:
            return None
        message.add(packet.frame, tcp.length, sent)
        repeats = tuple(each for each in message.repeats if each in tcp.segments)
        if not message.ordered or message.count != len(set(tcp.segments).difference(repeats)):
            return Whole(repeats, None, closes=False)
        parts = tuple(message.parts) if message.count < _PARTS else None
        return Whole(repeats, parts, closes=message.total == tcp.reassembled_length)

    def under_way(self, frame: int) -> tuple[int, int] | None:
        """The first frame of the message that is not yet complete in `frame`, and the frame that completes it."""
        message = self._now
        return (message.begun, message.done_in) if message is not None and message.done_in > frame else None

    def start_of(self, packet: Packet, sent: Sent) -> int:
        """The number at which the message of this segment begins: the segment's own where it completes no other."""
        message = self._now
        return message.start if message is not None and message.done_in == packet.frame else sent.start
