"""A copy of a capture in which every packet carries its sentences as packet comments; all else stays as it was."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO

from reporter.capture.blocks import blocks_of
from reporter.capture.file import check, kind_of
from reporter.capture.rewrite import Rewriting, told_all
from reporter.capture.unpacked import unpacked
from reporter.errors import CaptureTrouble
from reporter.explain.course import Course
from reporter.explain.engine import Failure
from reporter.explain.words import Words
from reporter.extract.offsets import Offsets, convert
from reporter.options import ReportOptions
from reporter.pipeline.explain import Explanation
from reporter.pipeline.report import make_document
from reporter.render.comments import Comments, Summary, places_in
from reporter.render.files import replacing

Progress = Callable[[str, int | None], None]
#: After how many packets the progress is told.
_STRIDE = 500


@dataclass(frozen=True, slots=True)
class Annotated:
    """What came of it: packets read, packets with comments of ours, packets of blocks that have no place for any."""

    packets: int
    commented: int
    without_place: int
    tail: str
    failures: Sequence[Failure]
    cut: tuple[int, int] = (0, 0)


def annotate(
    capture: Path,
    output: Path,
    *,
    languages: Sequence[str] = ("zh",),
    decode_as: tuple[str, ...] = (),
    course: Course | None = None,
    places: Mapping[int, Sequence[str]] | None = None,
    progress: Progress = lambda stage, count: None,
) -> Annotated:
    """Write the annotated copy of a capture, as pcapng. Raises Trouble; then nothing is written.

    Comments of an earlier run are replaced, those of the user stay. `places` are further comments by frame.
    What is not pcapng (packed with gzip or not) is converted by Wireshark's editcap first.
    """
    check(capture)
    with replacing(output) as target:
        return annotate_into(
            capture,
            target,
            languages=languages,
            decode_as=decode_as,
            course=course,
            places=places,
            progress=progress,
        )


def report_places(
    capture: Path, *, languages: Sequence[str], decode_as: tuple[str, ...] = (), course: Path | None = None
) -> dict[int, list[str]]:
    """For `places`: in which section and figure the report of this capture shows a frame. Raises Trouble."""
    found: dict[int, list[str]] = {}
    for language in dict.fromkeys(languages):
        options = ReportOptions(lang=language, decode_as=decode_as, course=course)
        document = make_document([capture], options=options, progress=lambda stage, count: None)
        for frame, texts in places_in(document, Words(language)).items():
            found.setdefault(frame, []).extend(texts)
    return found


def annotate_into(
    capture: Path,
    target: IO[bytes],
    *,
    languages: Sequence[str] = ("zh",),
    decode_as: tuple[str, ...] = (),
    course: Course | None = None,
    places: Mapping[int, Sequence[str]] | None = None,
    progress: Progress = lambda stage, count: None,
) -> Annotated:
    """As `annotate`, into an open file; it is written to only after the whole capture has been explained."""
    overlays = [course.folder] if course is not None else []
    words = [Words(language, overlays) for language in dict.fromkeys(languages)]
    with ExitStack() as stack:
        explanation = Explanation(capture, decode_as=decode_as, keep=False, course=course)
        stack.callback(explanation.source.close)
        explanation.start()
        comments, summary, rewriting = Comments(words, places), Summary(), Rewriting()
        told = _told(explanation, comments, summary, progress)
        # Whether the file is a capture is known with its first packet; editcap could only refuse it.
        told = chain(list(islice(told, 1)), told)
        source = _as_pcapng(capture, stack)
        offsets = stack.enter_context(Offsets(source))
        read = stack.enter_context(unpacked(source))
        # The comment of the file stands at its beginning and is known at the end.
        body = stack.enter_context(tempfile.TemporaryFile())
        if not rewriting.copy(blocks_of(read), told_all(offsets, told), body):
            raise CaptureTrouble(
                "the capture is cut off before its first packet",
                where=str(capture),
                to_do="copy or download the file again; if that does not help, capture again",
            )
        text = summary.text(words, rewriting.commented, explanation.tail)
        body.seek(0)
        target.write(rewriting.header(text))
        shutil.copyfileobj(body, target, 1 << 20)
    return Annotated(
        packets=summary.span.packets,
        commented=rewriting.commented,
        without_place=rewriting.without_place,
        tail=explanation.tail,
        failures=tuple(explanation.failures),
        cut=explanation.cut,
    )


def _told(
    explanation: Explanation, comments: Comments, summary: Summary, progress: Progress
) -> Iterator[tuple[int, list[bytes]]]:
    for each in explanation:
        frame = each.seen.packet.frame
        summary.learn(each.seen)
        if frame % _STRIDE == 0:
            progress("packets read:", frame)
        yield frame, comments.packet(frame, each.findings)


def _as_pcapng(capture: Path, stack: ExitStack) -> Path:
    with unpacked(capture) as read:
        if kind_of(read(16)) == "pcapng":
            return capture
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="reporter-"))
    converted = Path(folder) / "converted.pcapng"
    convert(capture, converted)
    return converted
