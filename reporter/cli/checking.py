"""The work of `reporter check` and `reporter rubric check`."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from reporter.batch.alone import checked
from reporter.batch.klass import points_text
from reporter.batch.ledger import total
from reporter.batch.rubric import read_rubric
from reporter.batch.submission import Student
from reporter.batch.verdict import filter_doubts, filter_troubles
from reporter.batch.words import BatchWords
from reporter.cli.problems import say, tell
from reporter.errors import EXIT_CHECK_FAILED, EXIT_TROUBLE
from reporter.explain.visible import visible
from reporter.render.json import without_steering

_SIGNS = {True: "✓", False: "✗", None: "?"}


def run(path: Path, rubric: Path, name: str, number: str, decode_as: tuple[str, ...], lang: str, as_json: bool) -> None:
    """Print the verdicts. Raises Trouble; ends with exit code 4 unless every check passed."""
    words = BatchWords(lang)
    verdicts, remarks = checked(path, rubric, Student(number, name), decode_as, lang)
    for remark in remarks:
        say(words.remark(remark))
    passed = all(each["passed"] for each in verdicts)
    got, of = (total(each[key] for each in verdicts) for key in ("points", "of"))
    if as_json:
        told = [
            {**{key: each[key] for key in ("id", "passed", "points", "of", "cites")}, "text": words.verdict(each)}
            for each in verdicts
        ]
        whole = {"passed": passed, "points": got, "of": of, "checks": told}
        typer.echo(without_steering(json.dumps(whole, ensure_ascii=False, indent=1)))
    else:
        wide = max(len(each["id"]) for each in verdicts)
        shares = [f"{points_text(each['points'])}/{points_text(each['of'])}" for each in verdicts]
        widest = max(map(len, shares))
        for each, points in zip(verdicts, shares, strict=True):
            typer.echo(
                f"{_SIGNS[each['passed']]} {each['id']:{wide}}  {points:>{widest}}  {visible(words.verdict(each), 600)}"
            )
        typer.echo(f"{points_text(got)}/{points_text(of)}")
    if not passed:
        raise typer.Exit(EXIT_CHECK_FAILED)


def check_rubric(path: Path) -> None:
    """Tell everything that is wrong with a rubric."""
    rubric, troubles = read_rubric(path)
    troubles += filter_troubles(rubric)
    for trouble in troubles:
        tell(trouble)
    for doubt in filter_doubts(rubric):
        say(doubt)
    if troubles:
        raise typer.Exit(EXIT_TROUBLE)
    checks, points = len(rubric.checks), points_text(rubric.points)
    named = f"{checks} {'check' if checks == 1 else 'checks'}, {points} {'point' if points == '1' else 'points'}"
    typer.echo(f"{path}: {named}: in order")
