"""One packet as a line of JSON, written directly: the same as `encoded(packet_object(…))`, several times faster.

For a capture of 100,000 packets most of the time of an explanation would else go into building objects that are
taken apart at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import Enum
from functools import cache
from json.encoder import encode_basestring
from typing import Any

from reporter.analyse.seen import Seen
from reporter.explain.engine import Finding
from reporter.explain.evidence import Evidence, Fact
from reporter.explain.words import Words
from reporter.model.stream import Role, State
from reporter.model.tcp import Tcp
from reporter.render.json import encoded, number, plain

_quoted = encode_basestring


def packet_line(seen: Seen, findings: Iterable[Finding], words: Words) -> str:
    """One packet with its findings, as JSON on one line."""
    packet, step = seen.packet, seen.step
    told, texts = [], []
    for finding in findings:
        text = _text(words.text(finding))
        texts.append(text[1:-1])
        told.append(_finding(finding, text))
    tcp: Tcp | None = packet.tcp
    sender = f'"{step.sender.value}"' if step is not None else "null"
    state = _state(step.after.client, step.after.server) if step is not None else _state(None, None)
    move = f'"{step.move.value}"' if step is not None and step.move is not None else "null"
    return (
        f'{{"frame":{packet.frame},"time":{_decimal(packet.time) if packet.timed else "null"},'
        f'"stream":{"null" if tcp is None else tcp.stream},'
        f'"sender":{sender},"protocol":{_text(packet.protocol)},"info":{_text(packet.info)},"state":{state},'
        f'"move":{move},"findings":[{",".join(told)}],"text":"{_text(words.join(("", "")))[1:-1].join(texts)}"}}'
    )


def _finding(finding: Finding, text: str) -> str:
    facts, evidence = [], []
    for name, fact in finding.facts.items():
        if fact is None:
            facts.append(f'"{name}":null')
            continue
        value: Any = fact.value
        kind = type(value)
        if kind is int:
            facts.append(f'"{name}":{value}')
        elif kind is bool:
            facts.append(f'"{name}":true' if value else f'"{name}":false')
        elif kind is str:
            facts.append(f'"{name}":{_text(value)}')
        elif kind is Role:
            facts.append(f'"{name}":{_named(value)}')
        else:
            facts.append(f'"{name}":{_value(value)}')
        if kind is tuple or kind is list or len(fact.evidence) > 1:
            evidence += [_cited(name, each) for each in _evidence(fact)]
        elif fact.evidence:
            evidence.append(_cited(name, fact.evidence[0]))
    return f'{{"rule":"{finding.rule}","text":{text},"facts":{{{",".join(facts)}}},"evidence":[{",".join(evidence)}]}}'


def _cited(name: str, evidence: Evidence) -> str:
    frame, field, value = evidence
    return f'{{"fact":"{name}","frame":{frame},"field":"{field}","value":{_text(value)}}}'


def _evidence(fact: Fact) -> dict[Evidence, None]:
    """The evidence of a fact and of the facts in it, each once and in order."""
    found = dict.fromkeys(fact.evidence)
    if isinstance(fact.value, tuple | list):
        for part in fact.value:
            if isinstance(part, Fact):
                found |= _evidence(part)
    return found


def _value(value: object) -> str:
    if isinstance(value, tuple | list):
        return "[" + ",".join([_value(part) for part in value]) + "]"
    if type(value) is Fact:
        return _value(value.value)
    if type(value) is int:
        return str(value)
    if type(value) is Decimal:
        return _decimal(value)
    if isinstance(value, Enum):
        return _named(value)
    return encoded(plain(value))


def _text(text: str) -> str:
    """A string of JSON; one that has only printable characters needs no second look."""
    return _quoted(text) if text.isprintable() else encoded(text)


def _decimal(value: Decimal) -> str:
    return repr(number(value))


@cache
def _state(client: State | None, server: State | None) -> str:
    return encoded({"client": plain(client), "server": plain(server)})


@cache
def _named(value: Enum) -> str:
    return encoded(plain(value))
