"""`reporter batch`: the reports, checks and grades of a whole class."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reporter.cli.choices import Course, DecodeAs, Lang, Language, text, texts

EXAMPLES = """\b
Examples:
  reporter batch submissions.zip -o out
  reporter batch submissions/ -o out --roster roster.csv --rubric rubric.toml
  reporter batch submissions.zip -o out --rubric rubric.toml --gradebook grades.csv --dry-run
  reporter batch submissions.zip -o out --match-only --name-pattern '(?P<id>\\d{8})_(?P<name>[^_]+)'
  reporter batch submissions.zip -o out --again 20990001

An interrupted run goes on where it was when the same command is given again. Exit codes: 0 done,
4 done, but some of what was handed in could not be used."""


def batch(
    submissions: Annotated[
        Path,
        typer.Argument(metavar="SUBMISSIONS", readable=False, help="The folder or archive that the LMS gave."),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT", readable=False, help="Folder for everything that is made.")
    ],
    roster: Annotated[
        Path | None,
        typer.Option(
            "--roster", metavar="FILE", readable=False, help="CSV with the columns 学号 and 姓名 (or id, name)."
        ),
    ] = None,
    rubric: Annotated[
        Path | None, typer.Option("--rubric", metavar="FILE", readable=False, help="Checks that give points.")
    ] = None,
    course: Course = None,
    gradebook: Annotated[
        Path | None,
        typer.Option("--gradebook", metavar="FILE", readable=False, help="Fill the points into this CSV, in place."),
    ] = None,
    grade_column: Annotated[
        str | None,
        typer.Option("--grade-column", callback=text, metavar="TITLE", help="The column of the grade book to fill."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite-grades", help="Also replace grades that somebody has entered by hand.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Leave the grade book alone and show what would change in it.")
    ] = False,
    formats: Annotated[
        str, typer.Option("--formats", metavar="LIST", help="Reports to make: html, pdf, pcapng, with commas; or none.")
    ] = "html,pdf",
    jobs: Annotated[
        int, typer.Option("--jobs", metavar="N", min=0, help="Submissions to work on at once (else as many as cores).")
    ] = 0,
    name_pattern: Annotated[
        str | None,
        typer.Option(
            "--name-pattern", callback=text, metavar="REGEX", help="Read names with (?P<id>…) and (?P<name>…)."
        ),
    ] = None,
    match_only: Annotated[bool, typer.Option("--match-only", help="Show who hands in what, and stop.")] = False,
    again: Annotated[
        list[str] | None,
        typer.Option("--again", callback=texts, metavar="ID", help="Do this student's work again (repeatable)."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove the results of another class that OUT holds.")
    ] = False,
    excuse: Annotated[
        list[Path] | None,
        typer.Option(
            "--excuse", metavar="PATH", readable=False, help="Captures that many may share: a file or folder."
        ),
    ] = None,
    lang: Lang = Language.ZH,
    timezone: Annotated[
        str | None,
        typer.Option("--timezone", callback=text, metavar="ZONE", help="Zone of the times in the reports (else UTC)."),
    ] = None,
    decode_as: DecodeAs = None,
    timeout: Annotated[
        int, typer.Option("--timeout", metavar="SECONDS", min=1, help="Longest time for one submission.")
    ] = 180,
    memory: Annotated[
        int, typer.Option("--memory", metavar="MB", min=512, help="Most memory for one submission.")
    ] = 4096,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="tcp://HOST:PORT", help="Work on this Dask cluster.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print troubles and the summary only.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON and nothing else.")] = False,
) -> None:
    """Make every report of a class, check them, and fill the grade book.

    Recognises downloads of Moodle, Canvas, Blackboard, Gradescope and 学习通, and names like 学号-姓名.
    """
    from reporter.cli.batching import Wishes, run

    run(
        Wishes(
            submissions=submissions,
            output=output,
            roster=roster,
            rubric=rubric,
            course=course,
            gradebook=gradebook,
            grade_column=grade_column,
            overwrite=overwrite,
            dry_run=dry_run,
            formats=tuple(each.strip().lower() for each in formats.split(",") if each.strip() not in ("", "none")),
            jobs=jobs,
            name_pattern=name_pattern,
            match_only=match_only,
            again=tuple(again or ()),
            replace=replace,
            excuse=tuple(excuse or ()),
            lang=str(lang),
            timezone=timezone,
            decode_as=tuple(decode_as or ()),
            timeout=timeout,
            memory=memory << 20,
            scheduler=scheduler,
            quiet=quiet,
            as_json=as_json,
        )
    )
