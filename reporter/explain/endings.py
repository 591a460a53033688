"""Rules of whole streams and of the whole capture: asked once, when the last packet has been explained.

They are registered like the rules of packets, with a code of the same catalogue, and their words are the
entries `stream-CODE` and `capture-CODE` of the prose, each with a `title`, a `text` and, where something can
be done better next time, an `advice`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeVar

from reporter.analyse.conversation import Conversation
from reporter.analyse.seen import Seen
from reporter.explain.engine import Failure, Finding
from reporter.explain.evidence import Fact, frame_of, known
from reporter.explain.registry import CODE, REFERENCE, catalogue_order
from reporter.model.stream import Stream

Scope = Literal["stream", "capture"]
_Function = TypeVar("_Function", bound=Callable[..., object])

#: Findings of packets that the rules here may ask for, and those of which the facts are kept too.
_COUNTED = frozenset([*(f"C{number:02}" for number in range(1, 16)), "T13"])
_KEPT = frozenset(("C06", "C07", "C12", "C13", "T13"))
_FRAMES = 5
#: Under this number are the findings of packets outside any TCP stream.
OUTSIDE = -1


@dataclass(frozen=True, slots=True)
class Ending:
    """A situation of a whole stream, or (`stream` is None) of the whole capture."""

    rule: str
    on: Scope
    stream: int | None
    facts: dict[str, Fact | None]

    @property
    def entry(self) -> str:
        """The name of its entry in the words, `stream-L03` for instance."""
        return f"{self.on}-{self.rule}"


@dataclass(slots=True)
class Count:
    """How often a packet rule spoke in one stream, the first frames, and the facts of the first time (if kept)."""

    count: int = 0
    frames: list[int] = field(default_factory=list)
    facts: dict[str, Fact | None] = field(default_factory=dict)


class Witness:
    """Counts what the rules of packets found, as far as the endings ask for it; bounded for each stream."""

    def __init__(self) -> None:
        self.found: dict[str, dict[int, Count]] = {}
        self.zero: Decimal | None = None
        self.untimed = Count()

    def see(self, seen: Seen, findings: Iterable[Finding]) -> None:
        """Enter one packet with its findings."""
        if not seen.packet.timed:
            self.untimed.count += 1
            if len(self.untimed.frames) < _FRAMES:
                self.untimed.frames.append(seen.packet.frame)
        elif self.zero is None:
            self.zero = seen.packet.epoch - seen.packet.time
        for finding in findings:
            if finding.rule in _COUNTED:
                self._enter(finding, seen)

    def _enter(self, finding: Finding, seen: Seen) -> None:
        stream = OUTSIDE if seen.packet.tcp is None else seen.packet.tcp.stream
        count = self.found.setdefault(finding.rule, {}).setdefault(stream, Count())
        count.count += 1
        if len(count.frames) < _FRAMES:
            count.frames.append(finding.frame)
        if count.count == 1 and finding.rule in _KEPT:
            count.facts = dict(finding.facts)


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """One stream as it stood at the end of the capture; what a rule on `stream` is given."""

    stream: Stream
    conversation: Conversation
    witness: Witness
    tail: str = ""  #: `cut short` or `damaged`: the file may hold more than could be read

    @property
    def number(self) -> Fact:
        """The number of the stream."""
        return known(self.stream.number, self.stream.first_frame, "tcp.stream")

    def told(self, code: str) -> Count | None:
        """What the rule of packets said in this stream."""
        return self.witness.found.get(code, {}).get(self.stream.number)

    def epoch(self, time: Decimal, frame: int) -> Fact:
        """The absolute time of a frame, of which the relative one is known."""
        return known((self.witness.zero or Decimal(0)) + time, frame, "frame.time_epoch")


@dataclass(frozen=True, slots=True)
class CaptureEnd:
    """The whole capture; what a rule on `capture` is given."""

    streams: tuple[StreamEnd, ...]
    witness: Witness
    tail: str = ""  #: as in `StreamEnd`

    def told(self, code: str) -> dict[int, Count]:
        """What the rule of packets said, by stream (`OUTSIDE` for packets outside any)."""
        return self.witness.found.get(code, {})

    def where(self, code: str) -> tuple[StreamEnd, ...]:
        """The streams in which the rule of packets spoke."""
        found = self.told(code)
        return tuple(each for each in self.streams if each.stream.number in found)

    def total(self, code: str) -> int:
        """How often the rule of packets spoke."""
        return sum(each.count for each in self.told(code).values())

    def frames(self, code: str) -> tuple[Fact, ...]:
        """The first frames on which it spoke."""
        frames = sorted(frame for each in self.told(code).values() for frame in each.frames)
        return tuple(frame_of(frame) for frame in frames[:_FRAMES])


Facts = Mapping[str, Fact | None]
StreamFunction = Callable[[StreamEnd], Facts | None]
CaptureFunction = Callable[[CaptureEnd], Iterable[Facts]]


@dataclass(frozen=True, slots=True)
class EndRule:
    """One situation of a stream or the capture: as `Rule`, without precedence."""

    code: str
    name: str
    topic: str
    on: Scope
    facts: tuple[str, ...]
    function: Callable[..., Facts | Iterable[Facts] | None]
    doc: str
    reference: str

    @property
    def entry(self) -> str:
        """The name of its entry in the words, `stream-L03` for instance."""
        return f"{self.on}-{self.code}"


END_RULES: dict[tuple[Scope, str], EndRule] = {}


def stream_rule(code: str, *, facts: str = "") -> Callable[[StreamFunction], StreamFunction]:
    """Register a function as the rule of `code` for a whole stream; it returns facts, or None."""
    return lambda function: _register("stream", code, facts, function)


def capture_rule(code: str, *, facts: str = "") -> Callable[[CaptureFunction], CaptureFunction]:
    """Register a function as the rule of `code` for the capture; it returns the facts of each finding."""
    return lambda function: _register("capture", code, facts, function)


def _register(on: Scope, code: str, facts: str, function: _Function) -> _Function:
    doc = inspect.getdoc(function) or ""
    reference = REFERENCE.search(doc)
    if not CODE.fullmatch(code) or (on, code) in END_RULES:
        raise ValueError(f"{on} rule code {code} is malformed or taken")
    if reference is None:
        raise ValueError(f"{on} rule {code} has no docstring with a Reference line")
    END_RULES[on, code] = EndRule(
        code=code,
        name=function.__name__.replace("_", "-"),
        topic=function.__module__.rpartition(".")[2],
        on=on,
        facts=tuple(facts.split()),
        function=function,  # type: ignore[arg-type]
        doc=doc,
        reference=" ".join(reference.group(1).split()),
    )
    return function


@dataclass(frozen=True, slots=True)
class Endings:
    """The findings at the end: of the capture, and of each stream by its number."""

    capture: tuple[Ending, ...] = ()
    streams: Mapping[int, tuple[Ending, ...]] = field(default_factory=dict)


def conclude(
    pairs: Iterable[tuple[Stream, Conversation]],
    witness: Witness,
    *,
    failures: list[Failure],
    tail: str = "",
    strict: bool = False,
) -> Endings:
    """Ask every rule of streams and of the capture; `tail` is what is wrong with the end of the file, or empty.

    A broken rule is entered in `failures`, or raises if `strict`.
    """
    ends = tuple(StreamEnd(stream, conversation, witness, tail) for stream, conversation in pairs)
    rules = sorted(END_RULES.values(), key=lambda each: catalogue_order(each.code))
    streams: dict[int, tuple[Ending, ...]] = {}

    def ask(each: EndRule, end: StreamEnd | CaptureEnd, number: int | None) -> list[Ending]:
        try:
            answer = each.function(end)
            told = [] if answer is None else [answer] if isinstance(answer, Mapping) else list(answer)
        except Exception as error:
            if strict:
                raise
            frame = end.stream.first_frame if isinstance(end, StreamEnd) else 1
            failures.append(Failure(each.code, frame, f"{type(error).__name__}: {error}"))
            return []
        return [Ending(each.code, each.on, number, dict(facts)) for facts in told]

    for end in ends:
        number = end.stream.number
        found = [ending for each in rules if each.on == "stream" for ending in ask(each, end, number)]
        if found:
            streams[number] = tuple(found)
    whole = CaptureEnd(ends, witness, tail)
    capture = [ending for each in rules if each.on == "capture" for ending in ask(each, whole, None)]
    return Endings(tuple(capture), streams)
