"""The work on one submission, from its captures to its report: what a worker process is given and what it gives back.

Nothing here knows of the other submissions, the ledger or the terminal.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from reporter.batch.layouts import stem as stem_of
from reporter.batch.observe import Observed
from reporter.batch.prepare import SCRATCH, Handed, Prepared, code_of, evidence_of, prepare, told
from reporter.batch.rubric import Rubric
from reporter.batch.status import Status, status_of, status_with
from reporter.batch.submission import Piece, Remark, Student
from reporter.batch.verdict import Verdict, judge
from reporter.errors import OutputTrouble, Trouble, disk_full
from reporter.explain.course import Course
from reporter.options import ReportOptions
from reporter.pipeline.annotate import annotate
from reporter.pipeline.course import ready_course
from reporter.pipeline.report import render

#: What `--formats` knows, and the file each one becomes. An annotated capture has the name of its capture.
REPORTS = {"html": "report.html", "pdf": "report.pdf"}
ANNOTATED = "pcapng"
#: The remark of a job for which the disk had no room: no fault of the submission, so nothing is entered.
NO_ROOM = "disk-full"
#: A folder in that of a job, made when work on it begins: should its process end, how long it has worked is known.
BEGAN = f"{SCRATCH}began"


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


def work(job: Job) -> Outcome:
    """Do the work on one submission. Whatever is wrong with it becomes a status; nothing is raised."""
    began = time.monotonic()
    found = Prepared()
    with contextlib.suppress(OSError):
        (job.folder / BEGAN).mkdir()
    try:
        outcome = _work(job, found)
    except MemoryError:
        outcome = _failed(job, found, "too-much-memory")
    except Trouble as trouble:
        found.log.append(told(trouble))
        outcome = _failed(job, found, NO_ROOM if disk_full(trouble) else code_of(trouble))
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


def _work(job: Job, found: Prepared) -> Outcome:
    options = ReportOptions(
        lang=job.lang,
        student=job.student.name or None,
        student_id=job.student.id or None,
        decode_as=job.decode_as,
        timezone=job.timezone,
        course=job.course,
    )
    taught = ready_course(job.course)
    with contextlib.ExitStack() as stack:
        reports = any(each in REPORTS for each in job.formats)
        handed = Handed(job.student, job.captures, job.others, job.folder)
        prepare(stack, handed, options, taught, found, report=reports)
        if not found.captures:
            return _failed(job, found, code_of(found.troubles[0][1]) if found.troubles else "no-capture")
        evidence = evidence_of(found, job.student, job.decode_as)
        verdicts = judge(job.rubric, evidence)
        outputs = _reports(job, found) if reports else []
        if ANNOTATED in job.formats:
            outputs += [_annotated(job, path, taught) for path in found.paths.values()]
    remarks = (*job.remarks, *found.remarks())
    return Outcome(job.key, status_with(remarks), remarks, tuple(found.observed), verdicts, tuple(outputs))


def _reports(job: Job, found: Prepared) -> list[Output]:
    assert found.document is not None
    return [
        _written(job.folder / REPORTS[each], render(found.document, f".{each}"))
        for each in job.formats
        if each in REPORTS
    ]


def _failed(job: Job, found: Prepared, code: str) -> Outcome:
    facts = {"file": found.troubles[0][0].name} if found.troubles else {}
    if not facts and job.captures:
        facts = {"file": job.captures[0].name}
    remarks = (Remark.of(code, **facts), *job.remarks)
    return Outcome(job.key, status_of(code), remarks, tuple(found.observed))


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
