"""What is remembered of a capture once its report is written: findings, connections, exchanges. Bounded, picklable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from reporter.batch.traces import MOST_STREAMS, Traces
from reporter.batch.watch import Watch
from reporter.explain.endings import Ending, Endings
from reporter.model.http2 import Http2Exchange, Http2Fields
from reporter.model.stream import Exchange, Stream
from reporter.pipeline.explain import Explained

#: How many connections, exchanges and addresses of one capture are remembered.
MOST = {"streams": MOST_STREAMS, "exchanges": 5000, "addresses": 4096}
#: Frames remembered of each situation; a verdict names as many, so that it knows whether there are others.
FRAMES = 6
_STREAMS, _EXCHANGES, _ADDRESSES = MOST.values()


@dataclass(slots=True)
class Count:
    """How often something was seen, on which frames first, and whether on others too."""

    count: int = 0
    frames: list[int] = field(default_factory=list)
    more: bool = False

    def add(self, *frames: int) -> None:
        """Count one more, which is seen on these frames; the first are remembered."""
        self.count += 1
        for frame in frames:
            if frame in self.frames:
                continue
            if len(self.frames) < FRAMES:
                self.frames.append(frame)
            else:
                self.more = True


@dataclass(frozen=True, slots=True)
class Connection:
    """One TCP connection. `isns` are the raw initial sequence numbers of client and server, None without a SYN/ACK.

    `opened` is the time of that segment. `keys` are fingerprints of segments with data, a sample by content
    (`reporter.batch.traces`), each with its time in nanoseconds since 1970.
    `heard` are the packets of client and of server. `start` is the time of its first frame (`frame.time_epoch`).
    `same` is a name for it in every capture of a submission that holds it, empty when only one does.
    """

    number: int
    client: str
    server: str
    opening: str
    closing: str
    first_frame: int
    last_frame: int
    start: Decimal
    heard: tuple[int, int]
    handshake: tuple[int, ...]
    teardown: tuple[int, ...]
    answered: int
    isns: tuple[int, int] | None
    keys: Mapping[int, int]
    opened: Decimal | None = None
    same: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One HTTP exchange; `status` and the response's frame are None without an answer."""

    stream: int
    method: str
    host: str
    target: str
    status: int | None
    type: str
    request_frame: int | None
    response_frame: int | None


@dataclass(frozen=True, slots=True)
class Observed:
    """One capture. `tail` is `cut short`, `damaged` or empty; `addresses` have the frame they are first seen on.

    `first` and `last` are the earliest and the latest time (`frame.time_epoch`), with the frames that have them.
    `cut` names of what there is more than is remembered: `streams`, `exchanges`, `addresses` (`MOST`).
    """

    name: str
    sha256: str
    size: int
    packets: int
    tail: str
    first: Decimal
    last: Decimal
    findings: dict[str, Count]
    connections: tuple[Connection, ...]
    exchanges: tuple[Asked, ...]
    addresses: dict[str, int]
    cut: tuple[str, ...] = ()
    first_frame: int = 0
    last_frame: int = 0


