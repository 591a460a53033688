"""`reporter check`: a rubric's checks on one student's captures, at home before handing in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reporter.cli.choices import DecodeAs, Lang, Language, text

EXAMPLES = """\b
Examples:
  reporter check lab.pcapng --rubric rubric.toml
  reporter check my-submission/ --rubric rubric.toml --id 20990001 --student 示例同学

Exit codes: 0 every check passed, 4 one failed or cannot be decided."""


def check(
    path: Annotated[
        Path,
        typer.Argument(metavar="CAPTURE|DIR", readable=False, help="A capture, or a folder or zip as handed in."),
    ],
    rubric: Annotated[Path, typer.Option("--rubric", metavar="FILE", readable=False, help="The teacher's checks.")],
    student: Annotated[str | None, typer.Option("--student", callback=text, metavar="NAME", help="Your name.")] = None,
    student_id: Annotated[
        str | None, typer.Option("--id", callback=text, metavar="TEXT", help="Your student number.")
    ] = None,
    decode_as: DecodeAs = None,
    lang: Lang = Language.ZH,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON.")] = False,
) -> None:
    """Check captures against a teacher's rubric; each verdict says on which frames it rests."""
    from reporter.cli.checking import run

    run(path, rubric, student or "", student_id or "", tuple(decode_as or ()), str(lang), as_json)
