"""`reporter doctor`: whether what a report needs is there, and the line to type where it is not."""

from __future__ import annotations

import typer

from reporter.errors import EXIT_TROUBLE


def doctor() -> None:
    """Check what is installed.

    Looks for tshark, Pango, Chinese fonts and the templates, and says how to install what is missing.
    """
    from reporter.cli.checks import CHECKS

    good = True
    for name, check in CHECKS:
        outcome = check()
        good = good and (outcome.ok or not outcome.needed)
        mark = "ok     " if outcome.ok else "missing" if outcome.needed else "advice "
        typer.echo(f"{mark}  {name:20} {outcome.detail}")
        if not outcome.ok and outcome.to_do:
            typer.echo(f"         {'':20} {outcome.to_do}")
    if not good:
        raise typer.Exit(EXIT_TROUBLE)
