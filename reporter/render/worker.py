"""Templates of others are rendered in a process of their own, with an end to its time, memory and output.

What goes on in it can fail, loop or eat memory without harm: the process is ended, and the trouble is told.
"""

from __future__ import annotations

import errno
import multiprocessing
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from reporter.errors import Trouble, UsageTrouble

_FILES = 64_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """`seconds` of processor time, four times as many by the clock; `memory` in bytes that may be addressed."""

    seconds: int = 60
    memory: int = 3_000_000_000


def apart(work: Callable[..., Any], *arguments: Any, limits: Limits, where: str) -> Any:
    """What `work(*arguments)` returns, done in another process.

    Raises the Trouble that it raises, and UsageTrouble when it uses more than the limits allow; `where` is the theme.
    """
    # Not a copy of this process, which has threads: a new one.
    context = multiprocessing.get_context("spawn")
    # A worker of a cluster may be marked as one that has no children; this one is over before the worker is.
    vars(multiprocessing.current_process()).get("_config", {}).pop("daemon", None)
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(theirs, limits, work, arguments), daemon=False)
    process.start()
    theirs.close()
    try:
        if not ours.poll(limits.seconds * 4):
            raise _too_long(limits, where)
        kind, value = ours.recv()
    except (EOFError, OSError):
        process.join(5)
        raise _ended(process.exitcode, limits, where) from None
    finally:
        ours.close()
        _end(process)
    if kind == "done":
        return value
    if kind == "memory":
        raise _too_much(limits, where)
    if kind == "failed":
        what = f"the pages of the theme cannot be laid out: {value}"
        raise UsageTrouble(what, where=where, to_do="take out what was added last; reporter template check tells more")
    raise value


def _end(process: Any) -> None:
    process.join(0.2)
    if process.is_alive():
        process.kill()
        process.join()


def _run(answer: Connection, limits: Limits, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """What the process does: narrow itself, work, answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _narrow(limits)
    try:
        answer.send(("done", work(*arguments)))
    except Trouble as trouble:
        answer.send(("trouble", trouble))
    except MemoryError:
        answer.send(("memory", None))
    except Exception as error:
        kind = "memory" if isinstance(error, OSError) and error.errno == errno.ENOMEM else "failed"
        answer.send((kind, f"{type(error).__name__}: {error}"))
    finally:
        answer.close()


def _narrow(limits: Limits) -> None:
    try:
        import resource
    except ImportError:  # not on every system; the clock still ends it
        return
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    with suppress(ValueError, OSError):
        used = int(time.process_time()) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds + used, limits.seconds + used))
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError, OSError):
        # WeasyPrint writes fonts that a page carries to temporary files.
        resource.setrlimit(resource.RLIMIT_FSIZE, (_FILES, _FILES))


def _ended(code: int | None, limits: Limits, where: str) -> UsageTrouble:
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return _too_long(limits, where)
    if code in (-signal.SIGSEGV, -signal.SIGABRT):
        return _too_much(limits, where)
    return UsageTrouble(
        f"the process that rendered the theme ended with {code}",
        where=where,
        to_do="try reporter template check; leave the theme out to see whether it is the cause",
    )


def _too_long(limits: Limits, where: str) -> UsageTrouble:
    return UsageTrouble(
        f"the theme takes more than {limits.seconds} s of computing",
        where=where,
        to_do="look for loops within loops, or for a picture that is very large",
    )


def _too_much(limits: Limits, where: str) -> UsageTrouble:
    return UsageTrouble(
        f"the theme takes more than {limits.memory // 1_000_000} MB of memory",
        where=where,
        to_do="look for texts that grow in a loop, or for a picture that is very large",
    )
