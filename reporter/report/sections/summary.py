"""Summary: the course of events in the captures."""

from __future__ import annotations

from reporter.explain.evidence import Fact, derived, field
from reporter.explain.words import Rich
from reporter.report.again import Again, frames_of
from reporter.report.document import Block, Bullets
from reporter.report.http2 import http2_of
from reporter.report.material import Story
from reporter.report.named import server_told
from reporter.report.sections import Context, Draft, section
from reporter.report.sections.exchange import pace_of, page_of
from reporter.report.sections.teardown import reset_fin
from reporter.report.tls import tls_of

#: Up to how many frames are named.
_NAMED = 8


@section("summary", None)
def summary(context: Context) -> Draft | None:
    """What was seen, in order, each with its frames."""
    author = context.author
    title = author.words.title("section-summary")
    if context.story is None:
        return Draft("summary", title, (author.paragraph("section-summary", "no-tcp"),))
    items = [*_before(context), _opened(context), *_exchanged(context, context.story), _closed(context)]
    blocks: list[Block] = [author.paragraph("section-summary", "intro"), Bullets(tuple(items), ordered=True)]
    source = context.source() if len(context.stories) == 1 else ""
    return Draft("summary", title, tuple(blocks), source=source)


def _before(context: Context) -> list[Rich]:
    chosen = context.chosen_for["before"]
    end = chosen.story.stream.first_frame if chosen.story else None
    outside = [told.packet for told in chosen.capture.keeper.outside() if end is None or told.packet.frame < end]
    here = context.about(chosen.capture)
    file = chosen.capture.name if len(context.captures) > 1 else ""
    told = chosen.story or context.story
    named = server_told(outside, told.stream.server.address) if told is not None else {}
    found = []
    for key, layer in (("arp", "arp"), ("dns", "dns")):
        frames = [packet.frame for packet in outside if getattr(packet, layer) is not None]
        if frames:
            facts = {"frames": frames[:_NAMED], "count": len(frames), "file": file}
            # Neighbours are told by the first and the last.
            facts |= {"last": frames[-1] if 2 < len(frames) == frames[-1] - frames[0] + 1 else None}
            found.append(here.author.say("section-summary", key, **facts, **(named if key == "dns" else {})))
    return found


def _opened(context: Context) -> Rich:
    story = context.opening
    assert story is not None
    return context.about(story).author.say(
        "section-summary",
        f"opened-{story.stream.opening}",
        frames=[
            frame
            for frame in story.stream.handshake
            if frame not in (*story.stream.refusals, *story.stream.wrong_answers)
        ],
        wrong=list(story.stream.wrong_answers),
        refusals=list(story.stream.refusals),
        again=story.stream.repeated_answer,
        stream=context.stream(story),
        span=_span(story, story.stream.handshake),
    )


def _closed(context: Context) -> Rich:
    story = context.closing
    assert story is not None
    stream = story.stream
    return context.about(story).author.say(
        "section-summary",
        f"closed-{stream.closing}",
        frames=list(stream.teardown),
        closer=stream.closed_first,
        stream=context.stream(story),
        sender=stream.fin_sender,
        sender_other=stream.fin_sender.other if stream.fin_sender else None,
        fin=stream.fin_frame,
        missed=stream.missed_fin is not None,
        **reset_fin(stream),
    )


def _exchanged(context: Context, story: Story) -> list[Rich]:
    stream, name = story.stream, context.stream(story)
    say = context.author.say
    items = []
    answered = [each for each in stream.exchanges if each.request_frame and each.response_frame]
    page = page_of(stream)
    tls = tls_of(story)
    secured = [say("section-summary", "tls", stream=name, **tls)] if tls is not None and tls["hello"] else []
    first = page.request_frame if page is not None else None
    if first is None or (secured and tls and tls["hello"].value < first):
        items, secured = secured, []
    if page is not None and page.request_frame and page.request and page.response:
        items.append(
            say(
                "section-summary",
                "page",
                method=page.request.method,
                target=page.request.target,
                code=page.response.code,
                request=page.request_frame,
                response=page.response_frame,
                time=page.time,
                stream=name if len(context.captures) > 1 else None,
                **pace_of(story, page),
            )
        )
    items += secured
    if len(answered) > 1:
        items.append(say("section-summary", "more", count=len(answered), stream=name))
    http2 = http2_of(story)
    if http2 is not None:
        items.append(say("section-summary", "http2", stream=name, **http2))
    elif not stream.exchanges:
        items.append(say("section-summary", "no-exchange", stream=name))
    if stream.unanswered:
        items.append(say("section-summary", "waiting", count=stream.unanswered))
    again = frames_of(story.capture.keeper.of_stream(stream.number))
    sure, likely = len(again[Again.SURE]), len(again[Again.LIKELY])
    if sure or likely:
        items.append(say("section-summary", "trouble", count=sure + likely, likely=likely))
    return items


def _span(story: Story, frames: tuple[int, ...]) -> Fact | None:
    """Seconds from the earliest to the latest of these frames, with both times as evidence; None where untold."""
    told = [each for frame in frames if (each := story.at(frame)) is not None]
    if len(frames) < 2 or len(told) < len(frames):
        return None
    packets = sorted((each.packet for each in told), key=lambda packet: packet.time)
    first, last = packets[0], packets[-1]
    seconds = story.capture.keeper.clock.between(first.frame, first.time, last.frame, last.time)
    times = field(first, "frame.time_epoch"), field(last, "frame.time_epoch")
    return None if seconds is None else derived(seconds, *times)
