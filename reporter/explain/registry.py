"""The rules: registered where they are written, found by the layer they speak of."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reporter.explain.at import At
from reporter.explain.evidence import Fact
from reporter.explain.signs import Layer, Sign, bits_of

RuleFunction = Callable[[At], Mapping[str, Fact | None] | None]

CODE = re.compile(r"[A-Z]\d\d")
REFERENCE = re.compile(r"^\s*Reference:\s*(.+(?:\n\s+.+)*)", re.MULTILINE)
#: The groups of the catalogue in its order: capture, network, handshake, data, loss, flow, teardown, HTTP, web, rest.
GROUPS = "CNHDLFTPWX"


@dataclass(frozen=True, slots=True)
class Rule:
    """One situation: `code` of the catalogue, `facts` its words may use, `over` the codes it silences on a packet.

    `rank` orders the sentences of one packet: small numbers speak first. `when` are signs (see `signs`) of which
    at least one is there whenever the rule fires; without any it is asked of every packet of its layer.
    """

    code: str
    name: str
    topic: str
    on: Layer
    when: tuple[Layer | Sign, ...]
    facts: tuple[str, ...]
    over: tuple[str, ...]
    rank: int
    function: RuleFunction
    doc: str
    reference: str

    def may_fire(self, signs: int) -> bool:
        """Whether a packet with these layers and signs (`signs_of`) is one to ask about."""
        return bool(signs & bits_of(self.on)) and (not self.when or bool(signs & bits_of(*self.when)))


RULES: dict[str, Rule] = {}


def rule(
    code: str,
    *,
    on: Layer,
    when: Layer | Sign | tuple[Layer | Sign, ...] = (),
    facts: str = "",
    over: str = "",
    rank: int = 50,
    doc: str = "",
) -> Callable[[RuleFunction], RuleFunction]:
    """Register a function as the rule of `code`.

    `when` names signs of which one is always there when it fires. `facts` and `over` are names separated by
    blanks. The docstring says what the situation is and ends with a line `Reference: …`; `doc` is the docstring of a
    compiled function, which has none. Raises ValueError for a bad or second code, or a missing docstring or reference.
    """

    def register(function: RuleFunction) -> RuleFunction:
        told = doc or inspect.getdoc(function) or ""
        reference = REFERENCE.search(told)
        if not CODE.fullmatch(code) or code in RULES:
            raise ValueError(f"rule code {code} is malformed or taken")
        if reference is None:
            raise ValueError(f"rule {code} has no docstring with a Reference line")
        signs: tuple[Layer | Sign, ...] = (when,) if isinstance(when, str) else when
        bits_of(*signs)  # an unknown one is refused here
        RULES[code] = Rule(
            code=code,
            name=getattr(function, "__name__", code).replace("_", "-"),
            topic=function.__module__.rpartition(".")[2],
            on=on,
            when=signs,
            facts=tuple(facts.split()),
            over=tuple(over.split()),
            rank=rank,
            function=function,
            doc=told,
            reference=" ".join(reference.group(1).split()),
        )
        return function

    return register


def catalogue_order(code: str) -> tuple[int, str]:
    """A sort key: codes in the order of the catalogue."""
    return GROUPS.find(code[:1]), code
