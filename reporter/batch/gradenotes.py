"""What there is to say of a grade book that was filled: a sentence for each thing that the teacher has to know."""

from __future__ import annotations

from collections.abc import Iterator

from reporter.batch.grading import Filled, unchecked
from reporter.batch.klass import Member, points_text
from reporter.batch.words import BatchWords


def notes(filled: Filled, words: BatchWords) -> Iterator[str]:
    """The sentences, in the language of the words: what was not filled and why, then what was and is doubtful."""

    def who(member: Member) -> str:
        return words.person(member.student, member.submission.key)

    comma = words.say("list", "comma")
    for each in filled.changes:
        if each.kept:
            yield words.say("grades", "kept", line=each.line, who=who(each.who), old=each.old, new=each.new)
        elif each.emptied:
            yield words.say("grades", "emptied", line=each.line, who=who(each.who), old=each.old)
    if filled.nobodys:
        yield words.say("grades", "nobodys", lines=comma.join(map(str, filled.nobodys)))
    for member in filled.without_row:
        yield words.say("grades", "no-row", who=who(member))
    for member, lines in filled.several_rows:
        yield words.say("grades", "several-rows", lines=comma.join(map(str, lines)), who=who(member))
    for member, line in filled.others_row:
        yield words.say("grades", "others-row", line=line, who=who(member))
    for member in filled.unchecked:
        yield words.say("grades", "unchecked", who=who(member), checks=comma.join(unchecked(member)))
    undecided: dict[str, list[str]] = {}
    for each in filled.written:
        if each.emptied:
            continue
        for verdict in each.who.row.verdicts:
            if verdict["passed"] is None:
                undecided.setdefault(verdict["id"], []).append(who(each.who))
    for check, people in undecided.items():
        yield words.say("grades", "undecided", check=check, count=len(people), people=comma.join(people))
    if filled.above:
        limits = sorted({most for _, most in filled.above})
        people = [f"{who(change.who)} {change.new}" for change, _ in filled.above]
        most = comma.join(map(points_text, limits))
        yield words.say("grades", "above", most=most, count=len(people), people=comma.join(people))
