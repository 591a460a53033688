"""The ledger of Seq and Ack: for every segment its numbers, the next one, and which frames its Ack confirms."""

from __future__ import annotations

from collections.abc import Sequence

from reporter.explain.evidence import Fact, derived, field
from reporter.explain.words import Rich
from reporter.model.packet import Packet
from reporter.report.document import Block, Table
from reporter.report.ladder import plain
from reporter.report.material import Story, Told
from reporter.report.sections import Context, Draft, section, told_of_each
from reporter.report.sequence import sequence_plot

#: A run of plain segments longer than this is one row on paper, but for its first and last two.
_RUN = 8
_ENDS = 2
#: How many confirmed frames are named in a cell.
_NAMED = 4
_HEAD = ("frame", "sender", "flags", "seq-raw", "seq", "tcp-len-short", "next-seq", "ack", "confirms")


@section("ledger")
def ledger(context: Context) -> Draft | None:
    """A plot of both directions, then the table, whose every row can be added up by hand; of each story."""
    title = context.author.words.title("section-ledger")
    return told_of_each(context, "ledger", title, _ledger)


def _stepped(story: Story) -> list[Told]:
    return [each for each in story.told() if each.seen.step is not None]


def _ledger(context: Context, story: Story) -> list[Block]:
    author, stream, told = context.author, story.stream, _stepped(story)
    if not told:
        return []
    plot = sequence_plot(author, stream, told, context.stream(story))
    table = _table(context, story, told)
    dropped = story.capture.keeper.dropped(stream.number)
    facts = {"table": table.caption.label, "plot": plot.caption.label if plot else "", "example": _example(told)}
    blocks: list[Block] = [author.paragraph("section-ledger", "intro", **facts)]
    if plot is not None:
        blocks.append(plot)
    blocks.append(table)
    if dropped:
        blocks.append(author.paragraph("section-commentary", "dropped", count=dropped))
    return blocks


def _example(told: Sequence[Told]) -> dict[str, Fact] | None:
    """The first segment with data, for the sum in words."""
    for each in told:
        tcp = each.packet.tcp
        if tcp is not None and tcp.length and not tcp.syn and not tcp.fin:
            seq, length = field(each.packet, "tcp.seq"), field(each.packet, "tcp.len")
            return {
                "frame": Fact(each.packet.frame),
                "seq": seq,
                "len": length,
                "next": derived(tcp.next_seq, seq, length),
            }
    return None


def _table(context: Context, story: Story, told: Sequence[Told]) -> Table:
    author, theme = context.author, context.theme
    most, fewer = theme.limit("ledger"), theme.limit("ledger-on-paper")
    folded = _folded(context, told)
    caption = author.table("section-ledger", "caption", stream=context.stream(story))
    rest = author.rest(len(told) - most)
    shortened = len(folded) < len(told)
    on_paper = (
        author.say("section-ledger", "on-paper", rest=max(len(folded) - fewer, 0), whole=len(told) <= most)
        if (shortened or len(folded) > fewer)
        else ()
    )
    return author.grid(
        caption,
        _HEAD,
        [_row(context, each) for each in told[:most]],
        (8, 9, 13, 15, 11, 8, 11, 11, 14),
        paper=tuple(folded[:fewer]),
        omitted=rest,
        omitted_on_paper=on_paper or rest,
        flat=True,
    )


def _row(context: Context, told: Told) -> tuple[Rich, ...]:
    author, packet, step = context.author, told.packet, told.seen.step
    tcp = packet.tcp
    assert tcp is not None
    assert step is not None
    sources = [field(packet, name) for name in ("tcp.seq", "tcp.len", "tcp.flags")]
    return (
        author.text(packet.frame),
        author.text(author.term(step.sender)),
        author.value(tcp.flag_names, packet.frame, "tcp.flags", f"0x{tcp.flag_bits:04x}"),
        *(author.fact(field(packet, name)) for name in ("tcp.seq_raw", "tcp.seq", "tcp.len")),
        author.fact(derived(tcp.next_seq, *sources)),
        author.fact(field(packet, "tcp.ack")) if tcp.has_ack else author.text("—"),
        author.text(_confirmed(context, told)),
    )


def _confirmed(context: Context, told: Told) -> str:
    """The frames whose numbers this Ack is the first to confirm, as a list with ranges."""
    step = told.seen.step
    if step is None or step.confirms is None:
        return "—"
    frames = [piece.frame for piece in step.confirms.pieces]
    partial = step.confirms.partial
    if not frames and partial is None:
        return "—"
    names = [str(frame) for frame in frames]
    if len(frames) > _NAMED:
        names = [str(frames[0]), "…", str(frames[-1])]
    if partial is not None:
        names.append(context.author.words.plain("section-ledger", "partial", {"frame": partial.frame}))
    text = " ".join(names)
    if len(frames) > _NAMED:
        text += " " + context.author.words.plain("section-ledger", "frames-in-all", {"count": len(frames)})
    return text


def _folded(context: Context, told: Sequence[Told]) -> list[tuple[Rich, ...]]:
    rows: list[tuple[Rich, ...]] = []
    run: list[Told] = []

    def flush() -> None:
        if len(run) <= _RUN:
            rows.extend(_row(context, each) for each in run)
        else:
            rows.extend(_row(context, each) for each in run[:_ENDS])
            rows.append(_sum(context, run[_ENDS:-_ENDS]))
            rows.extend(_row(context, each) for each in run[-_ENDS:])
        run.clear()

    for each in told:
        if plain(each):
            run.append(each)
        else:
            flush()
            rows.append(_row(context, each))
    flush()
    return rows


def _sum(context: Context, middle: Sequence[Told]) -> tuple[Rich, ...]:
    """One row for many segments: how many, and how many bytes of data."""
    author = context.author
    packets: list[Packet] = [each.packet for each in middle]
    total = sum(packet.tcp.length for packet in packets if packet.tcp)
    note = author.words.plain(
        "section-ledger", "folded", {"first": packets[0].frame, "last": packets[-1].frame, "count": len(packets)}
    )
    empty = author.text("")
    return (author.text("⋯"), empty, empty, empty, empty, author.text(total), empty, empty, author.text(note))
