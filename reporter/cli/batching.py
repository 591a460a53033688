"""The work of `reporter batch`: what the terminal shows of a class at work, and the grade book at the end."""

from __future__ import annotations

import difflib
import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from reporter.batch.classroom import Classroom, Settings
from reporter.batch.encoding import decoded
from reporter.batch.klass import Klass
from reporter.batch.run import Event
from reporter.batch.status import DONE, FAILED, Status
from reporter.batch.views import json as json_view
from reporter.batch.words import BatchWords
from reporter.batch.worker import Bounds
from reporter.cli.problems import say
from reporter.cli.table import Bar, print_table
from reporter.errors import EXIT_CHECK_FAILED, UsageTrouble
from reporter.explain.visible import escaped
from reporter.render.json import without_steering
from reporter.report.own.settings import check_timezone

#: Pairs with shared connections that the terminal names.
_PAIRS = 20
_QUIET_STATUSES = (*DONE, Status.DUPLICATE)


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options of `reporter batch` as they were given on the command line."""

    submissions: Path
    output: Path
    roster: Path | None
    rubric: Path | None
    course: Path | None
    gradebook: Path | None
    grade_column: str | None
    overwrite: bool
    dry_run: bool
    formats: tuple[str, ...]
    jobs: int
    name_pattern: str | None
    match_only: bool
    again: tuple[str, ...]
    replace: bool
    excuse: tuple[Path, ...]
    lang: str
    timezone: str | None
    decode_as: tuple[str, ...]
    timeout: int
    memory: int
    scheduler: str | None
    quiet: bool
    as_json: bool


def run(wishes: Wishes) -> None:
    """Work on a class. Raises Trouble; ends with its own exit code when some submissions could not be used."""
    check_timezone(wishes.timezone, "--timezone")
    settings = Settings(
        submissions=wishes.submissions,
        output=wishes.output,
        roster=wishes.roster,
        rubric=wishes.rubric,
        course=wishes.course,
        jobs=wishes.jobs,
        formats=wishes.formats,
        lang=wishes.lang,
        name_pattern=wishes.name_pattern,
        decode_as=wishes.decode_as,
        timezone=wishes.timezone,
        replace=wishes.replace,
        excuse=wishes.excuse,
        bounds=Bounds(seconds=wishes.timeout, memory=wishes.memory),
    )
    _sensible(wishes)
    if wishes.gradebook is not None:
        from reporter.batch.grading import opened

        # Before a class is worked on for minutes: the file and the column can be corrected at once.
        opened(wishes.gradebook, wishes.grade_column)
    with Classroom(settings) as classroom:
        if wishes.match_only and wishes.as_json:
            typer.echo(without_steering(json.dumps(_matches(classroom), ensure_ascii=False, indent=1)))
        elif wishes.match_only or not (wishes.quiet or wishes.as_json):
            _match_table(classroom)
        if wishes.match_only:
            return
        classroom.again(wishes.again)
        klass = _work(classroom, wishes)
        if wishes.gradebook is not None:
            _grades(classroom, klass, wishes, wishes.gradebook)
        if wishes.as_json:
            sys.stdout.write(json_view.render(klass, classroom.words).decode("utf-8"))
        else:
            _summary(klass, classroom.words, settings.output)
    if any(each.row.status in FAILED for each in klass.members):
        raise typer.Exit(EXIT_CHECK_FAILED)


def _sensible(wishes: Wishes) -> None:
    """Raises UsageTrouble for options that do nothing without another one."""
    if wishes.gradebook is not None and wishes.rubric is None:
        raise UsageTrouble(
            "there are no points to fill into the grade book",
            where="--gradebook",
            to_do="give the checks that make the points with --rubric",
        )
    asked = {
        "--grade-column": wishes.grade_column is not None,
        "--overwrite-grades": wishes.overwrite,
        "--dry-run": wishes.dry_run,
    }
    for option, given in asked.items():
        if given and wishes.gradebook is None:
            raise UsageTrouble(
                f"{option} is about a grade book, and none is given", where=option, to_do="name it with --gradebook"
            )


def _matches(classroom: Classroom) -> list[dict[str, Any]]:
    """Who hands in what, for programs: `matched` tells by what the roster has them, `listed` whether it does."""
    return [
        {
            "key": each.key,
            "student": {"id": each.student.id, "name": each.student.name},
            "entries": list(each.entries),
            "layout": each.layout,
            "matched": each.matched,
            "listed": each.listed,
        }
        for each in classroom.submissions
    ]


def _match_table(classroom: Classroom) -> None:
    words = classroom.words
    label = words.table("table")
    rows = []
    for each in classroom.submissions:
        if each.listed is None:
            matched = "no-roster"
        elif each.entries:
            matched = each.matched or "none"
        else:
            matched = ""
        rows.append(
            (
                each.student.id,
                each.student.name,
                words.say("list", "comma").join(each.entries) or words.status("missing"),
                each.layout,
                words.say("matched", matched) if matched else "",
            )
        )
    print_table([label["id"], label["name"], label["entry"], label["layout"], label["matched"]], rows)


def _work(classroom: Classroom, wishes: Wishes) -> Klass:
    words = classroom.words
    people = {each.key: words.person(each.student, each.key) for each in classroom.submissions}
    left = words.say("table", "left")
    with Bar(len(people), left, wanted=not (wishes.quiet or wishes.as_json)) as bar:

        def tell(event: Event) -> None:
            outcome = event.outcome
            bar.advance(words.status(outcome.status))
            if outcome.status not in _QUIET_STATUSES and not wishes.as_json:
                bar.say(
                    words.say("table", "ended", who=people[outcome.key], status=words.status(outcome.status))
                    + _reason(outcome.remarks, words)
                )

        try:
            if wishes.scheduler is None:
                lost = classroom.work(tell)
            else:
                from reporter.batch.cluster import cluster

                with cluster(wishes.scheduler, classroom.settings.bounds) as (make, ahead):
                    lost = classroom.work(tell, make, ahead)
        except KeyboardInterrupt:
            bar.say(words.say("table", "interrupted", done=bar.done, count=len(people)))
            raise
    if lost:
        say(words.say("table", "removed", keys=words.say("list", "comma").join(lost), count=len(lost)))
    klass = classroom.klass()
    classroom.show(klass)
    return klass


def _reason(remarks: tuple[object, ...], words: BatchWords) -> str:
    return words.remarks(remarks[:1])  # type: ignore[arg-type]


def _summary(klass: Klass, words: BatchWords, output: Path) -> None:
    counts = Counter(each.row.status for each in klass.members)
    said = [f"{words.status(status)} {counts[status]}" for status in map(str, Status) if counts[status]]
    typer.echo(words.say("list", "comma").join(said))
    for pair in klass.shared[:_PAIRS]:
        one, other = (
            next(each for each in klass.members if each.submission.key == key) for key in (pair.one, pair.other)
        )
        with_whom = words.say("table", "share", who=words.person(other.student, pair.other), count=len(pair.evidence))
        typer.echo(f"{words.person(one.student, pair.one)} {with_whom}")
    if len(klass.shared) > _PAIRS:
        typer.echo(words.say("table", "share-rest", count=len(klass.shared) - _PAIRS))
    typer.echo(str(output / "index.html"))


def _grades(classroom: Classroom, klass: Klass, wishes: Wishes, book: Path) -> None:
    from reporter.batch.gradenotes import notes
    from reporter.batch.grading import fill, opened
    from reporter.render.files import replacing

    name = str(book.resolve())
    before = book.read_bytes() if book.is_file() else b""
    title = opened(book, wishes.grade_column)[-1].title
    earlier = classroom.ledger.grades(name, title)
    filled = fill(book, klass, wishes.grade_column, earlier, overwrite=wishes.overwrite)
    written = filled.written
    if wishes.dry_run:
        lines = difflib.unified_diff(
            decoded(before).splitlines(), decoded(filled.content).splitlines(), str(book), str(book), n=0, lineterm=""
        )
        for line in lines:
            typer.echo(escaped(line), err=wishes.as_json)
    elif written:
        # Remembered first: should the run end between the two, the cells still hold what was there before.
        classroom.ledger.graded(name, title, {each.row: each.new for each in written if not each.emptied})
        with replacing(book) as file:
            file.write(filled.content)
        # Forgotten last: till then the cells may hold what we wrote.
        classroom.ledger.graded(name, title, {each.row: "" for each in written if each.emptied})
    for note in notes(filled, classroom.words):
        say(note)
    if not wishes.as_json:
        done = "to-fill" if wishes.dry_run else "filled"
        typer.echo(
            classroom.words.say(
                "grades", done, book=book, kind=filled.kind, count=sum(not each.emptied for each in written)
            )
        )
