"""What a report is written from: explained packets of each capture, its streams, details of frames."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

from reporter.analyse.clock import STEADY, Clock
from reporter.analyse.seen import Seen
from reporter.explain.endings import Endings
from reporter.explain.engine import Failure, Finding
from reporter.model.detail import Detail
from reporter.model.packet import Packet
from reporter.model.stream import Stream
from reporter.privacy import Guard

#: How many packets of one stream are kept from its beginning and from its end, and how many outside any stream.
HEAD, TAIL, OUTSIDE = 600, 200, 400
#: From here on the middle of long streams is let go.
_ALL = 20_000


@dataclass(frozen=True, slots=True)
class Told:
    """One packet as it was seen, with what the rules found in it."""

    seen: Seen
    findings: tuple[Finding, ...]

    @property
    def packet(self) -> Packet:
        """The packet that is told of."""
        return self.seen.packet

    @property
    def repeats(self) -> tuple[int, ...]:
        """The segments of the message that it completes which only carried again what others had carried."""
        step = self.seen.step
        return step.whole.repeats if step is not None and step.whole is not None else ()


@dataclass(slots=True)
class _Kept:
    head: list[Told] = field(default_factory=list)
    tail: deque[Told] = field(default_factory=lambda: deque(maxlen=TAIL))
    dropped: int = 0


class Keeper:
    """Keeps the packets that a report may show, bounded: of a long stream its beginning and its end.

    `began` and `ended` are the first and last packet that have a time; `clock` tells which times between frames of
    the capture may be told.
    """

    def __init__(self) -> None:
        self._streams: dict[int, _Kept] = {}
        self._outside: list[Told] = []
        self.count = 0
        self.outside_dropped = 0
        self.first: Packet | None = None
        self.last: Packet | None = None
        self.began: Packet | None = None
        self.ended: Packet | None = None
        self.clock: Clock = STEADY

    def keep(self, told: Told) -> None:
        """Enter the next packet; of a long stream it may push an earlier one out."""
        self.count += 1
        self.first = self.first or told.packet
        self.last = told.packet
        if told.packet.timed:
            self.began = self.began or told.packet
            self.ended = told.packet
        self.clock = told.seen.clock
        tcp = told.packet.tcp
        if tcp is None:
            if len(self._outside) < OUTSIDE or self.count <= _ALL:
                self._outside.append(told)
            else:
                self.outside_dropped += 1
            return
        kept = self._streams.setdefault(tcp.stream, _Kept())
        if len(kept.head) < HEAD or (self.count <= _ALL and not kept.tail):
            kept.head.append(told)
            return
        if len(kept.tail) == TAIL:
            kept.dropped += 1
        kept.tail.append(told)

    def of_stream(self, number: int) -> list[Told]:
        """The kept packets of one stream, in order."""
        kept = self._streams.get(number)
        return [*kept.head, *kept.tail] if kept else []

    def dropped(self, number: int) -> int:
        """How many packets of a stream were let go between its head and its tail."""
        kept = self._streams.get(number)
        return kept.dropped if kept else 0

    def outside(self) -> list[Told]:
        """The kept packets outside any TCP stream, in order."""
        return self._outside

    def all(self) -> list[Told]:
        """All kept packets, in order of frames."""
        everything = [told for number in self._streams for told in self.of_stream(number)]
        return sorted([*everything, *self._outside], key=lambda told: told.packet.frame)


@dataclass(frozen=True, slots=True)
class Particulars:
    """The capture as a file: `interfaces` are pairs of name and capture filter, empty where the file does not say.

    They are None when they could not be read, because of how the file is packed.
    """

    path: Path
    size: int
    sha256: str
    kind: str
    interfaces: tuple[tuple[str, str], ...] | None


def names_of(paths: Sequence[Path]) -> list[str]:
    """The names of captures: of the file, with as many of its folders as tell it from the others."""
    names = [path.name for path in paths]
    resolved = [path.resolve() for path in paths]
    for depth in range(2, max((len(path.parts) for path in resolved), default=0)):
        if len(set(names)) == len(names):
            break
        shared = {name for name in names if names.count(name) > 1}
        names = [
            "/".join(path.parts[-depth:]) if name in shared else name
            for name, path in zip(names, resolved, strict=True)
        ]
    return names


@dataclass(frozen=True, slots=True)
class Capture:
    """One capture of the report. `shown` are the frames a display filter lets through, None without one.

    `bodies` gives the bodies of the HTTP messages that frames complete, `endings` are the findings about whole
    streams and the whole capture, `number` counts the captures of the report from 0, `called` is its name where the
    file's own would not tell it from another. `guard` is what everything of it has passed.
    """

    particulars: Particulars
    keeper: Keeper
    streams: tuple[Stream, ...]
    tail: str
    failures: tuple[Failure, ...]
    shown: Set[int] | None
    details: Callable[[Iterable[int]], Mapping[int, Detail]]
    endings: Endings = field(default_factory=Endings)
    #: Asked for the version of the tshark that has dissected it.
    tshark: Callable[[], str] = str
    bodies: Callable[[Iterable[int]], dict[int, bytes]] = lambda frames: {}
    #: What to say of bodies that were left as they were sent, because unpacking them cost more than the limits:
    #: a key of the part `section-limits`, or nothing.
    packed: Callable[[], str] = str
    #: Of how many packets text was left out because it was too long, and the first of them.
    cut: tuple[int, int] = (0, 0)
    number: int = 0
    called: str = ""
    guard: Guard = field(default_factory=Guard)

    @property
    def name(self) -> str:
        """The file's name without its folder, unless another capture of the report has the same."""
        return self.called or self.particulars.path.name

    def stream(self, number: int) -> Stream | None:
        """The stream of that number."""
        return next((stream for stream in self.streams if stream.number == number), None)

    def told(self, stream: int) -> list[Told]:
        """The packets of a stream that are to be shown."""
        packets = self.keeper.of_stream(stream)
        if self.shown is None:
            return packets
        return [told for told in packets if told.packet.frame in self.shown]


@dataclass(frozen=True, slots=True)
class Story:
    """One connection of one capture: what a section speaks of. `why` is the key of the reason for choosing it."""

    capture: Capture
    stream: Stream
    why: str

    def told(self) -> list[Told]:
        """Its packets that are to be shown, in order."""
        return self.capture.told(self.stream.number)

    def at(self, frame: int) -> Told | None:
        """The packet of that frame, if kept."""
        packets = self.capture.keeper.of_stream(self.stream.number)
        return next((told for told in packets if told.packet.frame == frame), None)
