"""The captures of one submission read, and its report composed: what the checks rest on, in a class and at home alike.

A student's own folder is tried first. Whatever is wrong in it costs the words and not the report, and no check then
takes them for part of it. It says what the report shows, and nothing of what is checked and compared: that is every
capture that was handed in, read as the teacher's options say.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from reporter.batch.checks import Evidence
from reporter.batch.names import file_name
from reporter.batch.observe import MOST, Observed, Observer
from reporter.batch.own import own_report, sections_of
from reporter.batch.repeats import counted_once
from reporter.batch.submission import Piece, Remark, Student
from reporter.batch.watch import Watch
from reporter.capture.file import CaptureFile
from reporter.errors import CaptureTrouble, OutputTrouble, ToolTrouble, Trouble, UsageTrouble
from reporter.explain.course import Course
from reporter.explain.visible import escaped
from reporter.extract.early import Early
from reporter.options import ReportOptions
from reporter.pipeline.report import document_of, gather, guard_of
from reporter.report.added import order_of
from reporter.report.compose import words_of
from reporter.report.document import Document
from reporter.report.material import Capture, names_of
from reporter.report.theme import find_theme

#: How the names begin of what is put into a folder on the way.
SCRATCH = ".in-"


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed in, by whom, and an empty folder for links to it."""

    student: Student
    captures: tuple[Piece, ...]
    others: tuple[Piece, ...]
    folder: Path


@dataclass(slots=True)
class Prepared:
    """Captures that could be read, what was observed of them, and what was wrong with the others.

    `captures` are those of the report; `observed` and `paths` have all, whatever the report shows of them. `sections`
    are those that the student's own words have in the report, None without such words. `document` is there when it was
    asked for, or needed to know whether the words can be used. `repeats` are the captures that hold packets of one
    another, which count once. `left_out` is what the report does without.
    """

    options: ReportOptions = field(default_factory=ReportOptions)
    captures: list[Capture] = field(default_factory=list)
    observed: list[Observed] = field(default_factory=list)
    troubles: list[tuple[Piece, Trouble]] = field(default_factory=list)
    paths: dict[str, Path] = field(default_factory=dict)
    repeats: Mapping[str, Watch] = field(default_factory=dict)
    sections: tuple[str, ...] | None = None
    document: Document | None = None
    left_out: tuple[Remark, ...] = ()
    log: list[str] = field(default_factory=list)

    def remarks(self) -> Iterator[Remark]:
        """What there is to remark of words and captures that were left out, and of captures that are not whole."""
        yield from self.left_out
        for piece, trouble in self.troubles:
            yield Remark.of("capture-left-out", file=piece.name, why=code_of(trouble))
        if self.repeats:
            yield Remark.of("repeated", files=", ".join(self.repeats))
        for each in self.observed:
            if each.tail:
                code = "tail-cut" if each.tail == "cut short" else "tail-damaged"
                yield Remark.of(code, file=each.name, packets=each.packets)
            if each.cut:
                yield Remark.of("observed-cut", file=each.name, **MOST)


def prepare(
    stack: contextlib.ExitStack,
    handed: Handed,
    options: ReportOptions,
    course: Course | None,
    found: Prepared,
    *,
    report: bool,
) -> None:
    """Read every capture into `found`, which is empty; tshark's calls stay open until the stack is closed.

    `options` are the teacher's. Without `report` the document is composed only where there are words of the student.
    Raises ToolTrouble or UsageTrouble where nothing that was handed in is at fault.
    """
    place = handed.folder / f"{SCRATCH}own"
    try:
        with contextlib.ExitStack() as attempt:
            if _with_own_words(attempt, handed, options, course, found, place):
                stack.enter_context(attempt.pop_all())
                return
    except (UsageTrouble, CaptureTrouble) as trouble:
        left_out = Remark.of("own-words-left-out", what=_told_to_student(trouble, place))
        log = [*found.log, told(trouble)]
        for name, value in _fields(Prepared(left_out=(left_out,), log=log)):
            setattr(found, name, value)
    found.options = options
    _read(stack, handed.captures, handed.folder, course, found, report=report)
    if report and found.captures:
        found.document = _document(found, course)


def evidence_of(found: Prepared, student: Student, decode_as: tuple[str, ...]) -> Evidence:
    """What the checks rest on; `decode_as` is the teacher's."""
    return Evidence(tuple(found.observed), found.paths, student, decode_as, found.sections, found.repeats)


