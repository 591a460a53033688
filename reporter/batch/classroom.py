"""A class from beginning to end: collected, worked on, put together, shown. The command line calls nothing else."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from reporter.batch import shared as sharing
from reporter.batch.collect import collect, with_files
from reporter.batch.download import Download
from reporter.batch.gone import gone_from
from reporter.batch.job import ANNOTATED, REPORTS, Job, Outcome
from reporter.batch.klass import Klass, assemble
from reporter.batch.ledger import Ledger
from reporter.batch.roster import read_roster
from reporter.batch.rubric import Rubric, load_rubric
from reporter.batch.run import LOGS, Event, Runner
from reporter.batch.run import REPORTS as REPORTS_FOLDER
from reporter.batch.status import Status, status_of
from reporter.batch.submission import Remark, Submission
from reporter.batch.traces import Trace, Traces
from reporter.batch.unpack import CAPTURE_ENDINGS, Quota
from reporter.batch.verdict import filter_troubles
from reporter.batch.views import csv, json, page, xlsx
from reporter.batch.words import BatchWords
from reporter.batch.worker import Bounds, Workers
from reporter.capture.file import check
from reporter.errors import OutputTrouble, UsageTrouble
from reporter.extract.fieldpass import FieldPass
from reporter.pipeline.course import ready_course
from reporter.render.files import replacing

FORMATS = (*REPORTS, ANNOTATED)
#: Segments remembered of a capture that is excused: nearly all, so that no part of it is told.
_EXCUSED = 1 << 20
VIEWS = {"results.csv": csv.render, "results.xlsx": xlsx.render, "results.json": json.render, "index.html": page.render}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the teacher asks for: where things are, and how they are to be done; as on the command line.

    `replace` lets the results of another class that the output holds go.
    """

    submissions: Path
    output: Path
    roster: Path | None = None
    rubric: Path | None = None
    course: Path | None = None
    jobs: int = 0
    formats: tuple[str, ...] = ("html", "pdf")
    lang: str = "zh"
    name_pattern: str | None = None
    decode_as: tuple[str, ...] = ()
    timezone: str | None = None
    excuse: tuple[Path, ...] = ()
    replace: bool = False
    bounds: Bounds = field(default_factory=Bounds)
    quota: Quota = field(default_factory=Quota)


