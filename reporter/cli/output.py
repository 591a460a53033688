"""Where text goes: standard output, promptly where somebody reads along, or a file that appears whole."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from reporter.errors import UsageTrouble

Write = Callable[[str], object]

_COLOURS = {"heading": "\x1b[1;36m", "info": "\x1b[2m", "note": "\x1b[1m"}
_RESET = "\x1b[0m"


class ReaderLeft(Exception):
    """Whoever reads standard output has gone; there is nothing more to do."""


def verify_output(output: Path, captures: Iterable[Path]) -> None:
    """Raise OutputTrouble or UsageTrouble when a result cannot or must not be written there."""
    from reporter.render.files import check_target

    check_target(output)
    if output.exists() and any(output.samefile(capture) for capture in captures):
        raise UsageTrouble("the output is the capture itself", where=f"-o {output}", to_do="name another file")


@contextmanager
def opened(output: Path | None, *, prompt: bool) -> Iterator[Write]:
    """The function that writes UTF-8 to `output` (None: standard output); `prompt` sends pieces at once."""
    if output is not None:
        from reporter.render.files import replacing

        with replacing(output) as file:
            yield lambda text: file.write(text.encode("utf-8", "replace"))
        return
    stream = sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="replace", newline="\n")
    try:
        yield _promptly(stream) if prompt and not _is_file(stream) else stream.write
        stream.flush()
    except BrokenPipeError as error:
        raise ReaderLeft from error


def painter(output: Path | None) -> Callable[[str, str], str]:
    """Colours a line by its kind on a terminal that wants colour; elsewhere leaves it alone."""
    wanted = output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    if not wanted or os.environ.get("TERM") == "dumb":
        return lambda _, text: text
    return lambda kind, text: f"{_COLOURS[kind]}{text}{_RESET}" if kind in _COLOURS else text


def _promptly(stream: TextIO) -> Write:
    def write(text: str) -> None:
        stream.write(text)
        stream.flush()

    return write


def _is_file(stream: TextIO) -> bool:
    try:
        return os.path.isfile(stream.fileno())  # noqa: PTH113 (a descriptor, not a path)
    except (OSError, ValueError):
        return False
