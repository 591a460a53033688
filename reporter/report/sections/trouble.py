"""Trouble on the way: loss, repeats, a full receiver, keep-alives and resets of the connection, when there were any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reporter.explain.engine import Finding
from reporter.explain.evidence import Fact, derived
from reporter.explain.evidence import field as value_of
from reporter.explain.words import Rich
from reporter.model.stream import Role
from reporter.report.again import RULES, Again, again
from reporter.report.document import Block, Bullets
from reporter.report.ladder import dashed
from reporter.report.material import Story, Told
from reporter.report.sections import Context, Draft, section, told_of_each

#: What counts as trouble, in the order in which it is told.
_TOLD = (
    *("H09", "H10", "H11", "L02", "L01", "L08", "L03", "L04", "L05", "L10", "L12", "L06", "L09", "L11"),
    *("F05", "F01", "F02", "F03", "F06", "F07", "C05", "T10", "T11", "T12", "T16"),
)
_NAMED = 8
#: How many terms of a sum are written out.
_TERMS = 6


@dataclass(slots=True)
class _Kind:
    """One situation of the connection: its packets, and the finding that tells it in full."""

    rule: str
    first: Finding
    told: list[Told] = field(default_factory=list)


@section("trouble")
def trouble(context: Context) -> Draft | None:
    """A table of what happened, with its frames; what each first was, in words; the sums of each direction."""
    return told_of_each(context, "trouble", context.author.words.title("section-trouble"), _blocks)


def _blocks(context: Context, story: Story) -> list[Block]:
    told = story.told()
    kinds = _kinds(told)
    if not kinds:
        return []
    author = context.author
    caption = author.table("section-trouble", "caption", stream=context.stream(story))
    # Labels are those of the first connection.
    figure = author.reference("section-overview", "ladder-caption") if story == context.stories[0] else ""
    rows = [
        (
            author.text(author.words.title(kind.rule)),
            author.text(len(kind.told)),
            author.text(_frames(kind.told)),
            _bytes(context, kind),
        )
        for kind in kinds
    ]
    said = [author.said_of(_frame(kind), kind.first) for kind in kinds]
    listed = {each.packet.frame for kind in kinds for each in kind.told}
    drawn = [frame for frame in dashed(author, told, context.theme.limit("rungs")) if frame in listed] if figure else []
    facts = {"figure": figure, "dashed": drawn[:_NAMED], "more": len(drawn) > _NAMED}
    blocks: list[Block] = [
        author.paragraph("section-trouble", "intro", count=len(kinds), table=caption.label, **facts),
        author.grid(caption, ("situation", "how-many", "in-frames", "tcp-len-short"), rows, (33, 12, 32, 23)),
        author.paragraph("section-trouble", "first-of-each"),
        Bullets(tuple(said)),
    ]
    blocks += _sums(context, told)
    return blocks


def _kinds(told: Sequence[Told]) -> list[_Kind]:
    kinds: dict[str, _Kind] = {}
    for each in told:
        for finding in each.findings:
            if finding.rule in _TOLD and not (finding.rule in RULES and again(each) is Again.TWICE):
                kind = kinds.setdefault(finding.rule, _Kind(finding.rule, finding))
                if kind.first.again and not finding.again:
                    kind.first = finding
                kind.told.append(each)
    return [kinds[rule] for rule in _TOLD if rule in kinds]


def _frame(kind: _Kind) -> int:
    return next(each.packet.frame for each in kind.told if kind.first in each.findings)


def _frames(told: Sequence[Told]) -> str:
    """Frame numbers, neighbours joined, the middle of many left out."""
    numbers = [each.packet.frame for each in told]
    if len(numbers) <= _NAMED:
        return ", ".join(map(str, numbers))
    return ", ".join(map(str, numbers[: _NAMED - 2])) + f", …, {numbers[-1]}"


def _bytes(context: Context, kind: _Kind) -> Rich:
    lengths = [value_of(each.packet, "tcp.len") for each in kind.told if each.packet.tcp and each.packet.tcp.length]
    if not lengths:
        return context.author.text("—")
    total = derived(sum(each.value for each in lengths), *lengths[:_TERMS])
    parts = lengths if 1 < len(lengths) <= _TERMS else []
    return context.author.say("section-trouble", "bytes", total=total, parts=parts)


def _sums(context: Context, told: Sequence[Told]) -> list[Block]:
    """For each direction: data sent = data sent for the first time + data sent again."""
    author, story = context.author, context.story
    assert story is not None
    if story.capture.shown is not None or story.capture.keeper.dropped(story.stream.number):
        return []
    blocks: list[Block] = []
    for role in Role:
        total = fresh = twice = 0
        for each in told:
            step, tcp = each.seen.step, each.packet.tcp
            if step is None or tcp is None or step.sender is not role:
                continue
            if again(each) is Again.TWICE:
                twice += 1
            else:
                total, fresh = total + tcp.length, fresh + step.sent.fresh
        if 0 < fresh < total:
            facts = {
                "sender": role,
                "total": Fact(total),
                "fresh": Fact(fresh),
                "again": Fact(total - fresh),
                "twice": twice,
            }
            blocks.append(author.paragraph("section-trouble", "sum", **facts))
    return blocks
