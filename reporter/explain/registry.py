"""The rules: registered where they are written, found by the layer they speak of."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from reporter.explain.at import At
from reporter.explain.evidence import Fact

Layer = Literal["packet", "tcp", "http", "arp", "dns", "icmp", "udp", "tls", "websocket", "http2"]
RuleFunction = Callable[[At], Mapping[str, Fact | None] | None]

CODE = re.compile(r"[A-Z]\d\d")
REFERENCE = re.compile(r"^\s*Reference:\s*(.+(?:\n\s+.+)*)", re.MULTILINE)
#: The groups of the catalogue in its order: capture, network, handshake, data, loss, flow, teardown, HTTP, web, rest.
GROUPS = "CNHDLFTPWX"


@dataclass(frozen=True, slots=True)
class Rule:
    """One situation: `code` of the catalogue, `facts` its words may use, `over` the codes it silences on a packet.

    `rank` orders the sentences of one packet: small numbers speak first.
    """

    code: str
    name: str
    topic: str
    on: Layer
    facts: tuple[str, ...]
    over: tuple[str, ...]
    rank: int
    function: RuleFunction
    doc: str
    reference: str


RULES: dict[str, Rule] = {}


def rule(
    code: str, *, on: Layer, facts: str = "", over: str = "", rank: int = 50
) -> Callable[[RuleFunction], RuleFunction]:
    """Register a function as the rule of `code`.

    `facts` and `over` are names separated by blanks. The docstring says what the situation is and ends with
    a line `Reference: …`. Raises ValueError for a bad or second code, or a missing docstring or reference.
    """

    def register(function: RuleFunction) -> RuleFunction:
        doc = inspect.getdoc(function) or ""
        reference = REFERENCE.search(doc)
        if not CODE.fullmatch(code) or code in RULES:
            raise ValueError(f"rule code {code} is malformed or taken")
        if reference is None:
            raise ValueError(f"rule {code} has no docstring with a Reference line")
        RULES[code] = Rule(
            code=code,
            name=getattr(function, "__name__", code).replace("_", "-"),
            topic=function.__module__.rpartition(".")[2],
            on=on,
            facts=tuple(facts.split()),
            over=tuple(over.split()),
            rank=rank,
            function=function,
            doc=doc,
            reference=" ".join(reference.group(1).split()),
        )
        return function

    return register


def catalogue_order(code: str) -> tuple[int, str]:
    """A sort key: codes in the order of the catalogue."""
    return GROUPS.find(code[:1]), code
