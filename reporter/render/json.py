"""The explanation as JSON: everything the sentences rest on, for other programs.

The format is versioned (`SCHEMA`) and described by `reporter/schemas/explain-1.schema.json`. Numbers are JSON
numbers; the exact text that tshark prints is in `evidence`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from reporter.analyse.clock import STEADY, Clock
from reporter.analyse.seen import Seen
from reporter.capture.file import CaptureFile
from reporter.explain.endings import Ending
from reporter.explain.engine import Finding
from reporter.explain.evidence import Evidence, Fact
from reporter.explain.visible import UNSAFE
from reporter.explain.words import Words
from reporter.model.http2 import Http2Exchange
from reporter.model.stream import Closing, Exchange, Opening, Stream

SCHEMA = "reporter.explain/1"

Object = dict[str, Any]

_JSON_TYPES = frozenset({int, str, bool, type(None)})
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")).encode

#: An opening of which a step is missing, or which the format has no word for, is told in its words by these.
_OPENINGS = {
    **dict.fromkeys((Opening.INCOMPLETE, Opening.ANSWER_MISSED, Opening.WRONG_ANSWER), Opening.NOT_CAPTURED),
    Opening.SPLIT: Opening.SIMULTANEOUS,
}
#: Where nothing was opened, or seen to open, or to be closed for certain, the format says that no closing was captured.
_CLOSINGS = dict.fromkeys((Closing.NEVER_OPEN, Closing.NOT_SEEN_OPEN, Closing.DOUBTFUL_RESET), Closing.NOT_CAPTURED)


@dataclass(slots=True)
class Span:
    """The time that the packets of a capture cover, learned as they pass; `back` tells that timestamps go back so far
    that it may be wrong. Of packets without any time `epoch` stays None.
    """

    packets: int = 0
    epoch: Decimal | None = None
    earliest: Decimal = Decimal(0)
    latest: Decimal = Decimal(0)
    clock: Clock = STEADY
    last: int = 0

    def learn(self, seen: Seen) -> None:
        """Widen the span to the time of this packet, and count it."""
        packet = seen.packet
        self.clock = seen.clock
        self.packets += 1
        if not packet.timed:
            return
        self.last = packet.frame
        if self.epoch is None:
            self.epoch = packet.epoch
        self.earliest = min(self.earliest, packet.time)
        self.latest = max(self.latest, packet.time)

    @property
    def seconds(self) -> str:
        """From the earliest to the latest packet, as a decimal number."""
        return format((self.latest - self.earliest).normalize() + Decimal(0), "f")

    @property
    def back(self) -> bool:
        """Whether the timestamps go back so far that the time between the earliest and the latest may be wrong."""
        return self.epoch is not None and not self.clock.trusts(0, self.last, self.latest - self.earliest)

    @property
    def summary(self) -> str:
        """Which of the words about the whole are true of it."""
        return "summary-untimed" if self.epoch is None else "summary-back" if self.back else "summary"


@cache
def schema() -> Object:
    """The JSON Schema of the document; a line of jsonl is its `$defs.packet`."""
    text = (Path(__file__).parent.parent / "schemas" / "explain-1.schema.json").read_text(encoding="utf-8")
    loaded: Object = json.loads(text)
    return loaded


def encoded(value: object) -> str:
    """JSON on one line; characters that could steer a terminal are escaped."""
    return without_steering(_encode(value))


def without_steering(text: str) -> str:
    """JSON, on one line or several, in which characters that could steer a terminal are escaped.

    Half a surrogate pair (a byte of a file name that is not UTF-8) is no character, and RFC 8259 readers refuse it, so
    that the text of its escape stands for it, as in a report.
    """
    return UNSAFE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    if match[0] == "\n":
        return "\n"
    number = ord(match[0])
    return f"\\\\u{number:04x}" if 0xD800 <= number < 0xE000 else f"\\u{number:04x}"


def packet_object(seen: Seen, findings: Iterable[Finding], words: Words) -> Object:
    """One packet with its findings, as explain-1.schema.json describes it."""
    packet, step = seen.packet, seen.step
    told = [_finding(finding, words) for finding in findings]
    return {
        "frame": packet.frame,
        "time": number(packet.time) if packet.timed else None,
        "stream": packet.tcp.stream if packet.tcp else None,
        "sender": step.sender.value if step else None,
        "protocol": packet.protocol,
        "info": packet.info,
        "state": {
            "client": _value(step.after.client) if step else None,
            "server": _value(step.after.server) if step else None,
        },
        "move": _value(step.move) if step else None,
        "findings": told,
        "text": words.join(each["text"] for each in told),
    }


def stream_object(stream: Stream, findings: Iterable[Object] = ()) -> Object:
    """One connection as a whole; `findings` as `ending_object` makes them."""
    first = "both" if stream.closed_by_both else _value(stream.closed_first)
    return {
        "stream": stream.number,
        "client": str(stream.client),
        "server": str(stream.server),
        "role_basis": stream.basis.value,
        "opening": _OPENINGS.get(stream.opening, stream.opening).value,
        "opening_detail": stream.opening.value,
        "closing": _CLOSINGS.get(stream.closing, stream.closing).value,
        "closed_first": first,
        "packets": stream.packets,
        "first_frame": stream.first_frame,
        "last_frame": stream.last_frame,
        "exchanges": [_exchange(each) for each in stream.exchanges],
        **({"http2_exchanges": [_http2(each) for each in stream.http2]} if stream.http2 else {}),
        "findings": list(findings),
    }


def ending_object(ending: Ending, words: Words) -> Object:
    """A finding about a whole stream or the whole capture; `advice` says how to capture better, where it can."""
    told = {
        "rule": ending.rule,
        "text": words.plain(ending.entry, "text", ending.facts),
        "facts": {name: plain(fact) for name, fact in ending.facts.items()},
        "evidence": _cited(ending.facts),
    }
    if words.has(ending.entry, "advice"):
        told["advice"] = words.plain(ending.entry, "advice", ending.facts)
    return told


def capture_object(capture: CaptureFile, span: Span, tail: str) -> Object:
    """The capture as a file; `tail` is what tshark said of its end."""
    return {
        "file": capture.path.name,
        "sha256": capture.sha256,
        "packets": span.packets,
        "truncated": bool(tail),
        "start": None if span.epoch is None else iso_utc(span.epoch),
        "duration": None if span.epoch is None else number(span.latest - span.earliest),
    }


def document(
    capture: Object, streams: Iterable[Object], packets: Iterable[str], findings: Iterable[Object] = ()
) -> Iterator[str]:
    """The pieces of one JSON document; `packets` are already encoded, `findings` are those of the whole capture."""
    yield '{"schema":' + encoded(SCHEMA) + ',\n"capture":' + encoded(capture) + ',\n"findings":['
    yield ",".join("\n" + encoded(each) for each in findings)
    yield '],\n"streams":['
    yield ",".join("\n" + encoded(each) for each in streams)
    yield '],\n"packets":['
    separator = "\n"
    for packet in packets:
        yield separator + packet
        separator = ",\n"
    yield "]}\n"


def iso_utc(epoch: Decimal) -> str:
    """Seconds since 1970 as ISO 8601 in UTC, with every digit the capture has."""
    whole = int(epoch // 1) if epoch >= 0 else -int(-epoch // 1) - (1 if epoch % 1 else 0)
    fraction = format(epoch - whole, "f").partition(".")[2]
    try:
        text = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return format(epoch, "f")
    return f"{text}.{fraction}Z" if fraction else text + "Z"


def number(value: Decimal) -> int | float:
    """A decimal as a JSON number: an integer where it is whole."""
    return int(value) if value == value.to_integral_value() else float(value)


def plain(value: object) -> Any:
    """A fact's value as JSON knows values."""
    if type(value) is Fact:
        value = value.value
    if type(value) in _JSON_TYPES:
        return value
    if isinstance(value, Enum | Fact):
        return plain(value.value)
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, Iterable):
        return [plain(part) for part in value]
    return str(value)


