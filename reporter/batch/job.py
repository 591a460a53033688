"""The work on one submission, from its captures to its report: what a worker process is given and what it gives back.

Nothing here knows of the other submissions, the ledger or the terminal.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from reporter.batch.layouts import stem as stem_of
from reporter.batch.names import file_name
from reporter.batch.observe import MOST, Observed, Observer
from reporter.batch.own import own_report
from reporter.batch.rubric import Rubric
from reporter.batch.status import Status, status_of, status_with
from reporter.batch.submission import Piece, Remark, Student
from reporter.batch.verdict import Evidence, Verdict, judge
from reporter.capture.file import CaptureFile
from reporter.errors import CaptureTrouble, OutputTrouble, ToolTrouble, Trouble, UsageTrouble, disk_full
from reporter.explain.course import Course
from reporter.explain.visible import escaped
from reporter.extract.early import Early
from reporter.options import ReportOptions
from reporter.pipeline.annotate import annotate
from reporter.pipeline.course import ready_course
from reporter.pipeline.report import document_of, gather, guard_of, render
from reporter.report.material import Capture, names_of

#: What `--formats` knows, and the file each one becomes. An annotated capture has the name of its capture.
REPORTS = {"html": "report.html", "pdf": "report.pdf"}
ANNOTATED = "pcapng"
#: The remark of a job for which the disk had no room: no fault of the submission, so nothing is entered.
NO_ROOM = "disk-full"
#: How the names begin of what a job puts into its folder for itself.
SCRATCH = ".in-"


@dataclass(frozen=True, slots=True)
class Job:
    """One submission to work on. Results are written into `folder`, which is new and empty."""

    key: str
    student: Student
    captures: tuple[Piece, ...]
    folder: Path
    others: tuple[Piece, ...] = ()
    formats: tuple[str, ...] = ("html", "pdf")
    lang: str = "zh"
    course: Path | None = None
    decode_as: tuple[str, ...] = ()
    timezone: str | None = None
    rubric: Rubric | None = None
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Output:
    """One file that was written, by its name in the folder."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a submission: `remarks` explain `status`; `log` is for whoever looks into a trouble."""

    key: str
    status: Status
    remarks: tuple[Remark, ...] = ()
    observed: tuple[Observed, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    outputs: tuple[Output, ...] = ()
    seconds: float = 0.0
    log: str = ""


@dataclass(slots=True)
class Gathered:
    """Captures of one submission that could be read, what was observed of them, and what was wrong with the others."""

    captures: list[Capture] = field(default_factory=list)
    observed: list[Observed] = field(default_factory=list)
    troubles: list[tuple[Piece, Trouble]] = field(default_factory=list)
    paths: dict[str, Path] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def remarks(self) -> Iterator[Remark]:
        """What there is to remark of captures that were left out or are not whole."""
        for piece, trouble in self.troubles:
            yield Remark.of("capture-left-out", file=piece.name, why=_code_of(trouble))
        for each in self.observed:
            if each.tail:
                code = "tail-cut" if each.tail == "cut short" else "tail-damaged"
                yield Remark.of(code, file=each.name, packets=each.packets)
            if each.cut:
                yield Remark.of("observed-cut", file=each.name, **MOST)


def gathered(
    stack: contextlib.ExitStack,
    pieces: tuple[Piece, ...],
    folder: Path,
    decode_as: tuple[str, ...],
    *,
    options: ReportOptions | None = None,
    course: Course | None = None,
    report: bool = True,
    found: Gathered | None = None,
) -> Gathered:
    """Read every capture; what cannot be read is noted. tshark's calls stay open until the stack is closed.

    Without `report` the details of packets are not fetched.
    Raises ToolTrouble or UsageTrouble where no capture is at fault.
    """
    found = found if found is not None else Gathered()
    options = options or ReportOptions(decode_as=decode_as)
    guard = guard_of(options)
    for piece, path in _linked(pieces, folder):
        observer = Observer()
        try:
            file = CaptureFile.of(path)
            early = Early(path, decode_as)
            if report:
                stack.enter_context(early)
            capture = gather(early, options, course, lambda *_: None, observer, guard)
        except CaptureTrouble as trouble:
            found.troubles.append((piece, trouble))
            found.log.append(f"{piece.name}: {_told(trouble)}")
            continue
        found.captures.append(replace(capture, number=len(found.captures)))
        name = escaped(piece.name)
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
        for each in capture.failures:
            found.log.append(f"{piece.name}: rule {each.rule}, frame {each.frame}: {each.message}")
    return found


def work(job: Job) -> Outcome:
    """Do the work on one submission. Whatever is wrong with it becomes a status; nothing is raised."""
    began = time.monotonic()
    found = Gathered()
    try:
        outcome = _work(job, found)
    except MemoryError:
        outcome = _failed(job, found, "too-much-memory")
    except Trouble as trouble:
        found.log.append(_told(trouble))
        outcome = _failed(job, found, NO_ROOM if disk_full(trouble) else _code_of(trouble))
    except Exception as error:  # what is no Trouble is a bug of ours: it costs one row
        found.log.append("".join(traceback.format_exception(error)))
        outcome = _failed(job, found, NO_ROOM if disk_full(error) else "bug")
    return Outcome(
        key=job.key,
        status=outcome.status,
        remarks=outcome.remarks,
        observed=outcome.observed,
        verdicts=outcome.verdicts,
        outputs=outcome.outputs,
        seconds=time.monotonic() - began,
        log="\n".join(found.log),
    )


def _work(job: Job, found: Gathered) -> Outcome:
    options = ReportOptions(
        lang=job.lang,
        student=job.student.name or None,
        student_id=job.student.id or None,
        decode_as=job.decode_as,
        timezone=job.timezone,
        course=job.course,
    )
    taught = ready_course(job.course)
    captures, sections, remarks = job.captures, None, list(job.remarks)
    try:
        own = own_report(job.captures, job.others, job.student, options, job.folder / f"{SCRATCH}own")
    except (UsageTrouble, CaptureTrouble) as trouble:
        remarks.append(_own_words_left_out(trouble, found))
    else:
        if own is not None:
            captures, sections, options = own.captures, own.sections, own.options
    with contextlib.ExitStack() as stack:
        reports = any(each in REPORTS for each in job.formats)
        gathered(
            stack, captures, job.folder, options.decode_as, options=options, course=taught, report=reports, found=found
        )
        if not found.captures:
            return _failed(job, found, _code_of(found.troubles[0][1]) if found.troubles else "no-capture")
        evidence = Evidence(tuple(found.observed), found.paths, job.student, options.decode_as, sections)
        verdicts = judge(job.rubric, evidence)
        outputs = _reports(job, found, options, taught, remarks) if reports else []
        if ANNOTATED in job.formats:
            outputs += [_annotated(job, path, taught) for path in found.paths.values()]
    remarks += found.remarks()
    return Outcome(job.key, status_with(remarks), tuple(remarks), tuple(found.observed), verdicts, tuple(outputs))


def _reports(
    job: Job, found: Gathered, options: ReportOptions, course: Course | None, remarks: list[Remark]
) -> list[Output]:
    """The reports, written; the student's own words are left out, with a remark, where they cannot be used."""
    names = names_of(list(found.paths.values()))
    shown = [replace(each, called=name) for each, name in zip(found.captures, names, strict=True)]
    try:
        document = document_of(shown, options, course)
    except UsageTrouble as trouble:
        if options.folder is None:
            raise
        remarks.append(_own_words_left_out(trouble, found))
        document = document_of(shown, replace(options, folder=None, sources=(), stream=None), course)
    return [
        _written(job.folder / REPORTS[each], render(document, f".{each}")) for each in job.formats if each in REPORTS
    ]


def _own_words_left_out(trouble: Trouble, found: Gathered) -> Remark:
    found.log.append(_told(trouble))
    return Remark.of("own-words-left-out", what=trouble.what)


def _linked(pieces: tuple[Piece, ...], folder: Path) -> Iterator[tuple[Piece, Path]]:
    """Each capture at a path that has the student's own name for it, made safe: that is the name in the report."""
    for number, piece in enumerate(pieces, 1):
        name = file_name(piece.name.rpartition("/")[2])
        if piece.path.name == name:
            yield piece, piece.path
            continue
        place = folder / f"{SCRATCH}{number}"
        place.mkdir()
        path = place / name
        path.symlink_to(piece.path.resolve())
        yield piece, path


def _failed(job: Job, found: Gathered, code: str) -> Outcome:
    facts = {"file": found.troubles[0][0].name} if found.troubles else {}
    if not facts and job.captures:
        facts = {"file": job.captures[0].name}
    remarks = (Remark.of(code, **facts), *job.remarks)
    return Outcome(job.key, status_of(code), remarks, tuple(found.observed))


def _code_of(trouble: Trouble) -> str:
    if trouble.code:
        return trouble.code
    if isinstance(trouble, OutputTrouble):
        return "too-much-output"
    return "tool" if isinstance(trouble, ToolTrouble | UsageTrouble) else "not-a-capture"


def _told(trouble: Trouble) -> str:
    return f"{trouble.what} ({trouble.where}); {trouble.to_do}"


def _annotated(job: Job, path: Path, course: Course | None) -> Output:
    """The capture with its explanation as packet comments; of two captures of the same name one gets a number."""
    stem, number = stem_of(path.name), 1
    target = job.folder / f"{stem}-annotated.pcapng"
    while target.exists():
        number += 1
        target = job.folder / f"{stem}-annotated-{number}.pcapng"
    annotate(path, target, languages=(job.lang,), decode_as=job.decode_as, course=course)
    return Output(target.name, target.stat().st_size, digest_of(target))


def digest_of(path: Path) -> str:
    """The hash of a file, empty when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _written(path: Path, content: bytes) -> Output:
    try:
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputTrouble("a report cannot be written", where=str(path), to_do=str(error)) from error
    return Output(path.name, len(content), hashlib.sha256(content).hexdigest())