class Classroom:
    """An output folder with its ledger, open for one run. Raises Trouble before anything is done if it cannot be."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.words = BatchWords(settings.lang)
        unknown = [each for each in settings.formats if each not in FORMATS]
        if unknown:
            raise UsageTrouble(
                f"there is no format {unknown[0]!r}", where="--formats", to_do="formats are " + ",".join(FORMATS)
            )
        self.roster = read_roster(settings.roster) if settings.roster is not None else None
        self.rubric = ready_rubric(settings.rubric)
        ready_course(settings.course)
        self.excused = list(_excused(settings.excuse))
        self.submissions: list[Submission] = []
        self._again: list[str] = []
        self._stack = contextlib.ExitStack()
        self._download: Download | None = None

    def __enter__(self) -> Classroom:
        output = self.settings.output
        if output.exists() and self.settings.submissions.exists() and output.samefile(self.settings.submissions):
            raise UsageTrouble(
                "the results would stand among the submissions",
                where=f"-o {output}",
                to_do="name another folder with -o",
            )
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputTrouble(
                f"the output folder cannot be made: {error.strerror}", where=str(output), to_do="name another with -o"
            ) from None
        try:
            self.ledger = self._stack.enter_context(Ledger(output))
            scratch = output / ".scratch"
            shutil.rmtree(scratch, ignore_errors=True)
            self.scratch = scratch / str(os.getpid())
            self.scratch.mkdir(parents=True)
            self._stack.callback(shutil.rmtree, scratch, ignore_errors=True)
            self._download, self.submissions = collect(
                self.settings.submissions, self.scratch, output, self.roster, self.settings.name_pattern
            )
            self._stack.callback(self._download.close)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def again(self, wanted: Iterable[str]) -> list[str]:
        """Have some submissions, named by key, number or name, done anew by `work`. Raises UsageTrouble for others."""
        keys = []
        for name in wanted:
            found = [
                each.key
                for each in self.submissions
                if name in (each.key, each.student.id, each.student.name) and each.replaced is None
            ]
            if not found:
                raise UsageTrouble(
                    f"there is no submission {name!r}",
                    where="--again",
                    to_do="name a student number of the match table",
                )
            keys += found
        self._again = keys
        return keys

    def work(
        self, tell: Callable[[Event], None], make: Callable[[], Executor] | None = None, ahead: int = 0
    ) -> tuple[str, ...]:
        """Work on every submission that is not done. `make` makes another executor than this machine's processes.

        Returns the keys of earlier results that were removed, because what they are of is not there any more. Raises
        UsageTrouble, before anything is changed, where these are most of what was done.
        """
        jobs = self.settings.jobs or max(
            1, len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
        )
        runner = Runner(
            self.settings.output,
            self.scratch,
            self.ledger,
            make or (lambda: Workers(jobs, self.settings.bounds, self.scratch)),
            ahead=ahead or jobs + 1,
            bounds=self.settings.bounds,
            tell=tell,
        )
        download = self._download
        assert download is not None
        self.submissions = [
            with_files(each, download, self.scratch / "in", self.settings.quota) for each in self.submissions
        ]
        gone, lost = gone_from(self.ledger, self.submissions, self.settings.output, let_go=self.settings.replace)
        self._forget(gone)
        self.ledger.forget(self._again)
        waiting = []
        for each in self.submissions:
            settled = _settled(each)
            if settled is not None:
                runner.settle(settled)
            else:
                waiting.append(self._job(each))
        runner.run(waiting)
        return lost

    def _job(self, submission: Submission) -> Job:
        settings = self.settings
        return Job(
            key=submission.key,
            student=submission.student,
            captures=submission.captures,
            folder=self.scratch / "out" / submission.key,
            others=submission.others,
            formats=settings.formats,
            lang=settings.lang,
            course=settings.course,
            decode_as=settings.decode_as,
            timezone=settings.timezone,
            rubric=self.rubric,
            remarks=submission.remarks,
        )

    def _forget(self, gone: Iterable[str]) -> None:
        """Remove results, with their reports and logs."""
        self.ledger.forget(gone)
        for key in gone:
            shutil.rmtree(self.settings.output / REPORTS_FOLDER / key, ignore_errors=True)
            (self.settings.output / LOGS / f"{key}.log").unlink(missing_ok=True)

    def klass(self) -> Klass:
        """The class as the ledger has it, once the work is done."""
        groups = {each.key: each.group for each in self.submissions}
        pairs = sharing.shared(self.ledger.traces(), groups, self.excused)
        return assemble(self.submissions, self.ledger.rows(), pairs, self.rubric)

    def show(self, klass: Klass) -> None:
        """Write every view, each in place of the one before."""
        for name, render in VIEWS.items():
            content = render(klass, self.words)
            with replacing(self.settings.output / name) as file:
                file.write(content)
        self.ledger.set_meta("finished", datetime.now(UTC).isoformat(timespec="seconds"))


def ready_rubric(path: Path | None) -> Rubric | None:
    """The rubric of a file with its filters put to tshark. Raises UsageTrouble for the first thing wrong with it."""
    if path is None:
        return None
    rubric = load_rubric(path)
    troubles = filter_troubles(rubric)
    if troubles:
        raise troubles[0]
    return rubric


def _settled(submission: Submission) -> Outcome | None:
    """What there is to say of a submission on which no work is to be done; None when there is work."""
    if not submission.entries:
        return Outcome(submission.key, Status.MISSING, submission.remarks or (Remark.of("missing"),))
    if submission.replaced is not None:
        return Outcome(submission.key, Status.DUPLICATE, (submission.replaced,))
    if submission.refused is not None:
        refused = submission.refused
        return Outcome(submission.key, status_of(refused.code), (refused, *submission.remarks))
    if not submission.captures:
        return Outcome(submission.key, Status.NO_CAPTURE, (Remark.of("no-capture"), *submission.remarks))
    return None


def _excused(paths: Iterable[Path]) -> Iterator[Trace]:
    """The connections of captures that were handed out or are public: captures, or folders of them."""
    for path in paths:
        files = (
            sorted(each for each in path.rglob("*") if each.name.lower().endswith(CAPTURE_ENDINGS))
            if path.is_dir()
            else [path]
        )
        for file in files:
            check(file)
            traces = Traces(most=_EXCUSED, in_all=_EXCUSED)
            for packet in FieldPass(file):
                traces.see(packet)
            traces.settle()
            for number, seen in traces.streams.items():
                yield Trace("", file.name, number, "", "", 0, 0, "0", seen.isns, frozenset(seen.keys))
