"""`reporter doctor`: whether what a report needs is there, and the line to type where it is not."""

from __future__ import annotations

import typer

from reporter.errors import EXIT_TROUBLE


def doctor() -> None:
    """Check what is installed.

    Looks for tshark, Pango, Chinese fonts and the templates, lays out a line of Chinese to see that no character
    is missing, and says how to install what is not there.
    """
    from reporter.cli.checks import CHECKS
    from reporter.install import LINES, PLATFORMS

    good = True
    missing: list[str] = []
    for name, check in CHECKS:
        outcome = check()
        good = good and (outcome.ok or not outcome.needed)
        mark = "ok     " if outcome.ok else "missing" if outcome.needed else "advice "
        typer.echo(f"{mark}  {name:20} {outcome.detail}")
        if not outcome.ok and outcome.needed and outcome.part and outcome.part not in missing:
            missing.append(outcome.part)
        if not outcome.ok and outcome.to_do:
            typer.echo(f"         {'':20} {outcome.to_do}")
    for part in missing:
        typer.echo(f"\n{part}, system by system:")
        for name, line in LINES[part].items():
            typer.echo(f"  {PLATFORMS[name]:15} {line}")
    if not good:
        raise typer.Exit(EXIT_TROUBLE)