class Observer:
    """Watches the packets of one capture go by; `watch` notes what tells them from those of other captures."""

    def __init__(self, watch: Watch | None = None) -> None:
        self._watch = watch
        self._findings: dict[str, Count] = {}
        self._traces = Traces(streams=_STREAMS)
        self._addresses: dict[str, int] = {}
        self._first: Decimal | None = None
        self._last = Decimal(0)
        self._frames = (0, 0)
        self._packets = 0
        self._cut = False

    def __call__(self, explained: Explained) -> None:
        packet = explained.seen.packet
        self._packets += 1
        if packet.timed:
            if self._first is None or packet.epoch < self._first:
                self._first, self._frames = packet.epoch, (packet.frame, self._frames[1])
            if not self._frames[1] or packet.epoch > self._last:
                self._last, self._frames = packet.epoch, (self._frames[0], packet.frame)
        if self._watch is not None:
            self._watch.see(packet, ((each.rule, each.frame) for each in explained.findings))
        for finding in explained.findings:
            self._findings.setdefault(finding.rule, Count()).add(finding.frame)
        if packet.ip is not None:
            for address in (packet.ip.src, packet.ip.dst):
                if address in self._addresses:
                    continue
                if len(self._addresses) < _ADDRESSES:
                    self._addresses[address] = packet.frame
                else:
                    self._cut = True
        self._traces.see(packet)

    def observed(
        self, *, name: str, sha256: str, size: int, tail: str, streams: Iterable[Stream], endings: Endings
    ) -> Observed:
        """All of it, when the last packet has gone by."""
        self._traces.settle()
        for ending in (*endings.capture, *(each for found in endings.streams.values() for each in found)):
            frames = _frames_of(ending)
            self._findings.setdefault(ending.entry, Count()).add(*frames)
            if self._watch is not None:
                self._watch.endings.setdefault(ending.entry, []).append((ending.stream, tuple(frames)))
        kept = [stream for stream in streams if stream.number in self._traces.streams]
        exchanges: list[Exchange | Http2Exchange] = []
        for stream in kept:
            exchanges += (*stream.exchanges, *stream.http2)
        cut = {"streams": self._traces.cut, "exchanges": len(exchanges) > _EXCHANGES, "addresses": self._cut}
        return Observed(
            name=name,
            sha256=sha256,
            size=size,
            packets=self._packets,
            tail=tail,
            first=self._first or Decimal(0),
            last=self._last,
            findings=dict(sorted(self._findings.items())),
            connections=tuple(self._connection(stream) for stream in kept),
            exchanges=tuple(
                _asked(each) if isinstance(each, Exchange) else _asked_of_http2(each) for each in exchanges[:_EXCHANGES]
            ),
            addresses=self._addresses,
            cut=tuple(name for name, more in cut.items() if more),
            first_frame=self._frames[0],
            last_frame=self._frames[1],
        )

    def _connection(self, stream: Stream) -> Connection:
        seen = self._traces.streams[stream.number]
        ends = (stream.client, stream.server)
        client, server = (seen.heard.get((end.address, end.port), 0) for end in ends)
        return Connection(
            number=stream.number,
            client=str(stream.client),
            server=str(stream.server),
            opening=str(stream.opening),
            closing=str(stream.closing),
            first_frame=stream.first_frame,
            last_frame=stream.last_frame,
            start=seen.start,
            opened=seen.opened,
            heard=(client, server),
            handshake=stream.handshake,
            teardown=stream.teardown,
            answered=stream.answered,
            isns=seen.isns,
            keys=dict(sorted(seen.keys.items())),
        )


def _frames_of(ending: Ending) -> list[int]:
    """The frames on which the facts of a situation of a stream or the capture rest."""
    return sorted({each.frame for fact in ending.facts.values() if fact is not None for each in fact.evidence})


def _asked(exchange: Exchange) -> Asked:
    request, response = exchange.request, exchange.response
    host = request.header("Host") if request is not None else None
    kind = response.header("Content-Type") if response is not None else None
    return Asked(
        stream=exchange.stream,
        method=request.method if request is not None else "",
        host=host.value if host is not None else "",
        target=request.target if request is not None else "",
        status=response.code if response is not None else None,
        type=kind.value if kind is not None else "",
        request_frame=exchange.request_frame,
        response_frame=exchange.response_frame,
    )


def _asked_of_http2(exchange: Http2Exchange) -> Asked:
    request, response = exchange.request, exchange.response
    asked = (request.fields if request is not None else None) or Http2Fields()
    answered = (response.fields if response is not None else None) or Http2Fields()
    return Asked(
        stream=exchange.stream,
        method=asked.method,
        host=asked.authority,
        target=asked.path,
        status=answered.status,
        type=answered.content_type,
        request_frame=request.frame if request is not None else None,
        response_frame=response.frame if response is not None else None,
    )
