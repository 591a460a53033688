"""The steps in order: capture, extract, analyse, explain. Callers render what comes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reporter import rules
from reporter.analyse.seen import Analysis, Seen
from reporter.explain.endings import Endings, Witness, conclude
from reporter.explain.engine import Explainer, Failure, Finding
from reporter.extract.fieldpass import FieldPass
from reporter.model.stream import Stream


@dataclass(frozen=True, slots=True)
class Explained:
    """One packet with its findings."""

    seen: Seen
    findings: tuple[Finding, ...]


class Explanation:
    """Explains one capture packet by packet. After the iteration `streams`, `tail` and `failures` are complete.

    With `keep` False memory stays bounded: exchanges of the past are not kept.
    """

    def __init__(self, path: Path, *, decode_as: tuple[str, ...] = (), keep: bool = True, strict: bool = False) -> None:
        self.path = path
        self.source = FieldPass(path, decode_as=decode_as)
        self._analysis = Analysis(keep=keep)
        self._strict = strict
        self.failures: list[Failure] = []
        self._witness = Witness()

    def start(self) -> Explanation:
        """Launch tshark now, so that it works while the caller imports and prepares."""
        self.source.start()
        return self

    def __iter__(self) -> Iterator[Explained]:
        rules.load()
        explainer = Explainer(strict=self._strict)
        self.failures = explainer.failures
        witness = self._witness = Witness()
        for seen in self._analysis.run(self.source):
            findings = explainer.explain(seen)
            witness.see(seen, findings)
            yield Explained(seen, findings)

    @property
    def packets(self) -> int:
        """Packets explained so far."""
        return self._analysis.packets

    @property
    def tail(self) -> str:
        """`cut short` or `damaged` when the capture ends so, else empty; known after the iteration."""
        return self.source.tail

    def streams(self) -> tuple[Stream, ...]:
        """The streams of what has been explained."""
        return self._analysis.streams()

    def endings(self) -> Endings:
        """What is to be said of the streams and of the capture as a whole; ask after the iteration."""
        return conclude(self._analysis.ended(), self._witness, failures=self.failures, strict=self._strict)
