"""The drawings over time: requests as a waterfall, sequence numbers as a plot. Times are relative seconds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reporter.explain.words import Rich
from reporter.report.caption import Caption


@dataclass(frozen=True, slots=True)
class Bar:
    """One request in a waterfall, or the opening of a connection (`response` None and `first` equal to `end`).

    Times are relative seconds. `label` and `status` are safe to show.
    """

    label: str  #: method and target of the request
    status: str  #: status of the response
    start: Decimal  #: seconds, when the request began
    first: Decimal | None  #: seconds, first byte of the response; nothing where not captured
    end: Decimal | None  #: seconds, last byte of the response; nothing where not captured
    request: int | None  #: frame of the request
    response: int | None  #: frame of the response; nothing for an opening


@dataclass(frozen=True, slots=True)
class Lane:
    """One connection in a waterfall: its opening, where it was captured, and its requests."""

    label: str  #: name of the connection
    opening: Bar | None  #: its handshake, where it was captured
    bars: tuple[Bar, ...]  #: its requests, in order


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Requests over time, by connection."""

    caption: Caption  #: number and words of the figure
    lanes: tuple[Lane, ...]  #: one for each connection
    description: str  #: the figure in words, for those who cannot see it
    omitted: Rich = ()  #: how many requests are left out, in words
    kind: str = "waterfall"


@dataclass(frozen=True, slots=True)
class Stroke:
    """Numbers [low, high) carried by one frame at a time (relative seconds)."""

    frame: int  #: `frame.number`
    time: Decimal  #: seconds since the first frame
    low: int  #: relative sequence number of its first byte
    high: int  #: relative sequence number after its last byte
    repeated: bool  #: whether it repeats what was captured before


@dataclass(frozen=True, slots=True)
class Panel:
    """One direction of a sequence plot: what was sent, and how far the other end confirmed it, by time."""

    label: str  #: who sends
    strokes: tuple[Stroke, ...]  #: the segments with data
    acks: tuple[tuple[Decimal, int], ...]  #: time in seconds, and the Ack of the other end


@dataclass(frozen=True, slots=True)
class SequencePlot:
    """Sequence numbers over time, a panel for each direction."""

    caption: Caption  #: number and words of the figure
    panels: tuple[Panel, ...]  #: one for each direction
    description: str  #: the figure in words, for those who cannot see it
    kind: str = "sequence-plot"
