"""The steps in order: capture, extract, analyse, explain. Callers render what comes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from reporter import rules
from reporter.analyse.seen import Analysis, Seen
from reporter.explain.course import Course, Note
from reporter.explain.endings import Endings, Witness, conclude
from reporter.explain.engine import Explainer, Failure, Finding
from reporter.extract.fieldpass import FieldPass
from reporter.extract.filter import Frames, matching_each
from reporter.model.stream import Stream
from reporter.model.value import value
from reporter.privacy import Guard


@value
class Explained:
    """One packet as it was seen, with what the rules found in it."""

    seen: Seen
    findings: tuple[Finding, ...]


class Explanation:
    """Explains one capture packet by packet. After the iteration `streams`, `tail` and `failures` are complete.

    With `keep` False memory stays bounded: exchanges and connections of the past are not kept, and `streams` and
    `endings` have nothing of them. The notes of a `course` come after our own findings. `source` is a pass of
    this capture that has been started before. What is secret is masked, unless `guard` says otherwise.
    """

    def __init__(
        self,
        path: Path,
        *,
        decode_as: tuple[str, ...] = (),
        keep: bool = True,
        strict: bool = False,
        course: Course | None = None,
        source: FieldPass | None = None,
        guard: Guard | None = None,
    ) -> None:
        self.path = path
        self._decode_as = decode_as
        self._course = course
        self.source = source or FieldPass(path, decode_as=decode_as)
        self._guard = guard or Guard()
        self._keep = keep
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
        notes = self._notes()
        for seen in self._analysis.run(self._guard.packets(self.source)):
            findings = explainer.explain(seen)
            if self._keep:
                witness.see(seen, findings)
            if notes:
                frame = seen.packet.frame
                findings += tuple(note.finding(frame) for note, frames in notes if frame in frames)
            yield Explained(seen, findings)

    def _notes(self) -> list[tuple[Note, Frames]]:
        """The notes of the course, each with the frames that its filter lets through."""
        notes = self._course.notes if self._course is not None else ()
        if not notes:
            return []
        matching = matching_each(self.path, [each.when for each in notes], self._decode_as)
        shown = [replace(each, when=self._guard.text(each.when)) for each in notes]
        return list(zip(shown, matching, strict=True))

    @property
    def packets(self) -> int:
        """Packets explained so far."""
        return self._analysis.packets

    @property
    def tail(self) -> str:
        """`cut short` or `damaged` when the capture ends so, else empty; known after the iteration."""
        return self.source.tail

    @property
    def cut(self) -> tuple[int, int]:
        """Of how many packets text was left out because it was too long, and the first of them; after the iteration."""
        return self.source.cut, self.source.first_cut

    def streams(self) -> tuple[Stream, ...]:
        """The streams of what has been explained."""
        return self._analysis.streams()

    def endings(self) -> Endings:
        """What is to be said of the streams and of the capture as a whole; ask after the iteration."""
        return conclude(
            self._analysis.ended(), self._witness, failures=self.failures, tail=self.tail, strict=self._strict
        )
