"""Worker processes on this machine: warm, limited, alone with one submission at a time, and never left behind."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

#: Jobs after which a worker makes place for a new one: memory is not given back after a PDF.
RECYCLE = 40
#: Jobs after which a worker looks for garbage: pages are cycles, 30 to 40 MB a report.
SWEEP = 4
#: What tells that a worker has died with its job, that the job's time was over, and that the executor is broken.
DIED: tuple[type[BaseException], ...] = (ProcessExpired,)
TIMED_OUT: tuple[type[BaseException], ...] = (FutureTimeoutError, TimeoutError)
BROKEN: tuple[type[BaseException], ...] = (BrokenProcessPool,)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one submission may cost: wall time in seconds, address space and size of any one file in bytes."""

    seconds: float = 180
    memory: int = 4 << 30
    output: int = 512 << 20


class Workers(Executor):
    """Processes that run one job each. A job that kills its process, or takes too long, costs only itself."""

    def __init__(self, jobs: int, bounds: Bounds, scratch: Path) -> None:
        context = _context()
        self._seconds = bounds.seconds
        self._pool = ProcessPool(
            max_workers=jobs,
            max_tasks=RECYCLE,
            initializer=prepare,
            initargs=(bounds, str(scratch)),
            context=context,
        )

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a function in a worker; the future fails with one of `DIED` or `TIMED_OUT` when that ended badly."""
        return self._pool.schedule(tidily, args=(fn, *args), kwargs=kwargs, timeout=self._seconds)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers: at once with `cancel_futures`, else when their jobs are done."""
        if cancel_futures:
            self._pool.stop()  # type: ignore[no-untyped-call]
        else:
            self._pool.close()  # type: ignore[no-untyped-call]
        if wait:
            self._pool.join()


_jobs = 0


def tidily(fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Do one job, after the garbage of earlier ones is away. Returns and raises what the job does."""
    global _jobs
    if _jobs and _jobs % SWEEP == 0:
        gc.collect()
    _jobs += 1
    return fn(*args, **kwargs)


def _context() -> Any:
    if "forkserver" in multiprocessing.get_all_start_methods() and sys.platform != "darwin":
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["reporter.batch.preload"])
        return context
    return multiprocessing.get_context("spawn")


def prepare(bounds: Bounds, scratch: str) -> None:
    """Make this process a worker: its own process group, limits, and an end when its parent ends."""
    with contextlib.suppress(OSError, AttributeError):
        os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = scratch
    os.environ["TMPDIR"] = scratch
    # A report is many objects that live until it is written: looking for garbage among them costs a quarter of it.
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)
    threading.Thread(target=_follow_parent, name="parent", daemon=True).start()
    try:
        import resource
    except ImportError:  # pragma: no cover (Windows)
        return
    for limit, value in (
        (resource.RLIMIT_AS, bounds.memory),
        (resource.RLIMIT_FSIZE, bounds.output),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(limit, (value, value))


def _end(*_: object) -> None:
    """End this process and every tshark it has started."""
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(143)


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        _end()
