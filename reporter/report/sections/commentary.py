"""Packet by packet: every packet of the connection with everything said of it; runs of like packets folded."""

from __future__ import annotations

from dataclasses import replace

from reporter.explain.words import Rich
from reporter.report.document import Block, Commentary, Remark
from reporter.report.material import Told
from reporter.report.sections import Context, Draft, section

_RUN = 6
#: A packet of which only these are said is one of a run: data, its confirmations, its place in a message.
_ORDINARY = frozenset(("D01", "D02", "D03", "D04", "D05", "D08", "D09", "D10", "D12", "C08", "C09"))
#: The same once the stream has been told of them in full.
_REPEATED = frozenset(("L01", "L07", "D13"))


@section("commentary")
def commentary(context: Context) -> Draft | None:
    """Each packet of the story, with the situations found on it; of each story, when there are several."""
    title = context.author.words.title("section-commentary")
    stories = context.told_here()
    if len(stories) > 1:
        drafts = []
        for number, story in enumerate(stories, 1):
            here = context.about(story)
            name = here.author.words.plain("report", "story-title", {"stream": context.stream(story)})
            drafts.append(Draft(f"commentary-{number}", name, tuple(_packets(here)), source=here.source()))
        return Draft("commentary", title, (), tuple(drafts))
    here = context.about(stories[0]) if stories else context
    blocks = _packets(here)
    return Draft("commentary", title, tuple(blocks), source=here.source()) if blocks else None


def _packets(context: Context) -> list[Block]:
    story, author = context.story, context.author
    if story is None:
        told = context.main.keeper.outside()
        if not told:
            return []
        blocks: list[Block] = [author.paragraph("section-commentary", "intro-outside", count=len(told))]
    else:
        told = story.told()
        blocks = [author.paragraph("section-commentary", "intro", stream=story.stream.number, count=len(told))]
    remarks = _remarks(context, told)
    most = context.theme.limit("remarks")
    fewer = min(most, context.theme.limit("remarks-on-paper"))
    dropped = story.capture.keeper.dropped(story.stream.number) if story else 0
    if dropped:
        blocks.append(author.paragraph("section-commentary", "dropped", count=dropped))
    if story is not None and story.capture.shown is not None:
        blocks.append(author.paragraph("section-commentary", "filtered"))
    whole = len(remarks) <= most
    gap = most - most // 4
    # The end of a long story tells as much as its beginning: the middle is left out.
    shown = remarks if whole else [*remarks[:gap], *remarks[gap - most :]]
    blocks.append(
        Commentary(
            tuple(shown),
            _left_out(context, len(remarks) - most, whole=False),
            fewer,
            _left_out(context, len(remarks) - fewer, whole=whole),
            None if whole else gap,
        )
    )
    return blocks


def _left_out(context: Context, count: int, *, whole: bool) -> Rich:
    """That so many steps of the middle are left out; `whole` when the HTML report has them all."""
    return context.author.say("section-commentary", "middle", count=count, whole=whole) if count > 0 else ()


def _remarks(context: Context, told: list[Told]) -> list[Remark]:
    remarks: list[Remark] = []
    run: list[Told] = []
    for each in told:
        if _ordinary(each):
            run.append(each)
            continue
        remarks += _run(context, run)
        run = []
        remarks.append(context.author.remark(each))
    return remarks + _run(context, run)


def _ordinary(told: Told) -> bool:
    packet = told.packet
    return (
        packet.tcp is not None
        and not packet.requests
        and not packet.responses
        and all(finding.rule in _ORDINARY or (finding.again and finding.rule in _REPEATED) for finding in told.findings)
    )


def _run(context: Context, run: list[Told]) -> list[Remark]:
    """The remarks of a run: the first and last two as they are, the middle in one."""
    author = context.author
    if len(run) <= _RUN:
        return [author.remark(each) for each in run]
    middle = run[2:-2]
    folded = replace(author.remark(middle[0]), said=(), folded=_sum(context, middle))
    ends = [author.remark(each) for each in (*run[:2], *run[-2:])]
    return [*ends[:2], folded, *ends[2:]]


def _sum(context: Context, middle: list[Told]) -> Rich:
    data = [each for each in middle if each.packet.tcp and each.packet.tcp.length]
    total = sum(each.packet.tcp.length for each in data if each.packet.tcp)
    same_sender = len({each.seen.step.sender for each in data if each.seen.step}) == 1
    fresh = sum(each.seen.step.sent.fresh for each in data if each.seen.step)
    sender = data[0].seen.step.sender if data and data[0].seen.step and same_sender else None
    first = last = 0
    if sender is not None and fresh == total and data[0].seen.step and data[-1].seen.step:
        first, last = data[0].seen.step.sent.start, data[-1].seen.step.sent.end
    return context.author.say(
        "section-commentary",
        "folded",
        first_frame=middle[0].packet.frame,
        last_frame=middle[-1].packet.frame,
        data=len(data),
        acks=len(middle) - len(data),
        duplicates=sum(any(finding.rule == "L01" for finding in each.findings) for each in middle),
        total=total,
        sender=sender,
        start=first,
        end=last,
        closes=bool(sender) and last - first == total,
    )
