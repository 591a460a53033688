"""The family of expected troubles, drawn as a tree, and the exit codes they end with.

    Trouble                 the user can correct it (exit 1)
    ├── CaptureTrouble      the capture: missing, empty, unreadable, not a capture, no such stream …
    ├── ToolTrouble         tshark, Pango or a font is missing or failed
    ├── OutputTrouble       the report cannot be written where it was asked for
    └── UsageTrouble        the command line, a filter or a configuration file is wrong (exit 2)

Anything else that reaches the command line is a bug (exit 3, with a log).
"""

from __future__ import annotations

import errno

EXIT_DONE = 0
EXIT_TROUBLE = 1
EXIT_USAGE = 2
EXIT_BUG = 3
EXIT_CHECK_FAILED = 4
EXIT_INTERRUPTED = 130


class Trouble(Exception):
    """Expected trouble: `what` went wrong, `where` (a path, a frame, an option), what `to_do` about it.

    `code` names the kind, such as `not-a-capture`, where a caller tells of it in words of its own.
    """

    exit_code = EXIT_TROUBLE

    def __init__(self, what: str, *, where: str = "", to_do: str = "", code: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.to_do = to_do
        self.code = code


class CaptureTrouble(Trouble):
    """The capture cannot be used as asked."""


class ToolTrouble(Trouble):
    """A program, library or font that the work needs is missing or failed."""


class OutputTrouble(Trouble):
    """The result cannot be written."""


class UsageTrouble(Trouble):
    """The command line, a display filter or a configuration file is wrong."""

    exit_code = EXIT_USAGE


def disk_full(error: BaseException | None) -> bool:
    """Whether an error is, or was raised because of, a disk or quota without room."""
    seen: set[int] = set()
    # Two errors may each be the other's cause: one raised anew while its own cause was handled.
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__ or error.__context__
    return False