def _finding(finding: Finding, words: Words) -> Object:
    return {
        "rule": finding.rule,
        "text": words.text(finding),
        "facts": {name: plain(fact) for name, fact in finding.facts.items()},
        "evidence": _cited(finding.facts),
    }


def _cited(facts: Mapping[str, Fact | None]) -> list[Object]:
    return [
        {"fact": name, "frame": each.frame, "field": each.field, "value": each.value}
        for name, fact in facts.items()
        for each in _evidence(fact)
    ]


def _evidence(fact: object) -> dict[Evidence, None]:
    """The evidence of a fact and of the facts in it, each once and in order."""
    if not isinstance(fact, Fact):
        return {}
    found = dict.fromkeys(fact.evidence)
    if isinstance(fact.value, tuple | list):
        for part in fact.value:
            found |= _evidence(part)
    return found


def _exchange(exchange: Exchange) -> Object:
    request, response = exchange.request, exchange.response
    return {
        "request_frame": exchange.request_frame,
        "response_frame": exchange.response_frame,
        "method": request.method if request else None,
        "target": request.target if request else None,
        "status": response.code if response else None,
        "time": None if exchange.time is None else number(exchange.time),
    }


def _http2(exchange: Http2Exchange) -> Object:
    request, response = exchange.request, exchange.response
    asked = request.fields if request is not None else None
    answered = response.fields if response is not None else None
    return {
        "http2_stream": exchange.number,
        "request_frame": request.frame if request is not None else None,
        "response_frame": response.frame if response is not None else None,
        "method": (asked.method or None) if asked is not None else None,
        "target": (asked.path or None) if asked is not None else None,
        "status": answered.status if answered is not None else None,
        "time": None if exchange.time is None else number(exchange.time),
    }


def _value(item: Enum | None) -> str | None:
    return None if item is None else str(item.value)
