"""`reporter template`: themes listed, begun, checked, watched while they are written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reporter.cli.choices import Lang, Language, help_when_alone
from reporter.errors import EXIT_TROUBLE

EXAMPLES = """\b
Examples:
  reporter template list
  reporter template new my-theme               begin with a small theme of your own
  reporter template watch my-theme lab.pcapng  see it in the browser while you write it
  reporter template check my-theme             before it is given to others
  reporter template variables                  every name that a template can use
  reporter report lab.pcapng -o lab.pdf --theme my-theme/"""

app = typer.Typer(
    help="Make the report look and read like your school's.", epilog=EXAMPLES, invoke_without_command=True
)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the theme.")]


app.callback()(help_when_alone)


@app.command("list")
def list_themes() -> None:
    """List the themes there are."""
    from reporter.pipeline.themes import listed

    found = listed()
    wide = max(len(name) for name, _ in found)
    for name, about in found:
        typer.echo(f"{name:{wide}}  {about}")


@app.command("new")
def new_theme(
    folder: Folder,
    base: Annotated[str, typer.Option("--from", metavar="THEME", help="The theme that it extends.")] = "lab",
) -> None:
    """Begin a theme: a folder with a few small files to change."""
    from reporter.pipeline.themes import begin

    for file in begin(folder, base):
        typer.echo(file)


@app.command("check")
def check(
    folder: Folder,
    capture: Annotated[
        list[Path] | None,
        typer.Option("--capture", metavar="FILE", readable=False, help="Render this capture instead (repeatable)."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Render every capture that comes with the source.")] = False,
) -> None:
    """Check a theme: names, words, fonts, then captures rendered as HTML and PDF in all its languages."""
    from reporter.cli.problems import say, tell
    from reporter.cli.progress import Progress
    from reporter.pipeline.themes import captures_here, check_theme

    captures = capture or captures_here(every)
    with Progress() as progress:
        found = check_theme(folder, captures, progress)
    for each in found:
        tell(each)
    if found:
        raise typer.Exit(EXIT_TROUBLE)
    if not captures:
        say("no captures come with this installation: name one with --capture to have it rendered")
    typer.echo(f"{folder}: in order, {len(captures)} captures rendered")


@app.command("variables")
def variables() -> None:
    """Print every name that a template can use: the context, its classes, blocks, filters."""
    from reporter.render.reference import reference

    typer.echo(reference())


@app.command("watch")
def watch(
    folder: Folder,
    capture: Annotated[Path, typer.Argument(metavar="CAPTURE", readable=False, help="The capture to show.")],
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Where to serve; 0 takes a free one.")] = 0,
    lang: Lang = Language.ZH,
) -> None:
    """Show the report in the browser and show it anew whenever a file of the theme is saved."""
    from reporter.capture.file import check as check_capture
    from reporter.pipeline.watch import watching

    check_capture(capture)
    with watching(folder, capture, str(lang), port) as watched:
        typer.echo(f"{watched.address}  (Ctrl-C ends it)")
        watched.wait()
