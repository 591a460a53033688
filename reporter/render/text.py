"""The explanation as text to read: each packet with its sentences, then each connection in a few lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from reporter.analyse.seen import Seen
from reporter.explain.endings import Ending
from reporter.explain.engine import Finding
from reporter.explain.visible import visible
from reporter.explain.words import Words
from reporter.model.http2 import Http2Exchange
from reporter.model.stream import Exchange, Role, Stream
from reporter.render.json import Span

Kind = Literal["heading", "info", "text", "note", ""]


class Line(NamedTuple):
    """One line and what it is, so that a terminal may colour it."""

    kind: Kind
    text: str


_BLANK = Line("", "")


class Listing:
    """Writes packets and streams in the language of `words`."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._label = words.lexicon["listing"]

    def packet(self, seen: Seen, findings: Iterable[Finding]) -> Iterator[Line]:
        """The lines of one packet for the terminal: frame and time, then each finding."""
        packet, step = seen.packet, seen.step
        parts = [
            self._label["frame"].format(frame=packet.frame),
            f"{packet.time:f} s" if packet.timed else self._label["untimed"],
        ]
        if packet.tcp:
            parts.append(self._label["stream"].format(stream=packet.tcp.stream))
        if step:
            parts.append(f"{self._role(step.sender)} → {self._role(step.sender.other)}")
        parts.append(visible(packet.protocol).strip())
        yield Line("heading", "  ".join(filter(None, parts)))
        if info := visible(packet.info).rstrip():
            yield Line("info", "    " + info)
        for finding in findings:
            for text in self._words.text(finding).splitlines():
                yield Line("text", "  " + text)
        yield _BLANK

    def stream(self, stream: Stream, endings: Iterable[Ending] = ()) -> Iterator[Line]:
        """The lines of one connection, with what is to be said of it as a whole."""
        label = self._label["stream"].format(stream=stream.number)
        ends = f"{stream.client} ({self._role(Role.CLIENT)}) → {stream.server} ({self._role(Role.SERVER)})"
        yield Line("heading", f"{label}  {visible(ends)}")
        told = [
            self._label["opening"].format(value=self._words.show(stream.opening)),
            self._label["closing"].format(value=self._words.show(stream.closing)),
        ]
        if stream.closed_by_both:
            told.append(self._label["closed_first"].format(value=self._label["both"]))
        elif stream.closed_first:
            told.append(self._label["closed_first"].format(value=self._role(stream.closed_first)))
        told.append(self._packets(stream.packets))
        yield Line("text", "  " + "  ".join(told))
        for exchange in stream.exchanges:
            yield Line("text", "  " + self._exchange(exchange))
        for each in stream.http2:
            yield Line("text", "  " + self._http2(each, stream.upgrade))
        for ending in endings:
            yield from self._ending(ending)
        yield _BLANK

    def capture(self, endings: Iterable[Ending]) -> Iterator[Line]:
        """What is to be said of the capture as a whole; nothing when there is nothing."""
        lines = [line for ending in endings for line in self._ending(ending)]
        if lines:
            yield Line("heading", self._label["capture"])
            yield from lines
            yield _BLANK

    def end(self, span: Span, tail: str) -> Iterator[Line]:
        """The last lines: how much there was, and whether the file ends as it should."""
        label = self._label[span.summary]
        yield Line("note", label.format(packets=self._packets(span.packets), duration=span.seconds))
        if tail:
            yield Line("note", self._label["cut-short" if tail == "cut short" else "damaged"])

    def _packets(self, count: int) -> str:
        return self._label["packet" if count == 1 else "packets"].format(value=count)

    def _ending(self, ending: Ending) -> Iterator[Line]:
        for text in self._words.plain(ending.entry, "text", ending.facts).splitlines():
            yield Line("text", "  " + text)
        if self._words.has(ending.entry, "advice"):
            advice = self._words.plain(ending.entry, "advice", ending.facts)
            yield Line("info", "    " + self._label["advice"].format(value=advice))

    def _exchange(self, exchange: Exchange) -> str:
        missing = self._label["missing"]
        if exchange.begun is not None:
            missing = self._label["begun"].format(frame=exchange.begun)
        request, response = self._label["unasked"] if exchange.unasked else missing, missing
        if exchange.perhaps:
            frames = ", ".join(str(each) for each in exchange.perhaps)
            request, response = (self._label[key].format(frames=frames) for key in ("one-of", "perhaps"))
        if exchange.request:
            frame = self._label["request_frame"].format(frame=exchange.request_frame)
            request = f"{visible(exchange.request.method)} {visible(exchange.request.target)} ({frame})"
        if exchange.response:
            frame = self._label["request_frame"].format(frame=exchange.response_frame)
            response = f"{exchange.response.code} {visible(exchange.response.phrase)} ({frame})"
        took = "" if exchange.time is None else f"  {exchange.time:f} s"
        number = f"{exchange.number}." if exchange.request or not exchange.perhaps else "  "
        return f"{number} {request} → {response}{took}"

    def _http2(self, exchange: Http2Exchange, upgrade: Exchange | None) -> str:
        label = self._label
        request, response = label["http2-pushed" if exchange.pushed else "http2-missing"], label["http2-missing"]
        if exchange.number == 1 and upgrade is not None:
            request = label["http2-upgrade"].format(frame=upgrade.request_frame or upgrade.response_frame)
        if exchange.request is not None and exchange.request.frame is not None:
            fields = exchange.request.fields
            text = f"{visible(fields.method)} {visible(fields.path)}" if fields else label["http2-unread"]
            request = f"{text} ({label['request_frame'].format(frame=exchange.request.frame)})"
        if exchange.response is not None and exchange.response.frame is not None:
            status = exchange.response.fields.status if exchange.response.fields is not None else None
            text = label["http2-unread"] if status is None else str(status)
            response = f"{text} ({label['request_frame'].format(frame=exchange.response.frame)})"
        took = "" if exchange.time is None else f"  {exchange.time:f} s"
        return f"{label['http2'].format(stream=exchange.number)}  {request} → {response}{took}"

    def _role(self, role: Role) -> str:
        return self._words.show(role)
