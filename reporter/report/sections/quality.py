"""The quality of the capture: what it lacks or holds twice, where it was taken, and how to take it better."""

from __future__ import annotations

from reporter.explain.endings import Ending
from reporter.explain.words import Rich
from reporter.report.document import Block, Bullets
from reporter.report.material import Capture
from reporter.report.sections import Context, Draft, section

#: Capture-level findings that speak of the capture itself; the others tell a story over several connections.
_OF_THE_CAPTURE = ("C", "P32")


@section("quality")
def quality(context: Context) -> Draft | None:
    """A box for each capture, then what concerns several connections, and the chosen one as a whole."""
    author = context.author
    blocks: list[Block] = []
    for capture in context.captures:
        found = [each for each in capture.endings.capture if each.rule.startswith(_OF_THE_CAPTURE)]
        if found:
            blocks.append(author.paragraph("section-quality", "intro", file=capture.name, count=len(found)))
            blocks.append(_box(context, capture, found))
        elif not capture.tail:
            blocks.append(author.paragraph("section-quality", "good", file=capture.name))
    drafts = [draft for draft in (_together(context), _stream(context)) if draft is not None]
    if not blocks and not drafts:
        return None
    return Draft("quality", author.words.title("section-quality"), tuple(blocks), tuple(drafts))


def _box(context: Context, capture: Capture, found: list[Ending]) -> Block:
    author = context.author
    rows = tuple(
        (author.text(author.words.title(each.entry)), _said(context, each), _advice(context, each)) for each in found
    )
    caption = author.table("section-quality", "caption", file=capture.name)
    return author.grid(caption, ("quality-what", "quality-seen", "quality-better"), rows, (16, 46, 38))


def _together(context: Context) -> Draft | None:
    """Parallel connections, the cache story."""
    found = [
        each
        for capture in context.captures
        for each in capture.endings.capture
        if not each.rule.startswith(_OF_THE_CAPTURE)
    ]
    return _draft(context, "together", found)


def _stream(context: Context) -> Draft | None:
    story = context.story
    found = story.capture.endings.streams.get(story.stream.number, ()) if story is not None else ()
    return _draft(context, "stream", list(found), source=context.source(story))


def _draft(context: Context, name: str, found: list[Ending], source: str = "") -> Draft | None:
    if not found:
        return None
    title = context.author.words.plain("section-quality", f"{name}-title", {})
    return Draft(f"quality-{name}", title, (Bullets(tuple(_said(context, each) for each in found)),), source=source)


def _said(context: Context, ending: Ending) -> Rich:
    return context.author.words.marked(ending.entry, "text", ending.facts)


def _advice(context: Context, ending: Ending) -> Rich:
    words = context.author.words
    return words.marked(ending.entry, "advice", ending.facts) if words.has(ending.entry, "advice") else ()
