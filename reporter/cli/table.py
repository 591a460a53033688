"""A table and a progress bar for the terminal, through rich; names from submissions are never markup."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from reporter.explain.visible import visible

_WIDE = 160


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table on standard output; wide enough not to be cut where nobody looks at it."""
    console = Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else _WIDE)
    table = Table(box=None, pad_edge=False, header_style="bold" if sys.stdout.isatty() else "")
    for title in header:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    console.print(table)


class Bar:
    """Progress over a known number of things, with what is left of the time; lines can be said beside it.

    `left` is the word before the time that is left.
    """

    def __init__(self, total: int, left: str, *, wanted: bool) -> None:
        self._console = Console(file=sys.stderr, highlight=False, soft_wrap=True)
        self._progress: Progress | None = None
        self._task = TaskID(0)
        self._counts: Counter[str] = Counter()
        if wanted and self._console.is_terminal:
            self._progress = Progress(
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[counts]}", markup=False),
                TimeElapsedColumn(),
                TextColumn(left, markup=False),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            self._task = self._progress.add_task("", total=total, counts="")

    def __enter__(self) -> Bar:
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    @property
    def done(self) -> int:
        """How many submissions are done, for the bar."""
        return self._counts.total()

    def advance(self, what: str) -> None:
        """One more is done, and how it ended."""
        self._counts[what] += 1
        if self._progress is not None:
            counts = ", ".join(f"{count} {name}" for name, count in self._counts.most_common())
            self._progress.update(self._task, advance=1, counts=counts)

    def say(self, line: str) -> None:
        """Print a line that stays, above the bar."""
        self._console.print(Text(visible(line, 500)))
