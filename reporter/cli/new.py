"""`reporter new`: a folder to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reporter.cli.choices import Language
from reporter.errors import OutputTrouble, UsageTrouble

EXAMPLES = """\b
Examples:
  reporter new my-lab
  reporter new my-lab --lang en

\b
Then put the capture into my-lab, correct my-lab/report.toml, write your own words, and:
  reporter report my-lab
"""


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to begin; nothing in it is overwritten.")],
    lang: Annotated[Language, typer.Option("--lang", help="Language of the report and of the comments.")] = Language.ZH,
) -> None:
    """Begin a folder for a report: a commented report.toml and texts to be replaced by your own."""
    from reporter.render.files import replacing
    from reporter.resources import templates_dir

    files = sorted((templates_dir() / "starter" / lang).iterdir())
    if folder.exists() and not folder.is_dir():
        raise UsageTrouble("this is a file, not a folder", where=str(folder), to_do="name another folder")
    there = [file.name for file in files if (folder / file.name).exists()]
    if there:
        raise UsageTrouble(
            f"{', '.join(there)} {'is' if len(there) == 1 else 'are'} there already; nothing was written",
            where=str(folder),
            to_do="name another folder, or move these files away",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputTrouble(
            f"the folder cannot be made: {error.strerror}", where=str(folder), to_do="name another place"
        ) from None
    for file in files:
        with replacing(folder / file.name) as written:
            written.write(file.read_bytes())
        typer.echo(folder / file.name)
