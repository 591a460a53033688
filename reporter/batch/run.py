"""Runs jobs on an executor, whichever it is, and brings every outcome home: into its folder and into the ledger."""

from __future__ import annotations

import contextlib
import shutil
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from reporter.batch.identity import entered_as, identity, with_limits
from reporter.batch.job import BEGAN, NO_ROOM, Job, Outcome, digest_of, work
from reporter.batch.ledger import GO_ON, WRITABLE, Ledger, Row, no_room
from reporter.batch.prepare import SCRATCH
from reporter.batch.status import status_of
from reporter.batch.submission import Remark
from reporter.batch.worker import BROKEN, DIED, TIMED_OUT, Bounds
from reporter.errors import OutputTrouble, ToolTrouble, disk_full
from reporter.explain.visible import escaped

REPORTS, LOGS = "reports", "logs"
#: What says that the scheduler of a cluster is gone, by name: its library may not be installed.
_LOST = ("CommClosedError", "FutureCancelledError", "FuturesCancelledError", "CancelledError")
#: How often a broken executor is made anew before the jobs it had are given up.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Event:
    """One submission is done: `new` tells that it was worked on now, and not in an earlier run."""

    outcome: Outcome | Row
    new: bool


class Runner:
    """Runs jobs for one output folder. `make` makes an executor, `ahead` is how many jobs are handed out at once.

    `bounds` are what the executor grants each of them.
    """

    def __init__(
        self,
        folder: Path,
        scratch: Path,
        ledger: Ledger,
        make: Callable[[], Executor],
        *,
        ahead: int,
        bounds: Bounds,
        tell: Callable[[Event], None] = lambda _: None,
        function: Callable[[Job], Outcome] = work,
    ) -> None:
        self._folder, self._scratch, self._ledger = folder, scratch, ledger
        self._make, self._ahead, self._tell, self._function = make, ahead, tell, function
        self._bounds = bounds

    def settle(self, outcome: Outcome) -> None:
        """Enter a submission that needs no work: what is missing, refused or replaced."""
        with contextlib.suppress(OSError):
            shutil.rmtree(self._folder / REPORTS / outcome.key)
        with contextlib.suppress(OSError):
            (self._folder / LOGS / f"{outcome.key}.log").unlink()
        self._ledger.enter(outcome, "", _now())
        self._tell(Event(outcome, new=True))

    def run(self, jobs: Iterable[Job]) -> None:
        """Do what is not done yet. When it is interrupted, what was done stays done."""
        waiting: deque[tuple[Job, str, int]] = deque()
        rows = self._ledger.rows()
        for job in jobs:
            own = identity(job)
            row = rows.get(job.key)
            if row is not None and row.identity in (own, with_limits(own, self._bounds)) and self._is_there(row):
                self._tell(Event(row, new=False))
            else:
                waiting.append((job, own, 0))
        while waiting:
            waiting = self._on_one_executor(waiting)

    def _is_there(self, row: Row) -> bool:
        place = self._folder / REPORTS / row.key
        return all(digest_of(place / each.name) == each.sha256 for each in row.outputs)

    def _on_one_executor(self, waiting: deque[tuple[Job, str, int]]) -> deque[tuple[Job, str, int]]:
        """Jobs that are left because the executor broke; it was not necessarily one of them that broke it."""
        executor = self._make()
        under_way: dict[Future[Outcome], tuple[Job, str, int]] = {}
        broken: list[tuple[Job, str, int]] = []
        finished = False
        try:
            while (waiting or under_way) and not (broken and not under_way):
                while waiting and not broken and len(under_way) < self._ahead:
                    job, own, tries = waiting.popleft()
                    _emptied(job.folder)
                    under_way[executor.submit(self._function, job)] = (job, own, tries)
                done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                for future in done:
                    job, own, tries = under_way.pop(future)
                    error = future.exception()
                    if isinstance(error, BROKEN) and tries < _TRIES:
                        broken.append((job, own, tries + 1))
                        continue
                    outcome = _outcome(job, future, error, self._bounds)
                    if any(each.code == NO_ROOM for each in outcome.remarks):
                        raise no_room(str(job.folder))
                    self._bring_home(job, own, outcome)
            finished = True
        finally:
            executor.shutdown(cancel_futures=not finished or bool(broken))
        return deque([*broken, *waiting])

    def _bring_home(self, job: Job, own: str, outcome: Outcome) -> None:
        """The folder first, then the row: a row is never without its files."""
        place = self._folder / REPORTS / job.key
        self._ledger.forget([job.key])
        try:
            shutil.rmtree(place, ignore_errors=True)
            for each in job.folder.glob(f"{SCRATCH}*"):
                shutil.rmtree(each, ignore_errors=True)
            if outcome.outputs:
                place.parent.mkdir(exist_ok=True)
                job.folder.replace(place)
            else:
                shutil.rmtree(job.folder, ignore_errors=True)
            self._log(outcome)
        except OSError as error:
            raise OutputTrouble(
                f"a report cannot be put in its place: {error.strerror}",
                where=str(place),
                to_do=GO_ON if disk_full(error) else WRITABLE,
            ) from error
        self._ledger.enter(outcome, entered_as(own, outcome.remarks, self._bounds), _now())
        self._tell(Event(outcome, new=True))

    def _log(self, outcome: Outcome) -> None:
        folder = self._folder / LOGS
        folder.mkdir(exist_ok=True)
        remarks = "".join(f"{each.code} {dict(each.facts)}\n" for each in outcome.remarks)
        spent = f" in {outcome.seconds:.2f} s" if outcome.seconds else ""
        told = f"{_now()} {outcome.status}{spent}\n{remarks}{outcome.log}\n"
        # What others have named may be in it, and logs are read in a terminal.
        text = "\n".join(map(escaped, told.split("\n")))
        (folder / f"{outcome.key}.log").write_text(text, encoding="utf-8", errors="backslashreplace")


def _emptied(folder: Path) -> None:
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    except OSError as error:
        raise no_room(str(folder)) if disk_full(error) else error from error


def _outcome(job: Job, future: Future[Outcome], error: BaseException | None, bounds: Bounds) -> Outcome:
    if error is None:
        return future.result()
    if isinstance(error, TIMED_OUT):
        code = "timed-out"
    elif isinstance(error, (*DIED, *BROKEN)) or type(error).__name__ == "KilledWorker":
        code = "worker-died"
    elif type(error).__name__ in _LOST:
        raise ToolTrouble(
            f"the cluster does not answer any more ({type(error).__name__})",
            where="--scheduler",
            to_do="start it again and give the same command: what is done is not done again",
        ) from error
    else:
        code = "bug"
    seconds = bounds.seconds if code == "timed-out" else _worked(job)
    facts = {"file": job.captures[0].name} if job.captures else {}
    remarks = (Remark.of(code, **facts), *job.remarks)
    log = "".join(traceback.format_exception(error))
    return replace(Outcome(job.key, status_of(code), remarks), log=log, seconds=seconds)


def _worked(job: Job) -> float:
    """Seconds of work on a job whose process has ended; 0 where nothing tells, as on another machine."""
    try:
        return max(time.time() - (job.folder / BEGAN).stat().st_mtime, 0)
    except OSError:
        return 0


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
