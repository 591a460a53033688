"""The quality of the capture: what it lacks or holds twice, where it was taken, and how to take it better."""

from __future__ import annotations

from reporter.explain.endings import Ending
from reporter.explain.words import Rich
from reporter.report.author import Author
from reporter.report.document import Block, Bullets
from reporter.report.material import Capture
from reporter.report.sections import Context, Draft, section

#: Capture-level findings that speak of the capture itself; the others tell a story over several connections.
_OF_THE_CAPTURE = ("C", "H18", "P32", "T16", "T17")


@section("quality", None)
def quality(context: Context) -> Draft | None:
    """A box for each capture, then what concerns several connections, and those told of as a whole."""
    blocks: list[Block] = []
    for capture in context.captures:
        author = context.author.of(capture.number)
        found = [each for each in capture.endings.capture if each.rule.startswith(_OF_THE_CAPTURE)]
        if found:
            blocks.append(author.paragraph("section-quality", "intro", file=capture.name, count=len(found)))
            blocks.append(_box(author, capture, found))
        elif not capture.tail:
            blocks.append(author.paragraph("section-quality", "good", file=capture.name))
    drafts = [draft for draft in (_together(context), *_streams(context)) if draft is not None]
    if not blocks and not drafts:
        return None
    return Draft("quality", context.author.words.title("section-quality"), tuple(blocks), tuple(drafts))


def _box(author: Author, capture: Capture, found: list[Ending]) -> Block:
    rows = tuple(
        (author.text(author.words.title(each.entry)), _said(author, each), _advice(author, each)) for each in found
    )
    caption = author.table("section-quality", "caption", file=capture.name)
    return author.grid(caption, ("quality-what", "quality-seen", "quality-better"), rows, (16, 46, 38))


def _together(context: Context) -> Draft | None:
    """Parallel connections, the cache story."""
    said = [
        _said(context.author.of(capture.number), each)
        for capture in context.captures
        for each in capture.endings.capture
        if not each.rule.startswith(_OF_THE_CAPTURE)
    ]
    return _draft("together", context.author.words.plain("section-quality", "together-title", {}), said)


def _streams(context: Context) -> list[Draft | None]:
    drafts = []
    for number, story in enumerate(context.stories, 1):
        here = context.about(story)
        said = [_said(here.author, each) for each in story.capture.endings.streams.get(story.stream.number, ())]
        name = "stream" if number == 1 else f"stream-{number}"
        title = {"stream": context.stream(story) if len(context.stories) > 1 else None}
        heading = here.author.words.plain("section-quality", "stream-title", title)
        drafts.append(_draft(name, heading, said, here.source()))
    return drafts


def _draft(name: str, heading: str, said: list[Rich], source: str = "") -> Draft | None:
    if not said:
        return None
    return Draft(f"quality-{name}", heading, (Bullets(tuple(said)),), source=source)


def _said(author: Author, ending: Ending) -> Rich:
    return author.say(ending.entry, "text", **ending.facts)


def _advice(author: Author, ending: Ending) -> Rich:
    if not author.words.has(ending.entry, "advice"):
        return author.text("—")
    return author.say(ending.entry, "advice", **ending.facts)
