"""Other machines: jobs go to a Dask cluster with the bytes of their captures, and reports come back as bytes.

No shared disk is needed. On each machine a job runs in a process of its own with the same limits as here. Nothing of
ours schedules: Dask's client is a `concurrent.futures.Executor`, and gives the jobs of a lost machine to another.
"""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reporter.batch.job import Job, Outcome
from reporter.batch.worker import Bounds, Workers
from reporter.errors import ToolTrouble, UsageTrouble

#: A course is words and small pictures; what is larger is not sent along.
_LARGEST_COURSE_FILE = 4 << 20


@dataclass(frozen=True, slots=True)
class Parcel:
    """A job on its way: the bytes of its captures and other files in their order, and of its course's by name."""

    job: Job
    files: tuple[bytes, ...]
    course: tuple[tuple[str, bytes], ...]
    bounds: Bounds


class Shipping(Executor):
    """An executor that sends jobs as parcels through another, and unpacks what comes back where the job wants it."""

    def __init__(self, inner: Executor, bounds: Bounds) -> None:
        self._inner, self._bounds = inner, bounds

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run `fn(job)` elsewhere; the future holds its outcome once the outputs are in `job.folder`."""
        (job,) = args
        home: Future[Outcome] = Future()
        sent = self._inner.submit(run_parcel, fn, parcel_of(job, self._bounds))
        sent.add_done_callback(lambda future: _receive(future, job.folder, home))
        return home

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the executor that this one sends its work to."""
        self._inner.shutdown(wait=wait and not cancel_futures)


def parcel_of(job: Job, bounds: Bounds) -> Parcel:
    """A job with the bytes of everything that it reads, for a machine that does not have the files."""
    course: list[tuple[str, bytes]] = []
    if job.course is not None:
        folder = job.course if job.course.is_dir() else job.course.parent
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and path.stat().st_size <= _LARGEST_COURSE_FILE:
                course.append((path.relative_to(folder).as_posix(), path.read_bytes()))
    pieces = (*job.captures, *job.others)
    return Parcel(job, tuple(piece.path.read_bytes() for piece in pieces), tuple(course), bounds)


def _receive(sent: Future[Any], folder: Path, home: Future[Outcome]) -> None:
    try:
        outcome, outputs = sent.result()
        for each in outcome.outputs:
            (folder / each.name).write_bytes(outputs[each.name])
        home.set_result(outcome)
    except BaseException as error:  # whatever it is, whoever waits for the job has to know
        home.set_exception(error)


def run_parcel(fn: Callable[[Job], Outcome], parcel: Parcel) -> tuple[Outcome, dict[str, bytes]]:
    """On the other machine: unpack, run the job in a process of its own, and pack what it wrote."""
    with tempfile.TemporaryDirectory(prefix="reporter-") as name:
        top = Path(name)
        pieces = []
        for number, (piece, data) in enumerate(
            zip((*parcel.job.captures, *parcel.job.others), parcel.files, strict=True)
        ):
            path = top / f"in-{number}"
            path.write_bytes(data)
            pieces.append(replace(piece, path=path))
        course = None
        if parcel.job.course is not None:
            course = top / "course" / parcel.job.course.name
            base = course if parcel.job.course.suffix != ".toml" else course.parent
            for relative, data in parcel.course:
                (base / relative).parent.mkdir(parents=True, exist_ok=True)
                (base / relative).write_bytes(data)
        count = len(parcel.job.captures)
        folder = top / "out"
        folder.mkdir()
        job = replace(
            parcel.job, captures=tuple(pieces[:count]), others=tuple(pieces[count:]), folder=folder, course=course
        )
        outcome: Outcome = _workers(parcel.bounds).submit(fn, job).result()
        return outcome, {each.name: (folder / each.name).read_bytes() for each in outcome.outputs}


_own: dict[int, Workers] = {}


def _workers(bounds: Bounds) -> Workers:
    """The processes of this machine: as many as it has threads for jobs, kept warm from job to job."""
    own = _own.get(os.getpid())
    if own is None:
        # A worker of Dask under its nanny is a daemon, which may not have children; ours end with their parent.
        with contextlib.suppress(AssertionError):
            multiprocessing.current_process().daemon = False
        scratch = Path(tempfile.mkdtemp(prefix="reporter-"))
        atexit.register(shutil.rmtree, scratch, ignore_errors=True)
        own = _own[os.getpid()] = Workers(os.cpu_count() or 1, bounds, scratch)
    return own


@contextmanager
def cluster(address: str, bounds: Bounds) -> Iterator[tuple[Callable[[], Executor], int]]:
    """A maker of executors on the cluster of a scheduler, and how many jobs to hand out at once. Raises Trouble."""
    try:
        from distributed import Client
    except ImportError:
        raise ToolTrouble(
            "Dask is not installed", where="--scheduler", to_do="pip install 'reporter[cluster]', here and there"
        ) from None
    if "://" not in address:
        raise UsageTrouble("that is no address of a scheduler", where=f"--scheduler {address}", to_do="tcp://HOST:8786")
    try:
        client: Any = Client(address, timeout=20, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        raise ToolTrouble(
            f"the scheduler does not answer: {error}",
            where=f"--scheduler {address}",
            to_do="dask scheduler, dask worker",
        ) from None
    try:
        threads = sum(client.nthreads().values())
        yield lambda: Shipping(client.get_executor(pure=False), bounds), max(2 * threads, 2)
    finally:
        client.close(timeout=5)
