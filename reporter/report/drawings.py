"""The drawings over time: requests as a waterfall, sequence numbers as a plot. Times are relative seconds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reporter.explain.words import Rich
from reporter.report.caption import Caption


@dataclass(frozen=True, slots=True)
class Bar:
    """One request in a waterfall, or the opening of a connection (`response` None and `first` equal to `end`).

    Times are relative seconds: `start` of the request, `first` byte of the response, `end` of it; None where not
    captured. `label` and `status` are safe to show; frames are those of the request and of the response.
    """

    label: str
    status: str
    start: Decimal
    first: Decimal | None
    end: Decimal | None
    request: int | None
    response: int | None


@dataclass(frozen=True, slots=True)
class Lane:
    """One connection in a waterfall: its opening, where it was captured, and its requests."""

    label: str
    opening: Bar | None
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Requests over time, by connection. `description` is the text alternative of the figure."""

    caption: Caption
    lanes: tuple[Lane, ...]
    description: str
    omitted: Rich = ()
    kind: str = "waterfall"


@dataclass(frozen=True, slots=True)
class Stroke:
    """Numbers [low, high) carried by one frame at a time (relative seconds); `repeated` when captured before."""

    frame: int
    time: Decimal
    low: int
    high: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """One direction of a sequence plot: what was sent, and how far the other end confirmed it, by time."""

    label: str
    strokes: tuple[Stroke, ...]
    acks: tuple[tuple[Decimal, int], ...]


@dataclass(frozen=True, slots=True)
class SequencePlot:
    """Sequence numbers over time, a panel for each direction. `description` is the text alternative."""

    caption: Caption
    panels: tuple[Panel, ...]
    description: str
    kind: str = "sequence-plot"