def _with_own_words(
    stack: contextlib.ExitStack,
    handed: Handed,
    options: ReportOptions,
    course: Course | None,
    found: Prepared,
    place: Path,
) -> bool:
    """Whether there is a report.toml; then everything is done as it says. Raises Trouble for what is wrong in it."""
    own = own_report(handed.captures, handed.others, handed.student, options, place)
    if own is None:
        return False
    found.options = own.options
    theme = find_theme(own.options.theme, () if course is None else (course.folder,))
    words = words_of(own.options, order_of(theme, own.options.sections))
    _read(stack, own.captures, handed.folder, course, found, report=True)
    names = [each.name for each in own.captures]
    hidden = [each for each in handed.captures if each.name not in names]
    if not found.captures and hidden:
        raise found.troubles[0][1]
    if found.captures:
        found.document = _document(found, course)
        found.sections = sections_of(words)
    if hidden or own.options.anonymize or own.options.decode_as != options.decode_as:
        _observe_all(stack, handed, options, course, found)
    order = [escaped(each.name) for each in handed.captures]
    found.observed.sort(key=lambda each: order.index(each.name) if each.name in order else len(order))
    there = {each.name for each in found.observed}
    shown = [escaped(each.name) for each in hidden if escaped(each.name) in there]
    if shown:
        found.left_out += (Remark.of("not-in-report", files=", ".join(shown)),)
    if own.options.decode_as != options.decode_as:
        found.left_out += (Remark.of("own-decode-as"),)
    return True


def _observe_all(
    stack: contextlib.ExitStack, handed: Handed, options: ReportOptions, course: Course | None, found: Prepared
) -> None:
    """Read every capture that was handed in as the teacher's options say, for checks and comparisons."""
    seen = Prepared(options=options)
    _read(stack, handed.captures, handed.folder, course, seen, report=False)
    known = {piece.name for piece, _ in found.troubles}
    found.observed, found.paths, found.repeats = seen.observed, seen.paths, seen.repeats
    found.troubles += [(piece, trouble) for piece, trouble in seen.troubles if piece.name not in known]
    found.log += [each for each in seen.log if each not in found.log]


def _read(
    stack: contextlib.ExitStack,
    pieces: tuple[Piece, ...],
    folder: Path,
    course: Course | None,
    found: Prepared,
    *,
    report: bool,
) -> None:
    """Read every capture; what cannot be read is noted. Without `report` the details of packets are not fetched."""
    options = found.options
    guard = guard_of(options)
    watched: list[Watch] = []
    for piece, path in _linked(pieces, folder):
        watch = Watch() if len(pieces) > 1 else None
        observer = Observer(watch)
        try:
            file = CaptureFile.of(path)
            early = Early(path, options.decode_as)
            if report:
                stack.enter_context(early)
            capture = gather(early, options, course, lambda *_: None, observer, guard)
        except CaptureTrouble as trouble:
            found.troubles.append((piece, trouble))
            found.log.append(f"{piece.name}: {told(trouble)}")
            continue
        found.captures.append(replace(capture, number=len(found.captures)))
        name = _unlike(escaped(piece.name), found.paths)
        found.paths[name] = path
        found.observed.append(
            observer.observed(
                name=name,
                sha256=file.sha256,
                size=file.size,
                tail=capture.tail,
                streams=capture.streams,
                endings=capture.endings,
            )
        )
        if watch is not None:
            watched.append(watch)
        for each in capture.failures:
            found.log.append(f"{piece.name}: rule {each.rule}, frame {each.frame}: {each.message}")
    if watched:
        found.observed, found.repeats = counted_once(found.observed, watched)


def _document(found: Prepared, course: Course | None) -> Document:
    names = names_of(list(found.paths.values()))
    shown = [replace(each, called=name) for each, name in zip(found.captures, names, strict=True)]
    return document_of(shown, found.options, course)


def _linked(pieces: tuple[Piece, ...], folder: Path) -> Iterator[tuple[Piece, Path]]:
    """Each capture at a path that has the student's own name for it, made safe: that is the name in the report."""
    for piece in pieces:
        name = file_name(piece.name.rpartition("/")[2])
        if piece.path.name == name:
            yield piece, piece.path
            continue
        path = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=folder)) / name
        path.symlink_to(piece.path.resolve())
        yield piece, path


def _unlike(name: str, taken: Container[str]) -> str:
    """A name that is not taken: an archive may hold two files of one name."""
    number, wanted = 1, name
    while name in taken:
        number += 1
        name = f"{wanted} ({number})"
    return name


def _fields(of: Prepared) -> Iterator[tuple[str, object]]:
    return ((name, getattr(of, name)) for name in of.__slots__)


def _told_to_student(trouble: Trouble, place: Path) -> str:
    """What was wrong and in which of their files and lines; not where we have put the folder together."""
    where = trouble.where.removeprefix(str(place)).lstrip("/") if trouble.where.startswith(str(place)) else ""
    return f"{trouble.what} ({where})" if where else trouble.what


def code_of(trouble: Trouble) -> str:
    """The code by which the words know a trouble."""
    if trouble.code:
        return trouble.code
    if isinstance(trouble, OutputTrouble):
        return "too-much-output"
    return "tool" if isinstance(trouble, ToolTrouble | UsageTrouble) else "not-a-capture"


def told(trouble: Trouble) -> str:
    """A trouble on one line, for the log."""
    return f"{trouble.what} ({trouble.where}); {trouble.to_do}"
