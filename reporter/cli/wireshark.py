"""`reporter wireshark`: what reporter adds to Wireshark, put there and taken away again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reporter.cli.choices import CaptureArgument, Lang, Language

app = typer.Typer(
    help="Put the explanation into Wireshark: a profile with a column for it, and two capture interfaces.",
    epilog="""\b
Examples:
  reporter wireshark install              the profile "Lab report" and the interfaces, in Chinese
  reporter wireshark install --dry-run    say what would be written, and write nothing
  reporter wireshark status               what is installed, and whether it is as installed
  reporter wireshark open lab.pcapng      explain a capture and open it in Wireshark
  reporter wireshark uninstall            take all of it away again""",
    rich_markup_mode=None,
)

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]


@app.command("install")
def install(lang: Lang = Language.ZH, dry_run: DryRun = False) -> None:
    """Install the profile and the capture interfaces into your Wireshark.

    Writes only into your own Wireshark folders, and says what. Run it again after an upgrade.
    """
    from reporter.cli.wiresharking import install

    install(str(lang), pretend=dry_run)


@app.command("status")
def status() -> None:
    """Say what is installed, where, and whether it is as installed."""
    from reporter.cli.wiresharking import status

    status()


@app.command("uninstall")
def uninstall(
    every: Annotated[
        bool, typer.Option("--all", help="Remove also files of the profile that have been changed since.")
    ] = False,
    dry_run: DryRun = False,
) -> None:
    """Remove everything that was installed, and the folders that were made for it."""
    from reporter.cli.wiresharking import uninstall

    uninstall(every=every, pretend=dry_run)


@app.command("open")
def open_capture(
    capture: CaptureArgument,
    lang: Annotated[
        str, typer.Option("--lang", metavar="zh|en|zh,en", help="Language of the comments, or both.")
    ] = "zh",
    frame: Annotated[int | None, typer.Option("--frame", metavar="N", min=1, help="Go to this frame.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="OUT.pcapng", help="The annotated copy; else NAME.explained.pcapng."),
    ] = None,
) -> None:
    """Explain a capture and open it in Wireshark.

    A capture that has our comments already is opened as it is.
    """
    from reporter.cli.wiresharking import open_explained

    open_explained(capture, lang, frame, output)
