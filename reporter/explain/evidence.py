"""Facts and where they come from: every number in a sentence names a field of a frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from reporter.model.fieldview import printed, read
from reporter.model.packet import Packet


class Evidence(NamedTuple):
    """One value as tshark prints it: `field` of `frame`."""

    frame: int  #: `frame.number`
    field: str  #: name of the field in tshark, such as `tcp.seq`
    value: str  #: the value as tshark prints it


class Fact:
    """A value with its evidence. In templates it behaves like the value itself."""

    __slots__ = ("evidence", "value")

    def __init__(self, value: Any, evidence: tuple[Evidence, ...] = ()) -> None:
        self.value = value
        self.evidence = evidence

    def __repr__(self) -> str:
        return f"Fact({self.value!r}, {self.evidence!r})"

    def __str__(self) -> str:
        return str(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __eq__(self, other: object) -> bool:
        return bool(self.value == (other.value if isinstance(other, Fact) else other))

    def __hash__(self) -> int:
        return hash(self.value)

    def __lt__(self, other: Any) -> bool:
        return bool(self.value < (other.value if isinstance(other, Fact) else other))

    def __gt__(self, other: Any) -> bool:
        return bool(self.value > (other.value if isinstance(other, Fact) else other))

    def __le__(self, other: Any) -> bool:
        return bool(self.value <= (other.value if isinstance(other, Fact) else other))

    def __ge__(self, other: Any) -> bool:
        return bool(self.value >= (other.value if isinstance(other, Fact) else other))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.value)

    def __len__(self) -> int:
        return len(self.value)

    def __contains__(self, item: object) -> bool:
        return item in self.value


Facts = Mapping[str, Fact | None]


def field(packet: Packet, name: str) -> Fact:
    """The value of a tshark field of this packet, with itself as evidence.

    Raises KeyError for a field that the model does not hold.
    """
    value = read(packet, name)
    return Fact(value, (Evidence(packet.frame, name, printed(name, value)),))


def known(value: int | str | Decimal, frame: int, name: str, text: str | None = None) -> Fact:
    """A value remembered from an earlier frame; `text` is tshark's spelling where it differs from the value."""
    return Fact(value, (Evidence(frame, name, printed(name, value) if text is None else text),))


def derived(value: Any, *sources: Fact | None) -> Fact:
    """A value computed from other facts; their evidence is its evidence."""
    if len(sources) == 1:
        return Fact(value, sources[0].evidence if sources[0] is not None else ())
    if len(sources) == 2 and sources[0] is not None and sources[1] is not None:
        one, other = sources[0].evidence, sources[1].evidence
        if len(one) == len(other) == 1:
            return Fact(value, one if one == other else one + other)
    every = [each for source in sources if source is not None for each in source.evidence]
    return Fact(value, tuple(dict.fromkeys(every)))


def frame_of(number: int) -> Fact:
    """A frame number, which is evidence of itself (`frame.number`)."""
    return Fact(number, (Evidence(number, "frame.number", str(number)),))


def word(value: object) -> Fact:
    """A word without a number in it: a role, a kind, a yes or no."""
    if value is True:
        return _YES
    return _NO if value is False else Fact(value)


_YES, _NO = Fact(True), Fact(False)
