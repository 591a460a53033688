"""Writing a result: beside its target first, then in its place, so that nothing is ever half-written."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from reporter.errors import OutputTrouble


def check_target(path: Path) -> None:
    """Raise OutputTrouble when a file cannot be written to this path, before any work is done."""
    try:
        _check(path, _target(path))
    except OSError as error:
        raise OutputTrouble(
            f"the output path cannot be used: {error.strerror}",
            where=str(path),
            to_do="name another place with -o",
        ) from None


def _check(path: Path, target: Path) -> None:
    folder = target.parent
    if target.is_dir():
        raise OutputTrouble("the output is a folder", where=str(path), to_do=f"name a file in it: -o {path}/NAME")
    if not folder.is_dir():
        raise OutputTrouble("the folder of the output does not exist", where=str(folder), to_do=f"mkdir -p {folder}")
    if not target.exists():
        if not os.access(folder, os.W_OK | os.X_OK):
            raise _no_permission(folder)
        return
    if not os.access(target, os.W_OK):
        raise _no_permission(path)
    if _is_plain(target) and not os.access(folder, os.W_OK | os.X_OK):
        raise _no_permission(folder)


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of `path` when the block ends well, and vanishes when it does not.

    A link stays a link and what it points to is replaced; a device or pipe is written to directly.
    Raises OutputTrouble when it cannot be written.
    """
    check_target(path)
    target = _target(path)
    try:
        if target.exists() and not _is_plain(target):
            with target.open("wb") as file:
                yield file
            return
        yield from _beside(target)
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.filename is not None and Path(os.fsdecode(error.filename)).parent != target.parent:
            raise
        reason = error.strerror or str(error)
        raise OutputTrouble(
            f"the output cannot be written: {reason}",
            where=str(path),
            to_do="free the disk or name another place",
        ) from error


def _beside(target: Path) -> Iterator[IO[bytes]]:
    number, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".part", dir=target.parent)
    beside = Path(name)
    try:
        with open(number, "wb") as file:  # noqa: PTH123 (a descriptor, not a path)
            yield file
            file.flush()
            beside.chmod(_mode(target))
        beside.replace(target)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def _target(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise OutputTrouble(f"the output path cannot be used: {error}", where=str(path), to_do="name another") from None


def _is_plain(target: Path) -> bool:
    return stat.S_ISREG(target.stat().st_mode)


def _mode(target: Path) -> int:
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def _no_permission(where: Path) -> OutputTrouble:
    return OutputTrouble("no permission to write the output", where=str(where), to_do="name another place with -o")
