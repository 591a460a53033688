"""The table of the class as rows of cells: what CSV and XLSX have in common."""

from __future__ import annotations

from reporter.batch.klass import Klass, Member
from reporter.batch.words import BatchWords, shown

#: With whom a row names shared connections by name; the others are counted.
_NAMED = 5

Cell = str | float | None


def rows(klass: Klass, words: BatchWords) -> list[list[Cell]]:
    """The header and one row for each student."""
    label = words.table("table")
    header: list[Cell] = [label["id"], label["name"], label["status"], label["reason"]]
    if klass.rubric is not None:
        header += [label["points"], label["of"], *klass.checks]
    header += [label["shared"], label["files"]]
    return [header, *(_row(each, klass, words) for each in klass.members)]


def _row(member: Member, klass: Klass, words: BatchWords) -> list[Cell]:
    row = member.row
    cells: list[Cell] = [
        shown(member.student.id),
        shown(member.student.name),
        words.status(row.status),
        words.remarks(row.remarks),
    ]
    if klass.rubric is not None:
        points = {verdict["id"]: float(verdict["points"]) for verdict in row.verdicts}
        cells += [row.points, row.of, *(points.get(check) for check in klass.checks)]
    cells += [sharing(member, words), words.say("list", "comma").join(map(shown, member.files[:20]))]
    return cells


def sharing(member: Member, words: BatchWords) -> str:
    """With whom connections are shared, and how many."""
    partners = member.partners
    said = [
        words.say("table", "share", who=words.person(each.student, each.key), count=len(each.evidence))
        for each in partners[:_NAMED]
    ]
    text = words.say("list", "semicolon").join(said)
    more = len(partners) - _NAMED
    return text + words.say("table", "share-more", count=more) if more > 0 else text
