"""Which packets a command shows. All packets are analysed, whatever is shown."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from pathlib import Path

from reporter.errors import CaptureTrouble
from reporter.model.packet import Packet
from reporter.pipeline.asked import verify_stream


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line; nothing asked for is everything."""

    frames: frozenset[int] = frozenset()
    stream: int | None = None
    display_filter: str | None = None
    decode_as: tuple[str, ...] = ()


@dataclass(slots=True)
class Selection:
    """Chooses packets and remembers what there was, so that a wrong number can be told what is right."""

    wanted: Wanted
    matching: Set[int] | None = None
    streams: set[int] = field(default_factory=set)
    last: int = 0

    def takes(self, packet: Packet) -> bool:
        """Whether this packet is to be shown."""
        self.last = max(self.last, packet.frame)
        stream = packet.tcp.stream if packet.tcp else None
        if stream is not None and self.wanted.stream is not None:
            self.streams.add(stream)
        return (
            (not self.wanted.frames or packet.frame in self.wanted.frames)
            and (self.wanted.stream is None or stream == self.wanted.stream)
            and (self.matching is None or packet.frame in self.matching)
        )

    def takes_stream(self, number: int) -> bool:
        """Whether this connection is to be shown."""
        return self.wanted.stream is None or self.wanted.stream == number

    def satisfied(self, frame: int) -> bool:
        """Whether no packet after this one can be wanted."""
        return bool(self.wanted.frames) and self.wanted.stream is None and frame >= max(self.wanted.frames)

    def verify(self, path: Path) -> None:
        """Raise CaptureTrouble when a frame or stream was asked for that the capture does not have."""
        beyond = sorted(frame for frame in self.wanted.frames if frame > self.last)
        if beyond:
            there = f"its frames are 1 to {self.last}" if self.last else "it has no packets"
            raise CaptureTrouble(
                f"the capture has no frame {', '.join(map(str, beyond))}; {there}",
                where=str(path),
                to_do="name a frame by the number in Wireshark's No. column",
            )
        verify_stream(str(path), self.wanted.stream, self.streams)
