"""Captures without any TCP connection: what was captured instead, as Wireshark lists it."""

from __future__ import annotations

from reporter.report.document import Block
from reporter.report.sections import Context, Draft, section

#: There is nothing else to show: as many rows as fit on a page.
_MOST = 40


@section("outside", None)
def outside(context: Context) -> Draft | None:
    """The packet list of each capture, where there is no connection to show."""
    if context.stories:
        return None
    blocks: list[Block] = []
    for capture in context.captures:
        author = context.about(capture).author
        packets = [
            told.packet
            for told in capture.keeper.outside()
            if capture.shown is None or told.packet.frame in capture.shown
        ]
        if not packets:
            continue
        listed = author.packet_list(
            packets,
            "section-outside",
            "list-caption",
            limit=_MOST,
            file=capture.name,
        )
        facts = {"count": len(packets), "file": capture.name, "list": listed.caption.label}
        filtered = capture.shown is not None
        blocks += [author.paragraph("section-outside", "intro", filtered=filtered, **facts), listed]
    return Draft("outside", context.author.words.title("section-outside"), tuple(blocks)) if blocks else None
