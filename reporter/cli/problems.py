"""How a run ends: troubles as one screen of text, bugs as a log file, and the exit code of each."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reporter import __version__
from reporter.errors import Trouble
from reporter.explain.visible import visible

if TYPE_CHECKING:
    from reporter.explain.engine import Failure

_LONGEST = 2000


def tell(trouble: Trouble) -> None:
    """Print what went wrong, where, and what to do about it."""
    say(trouble.what)
    _labelled("where", trouble.where)
    _labelled("to do", trouble.to_do)


def say(message: str) -> None:
    """Print one message on stderr, safe for any terminal."""
    print("reporter: " + visible(message, _LONGEST), file=sys.stderr)  # noqa: T201


def say_lacking(characters: str) -> None:
    """Say that these characters are boxes in the PDF that was written."""
    say(f"no font on this machine has the characters {characters[:10]}; the PDF shows a box for each")
    _labelled("to do", "install a font that has them, or leave them out")


def say_remarks(tail: str, failures: Sequence[Failure], cut: tuple[int, int] = (0, 0)) -> None:
    """Say of a capture that its end is missing, that text was too long (`cut`), and of rules that they broke on it."""
    if tail:
        place = "at its end" if tail == "cut short" else "from some point on"
        say(f"the capture is {tail} {place}; everything before that was read")
    if cut[0]:
        say(f"packets with text too long to be taken in: {cut[0]}, first frame {cut[1]}; it is cut where it ends in …")
    if failures:
        first = failures[0]
        say(
            f"a rule failed and was left out, {len(failures)} times; first {first.rule} on frame "
            f"{first.frame} ({first.message}). This is a bug in reporter"
        )


def write_log(error: BaseException) -> Path | None:
    """Write the traceback of a bug into a file and return its path; None when nothing can be written."""
    text = "".join(
        [
            f"reporter {__version__}, Python {platform.python_version()}, {platform.platform()}\n",
            f"{datetime.now(UTC).isoformat(timespec='seconds')}\n{sys.argv}\n\n",
            *traceback.format_exception(error),
        ]
    )
    name = f"reporter-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.log"
    for folder in (_state_folder(), Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / name
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
        except (OSError, RuntimeError):
            continue
        return path
    return None


def tell_bug(error: BaseException) -> None:
    """Print that this is a bug, and where the log is."""
    say(f"this is a bug in reporter ({type(error).__name__}: {error})")
    path = write_log(error)
    if path is not None:
        _labelled("log", str(path))
        _labelled("to do", "report it with this log; it names your files but holds none of their packets")


def _labelled(label: str, text: str) -> None:
    indent = " " * 10
    lines = [visible(line, _LONGEST) for line in text.splitlines()]
    if lines:
        print(f"  {label + ':':8}" + ("\n" + indent).join(lines), file=sys.stderr)  # noqa: T201


def _state_folder() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Logs" / "reporter"
    if sys.platform == "win32":  # pragma: no cover
        return Path(os.environ.get("LOCALAPPDATA", tempfile.gettempdir())) / "reporter"
    named = os.environ.get("XDG_STATE_HOME", "")
    return (Path(named) if named.startswith("/") else Path.home() / ".local" / "state") / "reporter"
