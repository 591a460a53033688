"""`reporter rubric`: whether a rubric is in order, and what kinds of checks there are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reporter.cli.choices import help_when_alone

EXAMPLES = """\b
Examples:
  reporter rubric check rubric.toml
  reporter rubric kinds"""

app = typer.Typer(help="Check a rubric.", epilog=EXAMPLES, invoke_without_command=True)


app.callback()(help_when_alone)


@app.command("check")
def check(
    rubric: Annotated[Path, typer.Argument(metavar="RUBRIC", readable=False, help="A rubric.toml.")],
) -> None:
    """Check a rubric: its keys, and with tshark its display filters."""
    from reporter.cli.checking import check_rubric

    check_rubric(rubric)


@app.command("kinds")
def list_kinds() -> None:
    """List the kinds of checks, and the keys each may have."""
    from reporter.batch.checks import kinds

    for name, kind in kinds().items():
        marks = dict.fromkeys(kind.needs, " (needed)") | dict.fromkeys(kind.one_of, " (one needed)")
        needs = [key + marks.get(key, "") for key in kind.keys]
        typer.echo(f"{name:12} {', '.join(needs)}")
