"""The work of `reporter explain`. tshark is started before the words and the rules are loaded."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reporter.capture.file import CaptureFile, check
from reporter.cli.choices import Format
from reporter.cli.output import Write, opened, painter, verify_output
from reporter.cli.problems import say_remarks
from reporter.cli.progress import Progress
from reporter.cli.selection import Selection, Wanted
from reporter.extract.fieldpass import FieldPass

if TYPE_CHECKING:
    from reporter.explain.course import Course
    from reporter.explain.words import Words
    from reporter.pipeline import Explained, Explanation
    from reporter.privacy import Guard
    from reporter.render.json import Span
    from reporter.render.text import Line


@dataclass(slots=True)
class Job:
    """One run: what is read, what of it is shown, and in which words."""

    path: Path
    explanation: Explanation
    selection: Selection
    words: Words
    span: Span
    progress: Progress
    whole: bool

    def shown(self) -> Iterator[Explained]:
        """The packets to show; without `whole` the reading stops when no more can follow."""
        for each in self.explanation:
            packet = each.seen.packet
            self.span.learn(each.seen)
            self.progress("packets read:", packet.frame)
            if self.selection.takes(packet):
                yield each
            if not self.whole and self.selection.satisfied(packet.frame):
                return


def run(
    path: Path,
    wanted: Wanted,
    form: Format,
    language: str,
    output: Path | None,
    course: Path | None = None,
    guard: Guard | None = None,
) -> None:
    """Explain a capture. Raises Trouble."""
    check(path)
    if output is not None:
        verify_output(output, [path])
    with FieldPass(path, decode_as=wanted.decode_as) as source:
        from reporter.explain.words import Words
        from reporter.pipeline import Explanation
        from reporter.render.json import Span

        taught = _course(course)
        streaming = form in (Format.JSONL, Format.CSV)
        explanation = Explanation(
            path, decode_as=wanted.decode_as, keep=not streaming, course=taught, source=source, guard=guard
        )

        overlays = [taught.folder] if taught is not None else []
        selection = Selection(wanted, _matching(path, wanted))
        with (
            Progress(wanted=output is not None or not sys.stdout.isatty()) as progress,
            opened(output, prompt=streaming) as write,
        ):
            job = Job(path, explanation, selection, Words(language, overlays), Span(), progress, not streaming)
            _WRITERS[form](job, write, output)
    say_remarks(explanation.tail, explanation.failures, explanation.cut)


def _course(path: Path | None) -> Course | None:
    if path is None:
        return None
    from reporter.pipeline.course import ready_course

    return ready_course(path)


def _matching(path: Path, wanted: Wanted) -> Set[int] | None:
    if wanted.display_filter is None:
        return None
    from reporter.extract.filter import matching_frames

    return matching_frames(path, wanted.display_filter, wanted.decode_as)


def _write_jsonl(job: Job, write: Write, _: Path | None) -> None:
    from reporter.render.jsonl import packet_line

    for each in job.shown():
        write(packet_line(each.seen, each.findings, job.words) + "\n")
    job.selection.verify(job.path)


def _write_csv(job: Job, write: Write, _: Path | None) -> None:
    from reporter.render.csv import header, packet_row

    write(header())
    for each in job.shown():
        write(packet_row(each.seen, each.findings, job.words))
    job.selection.verify(job.path)


def _write_json(job: Job, write: Write, _: Path | None) -> None:
    from reporter.render import json
    from reporter.render.jsonl import packet_line

    packets = [packet_line(each.seen, each.findings, job.words) for each in job.shown()]
    job.selection.verify(job.path)
    endings, words = job.explanation.endings(), job.words
    streams = [
        json.stream_object(stream, [json.ending_object(each, words) for each in endings.streams.get(stream.number, ())])
        for stream in job.explanation.streams()
        if job.selection.takes_stream(stream.number)
    ]
    findings = [json.ending_object(each, words) for each in endings.capture]
    capture = json.capture_object(CaptureFile.of(job.path), job.span, job.explanation.tail)
    for piece in json.document(capture, streams, packets, findings):
        write(piece)


def _write_text(job: Job, write: Write, output: Path | None) -> None:
    from reporter.render.text import Listing

    listing, paint = Listing(job.words), painter(output)

    def put(lines: Iterable[Line]) -> None:
        for line in lines:
            write(paint(line.kind, line.text) + "\n")

    for each in job.shown():
        put(listing.packet(each.seen, each.findings))
    job.selection.verify(job.path)
    endings = job.explanation.endings()
    for stream in job.explanation.streams():
        if job.selection.takes_stream(stream.number):
            put(listing.stream(stream, endings.streams.get(stream.number, ())))
    if job.selection.wanted.stream is None:
        put(listing.capture(endings.capture))
    put(listing.end(job.span, job.explanation.tail))


_WRITERS = {
    Format.TEXT: _write_text,
    Format.JSON: _write_json,
    Format.JSONL: _write_jsonl,
    Format.CSV: _write_csv,
}
