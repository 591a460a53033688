"""Axes of the drawings: where a time or a number lies, and the ticks at round values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor, log10

Number = float | int | Decimal

#: A pause that takes more than this part of the time is drawn short; so many of them at most.
_LONG, _MOST = 0.5, 3
_BREAK = 34.0
_LEAST = 26.0
#: Room for one label on a time axis, in the drawing's units.
_ROOM = 74.0
#: Room for one character of a label.
_DIGIT = 7.0


@dataclass(frozen=True, slots=True)
class Tick:
    """One tick: its place, and what stands beside it."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Break:
    """A long pause drawn short: from where to where, and how long it is, with its unit."""

    left: float
    right: float
    seconds: str


@dataclass(frozen=True, slots=True)
class _Piece:
    first: float
    last: float
    left: float
    right: float
    scale: float

    def at(self, value: float) -> float:
        return self.left + (value - self.first) * self.scale


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale of times with its long pauses cut short; `unit` is that of the tick labels, counted from the first."""

    pieces: tuple[_Piece, ...]
    ticks: tuple[Tick, ...]
    breaks: tuple[Break, ...]
    unit: str

    def at(self, value: Number) -> float:
        """Where a time in seconds lies on the axis, in the figure's units."""
        number = float(value)
        piece = next((each for each in self.pieces if number <= each.last), self.pieces[-1])
        return round(min(max(piece.at(number), piece.left), piece.right), 1)


def time_axis(times: Iterable[Number], left: float, right: float, busy: Iterable[tuple[Number, Number]] = ()) -> Axis:
    """The axis on which these times (seconds) lie between `left` and `right`; nothing that is `busy` is a pause."""
    points = sorted({float(time) for time in times}) or [0.0]
    origin = points[0]
    pauses = _pauses(points, [(float(first), float(last)) for first, last in busy])
    room = right - left - _BREAK * len(pauses)
    edges = [points[0], *(edge for pause in pauses for edge in pause), points[-1]]
    pieces: list[_Piece] = []
    breaks: list[Break] = []
    at = left
    stretches = list(zip(edges[::2], edges[1::2], strict=True))
    lengths = [last - first for first, last in stretches]
    shown = sum(lengths)
    scale = _scale(lengths, room)
    for index, (first, last) in enumerate(stretches):
        # Where everything shown is instants, they share the room.
        width = max((last - first) * scale, _LEAST if pauses else 0.0) if scale else room / len(stretches)
        pieces.append(_Piece(first, last, at, at + width, scale))
        at += width
        if index < len(pauses):
            pause = pauses[index][1] - pauses[index][0]
            breaks.append(Break(round(at, 1), round(at + _BREAK, 1), _pause(pause)))
            at += _BREAK
    milliseconds = shown < 1
    unit = "ms" if milliseconds else "s"
    ticks: list[Tick] = []
    for piece in pieces:
        for tick in _time_ticks(piece, origin, milliseconds):
            # Labels that would touch, or stand where the unit does, are left out.
            clear = not ticks or tick.at - ticks[-1].at > _DIGIT * (len(tick.label) + len(ticks[-1].label)) / 2 + 8
            if clear and tick.at + _DIGIT * len(tick.label) / 2 + 6 < right - _DIGIT * len(unit):
                ticks.append(tick)
    return Axis(tuple(pieces), tuple(ticks), tuple(breaks), unit)


def _scale(lengths: Sequence[float], room: float) -> float:
    """Units for a second, the same in all stretches; one too short for its own room leaves it empty."""
    long = sorted(lengths)
    # The shortest is a part of the whole that is too small to be seen: it takes its room from the others.
    while len(long) > 1 and long[0] * room < _LEAST * sum(long):
        room -= _LEAST
        long.pop(0)
    return room / sum(long) if sum(long) > 0 else 0.0


def _pauses(points: Sequence[float], busy: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The pauses that take up most of what is left of the time, one after the other, in order of time."""
    idle = (
        (one, other) for one, other in pairwise(points) if not any(first < other and last > one for first, last in busy)
    )
    gaps = sorted(idle, key=lambda gap: gap[0] - gap[1])
    left = points[-1] - points[0]
    found = []
    for one, other in gaps[:_MOST] if len(points) > _MOST else ():
        if other - one <= _LONG * left:
            break
        found.append((one, other))
        left -= other - one
    return sorted(found)


def _time_ticks(piece: _Piece, origin: float, milliseconds: bool) -> list[Tick]:
    factor = 1000 if milliseconds else 1
    first, last = (piece.first - origin) * factor, (piece.last - origin) * factor
    count = int((piece.right - piece.left) / _ROOM)
    if count < 1 or last <= first:
        return [Tick(round(piece.left, 1), _short(first))] if piece.right > piece.left else []
    step = _round_step((last - first) / count)
    digits = max(0, -floor(log10(step)))
    values = [index * step for index in range(ceil(first / step - 1e-9), floor(last / step + 1e-9) + 1)]
    found = [Tick(round(piece.at(value / factor + origin), 1), f"{value:.{digits}f}") for value in values]
    return found or [Tick(round(piece.left, 1), _short(first))]


def number_ticks(low: int, high: int, bottom: float, top: float) -> list[Tick]:
    """Ticks for whole numbers from `low` at `bottom` to `high` at `top`."""
    if high <= low:
        return [Tick(bottom, str(low))]
    step = max(1, round(_round_step((high - low) / max(1, int((bottom - top) / 30)))))
    values = range(ceil(low / step) * step, high + 1, step)
    return [Tick(round(bottom - (value - low) / (high - low) * (bottom - top), 1), str(value)) for value in values]


def _round_step(rough: float) -> float:
    power: float = 10.0 ** floor(log10(rough))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= rough * 0.999))


def _pause(seconds: float) -> str:
    """How long a pause is, in the unit that takes the fewest characters."""
    if seconds >= 0.9995:
        return f"{_short(seconds)} s"
    return f"{_short(seconds * 1000)} ms" if seconds >= 0.00009995 else f"{_short(seconds * 1_000_000)} µs"


def _short(value: float) -> str:
    return f"{value:.3g}" if value < 999.5 else f"{value:.0f}"
