"""What is said of packets as packet comments for Wireshark: plain lines, short enough for its tree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reporter.analyse.conversation import Conversation
from reporter.analyse.seen import Seen
from reporter.explain.engine import Finding
from reporter.explain.visible import visible
from reporter.explain.words import Words
from reporter.render.json import Span
from reporter.report.document import ByteMap, Document, PacketWindow, Section

#: Bytes of one comment. Wireshark cuts a line of its tree after about 240 of them.
_LINE = 230
_SENTENCE = re.compile(r"(?<=[。！？；])|(?<=[.!?;]) ")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
#: Connections that the summary names.
_NAMED = 30


class Comments:
    """The comments of packets in some languages, those of one language after those of the other."""

    def __init__(self, words: Sequence[Words], places: Mapping[int, Sequence[str]] | None = None) -> None:
        self._words = tuple(words)
        self._places = places or {}

    def packet(self, frame: int, findings: Iterable[Finding]) -> list[bytes]:
        """The comments of one packet: every finding begins a new one, and long ones go on in the next.

        Last stand the places of the report that show this frame.
        """
        told = tuple(findings)
        lines = [line for words in self._words for finding in told for line in _lines(words.text(finding))]
        return [line.encode("utf-8", "replace") for line in (*lines, *self._places.get(frame, ()))]


@dataclass(slots=True)
class _Followed:
    conversation: Conversation
    packets: int = 0
    last: int = 0
    whole: bool = True


@dataclass(slots=True)
class Summary:
    """What the comment of the whole file says; learns packet by packet and remembers little."""

    span: Span = field(default_factory=Span)
    streams: int = 0
    followed: dict[int, _Followed] = field(default_factory=dict)

    def learn(self, seen: Seen) -> None:
        """Count one packet, and what its stream was seen to do."""
        self.span.learn(seen)
        if seen.packet.tcp is None:
            return
        number = seen.packet.tcp.stream
        self.streams = max(self.streams, number + 1)
        stream = self.followed.get(number)
        if stream is None:
            if len(self.followed) >= _NAMED or seen.conversation is None:
                return
            stream = self.followed[number] = _Followed(seen.conversation)
        stream.packets += 1
        stream.last = seen.packet.frame
        stream.whole = stream.whole and seen.conversation is not None

    def text(self, words: Iterable[Words], commented: int, tail: str) -> bytes:
        """The comment, several lines, one language after the other.

        So many packets were `commented`; `tail` is as that of an explanation.
        """
        told = ["\n".join(self._told(each, commented, tail)) for each in words]
        return "\n\n".join(told).encode("utf-8", "replace")

    def _told(self, words: Words, commented: int, tail: str) -> Iterator[str]:
        label = words.lexicon["annotation"]
        summary = label[self.span.summary]
        yield summary.format(packets=self.span.packets, duration=self.span.seconds, commented=commented)
        if tail:
            yield label["cut-short" if tail == "cut short" else "damaged"]
        for number, followed in sorted(self.followed.items()):
            stream = followed.conversation.summary()
            said = label["stream"].format(
                number=number,
                client=visible(str(stream.client)),
                server=visible(str(stream.server)),
                packets=followed.packets,
                first=stream.first_frame,
                last=followed.last,
            )
            if followed.whole:
                said += label["ends"].format(opening=words.show(stream.opening), closing=words.show(stream.closing))
            yield said
        if self.streams > len(self.followed):
            yield label["more"].format(count=self.streams - len(self.followed))
        yield label["how"]


def _lines(text: str) -> Iterator[str]:
    """The text in pieces of some whole sentences each; a long sentence stays whole."""
    line = ""
    for sentence in _SENTENCE.split(_CONTROL.sub(" ", text)):
        joined = f"{line} {sentence}" if line and line[-1].isascii() else line + sentence
        if line and len(joined.encode("utf-8", "replace")) > _LINE:
            yield line
            line = sentence
        else:
            line = joined
    if line:
        yield line


def places_in(document: Document, words: Words) -> dict[int, list[str]]:
    """The frames that the report shows in a window or figure of their own, with the words that lead there."""
    found: dict[int, list[str]] = {}
    for section in _sections(document.sections):
        for block in section.blocks:
            if isinstance(block, PacketWindow | ByteMap):
                frame = block.row.frame if isinstance(block, PacketWindow) else block.frame
                place = words.lexicon["annotation"]["place"].format(section=section.number, label=block.caption.label)
                found.setdefault(frame, []).append(place)
    return found


def _sections(sections: Iterable[Section]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _sections(section.sections)
