"""Provenance: files and hashes, programs and versions, the command, and what failed on the way."""

from __future__ import annotations

from reporter import __version__
from reporter.explain.words import Rich
from reporter.report.document import Block, Bullets, Pairs
from reporter.report.sections import Context, Draft, section


@section("provenance", None)
def provenance(context: Context) -> Draft | None:
    """From what and with what this report was made, so that it can be made again."""
    author = context.author
    rows: list[tuple[str, Rich]] = []
    for capture in context.captures:
        rows.append((author.label("file"), author.text(capture.name)))
        rows.append((author.label("size"), author.say("section-measures", "bytes", size=capture.particulars.size)))
        rows.append(("SHA-256", author.text(capture.particulars.sha256)))
    for own in context.words.used:
        rows.append((author.label("own-words"), author.text(f"{own.file}, SHA-256 {own.sha256}")))
    rows.append((author.label("dissected-with"), author.text(context.tshark)))
    rows.append((author.label("written-by"), author.text(f"reporter {__version__}")))
    rows.append((author.label("command"), author.text(context.command)))
    blocks: list[Block] = [
        author.paragraph("section-provenance", "intro", folder=bool(context.words.used)),
        Pairs(tuple(rows), author.table("section-provenance", "caption")),
    ]
    failures = [failure for capture in context.captures for failure in capture.failures]
    if failures:
        blocks.append(author.paragraph("section-provenance", "failures", count=len(failures)))
        shown = failures[:10]
        blocks.append(
            Bullets(
                tuple(
                    author.say(
                        "section-provenance",
                        "failure",
                        rule=each.rule,
                        frame=each.frame,
                        message=each.message,
                    )
                    for each in shown
                )
            )
        )
    return Draft("provenance", author.words.title("section-provenance"), tuple(blocks))
