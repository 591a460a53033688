"""Sequence numbers over time: for each direction what was sent when, what was sent again, what had been confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from reporter.explain.words import Ours
from reporter.model.stream import Role, Stream
from reporter.report.again import Again, again
from reporter.report.author import Author
from reporter.report.drawings import Panel, SequencePlot, Stroke
from reporter.report.material import Told

#: Fewer numbers than this in a direction make no picture.
_LEAST = 3


def sequence_plot(author: Author, stream: Stream, told: Sequence[Told], name: Ours) -> SequencePlot | None:
    """The plot of these packets of one stream, called `name`.

    None where hardly anything was sent, or the timestamps go back.
    """
    if stream.seconds is None:
        return None
    both = {role: _panel(author, role, told) for role in (Role.CLIENT, Role.SERVER)}
    panels = [panel for panel in both.values() if _tall(panel)]
    if not panels or len({stroke.time for panel in panels for stroke in panel.strokes}) < _LEAST:
        return None
    caption = author.figure("section-ledger", "plot-caption", stream=name)
    facts = {
        "stream": name,
        "count": sum(len(panel.strokes) for panel in panels),
        "again": sum(stroke.repeated for panel in panels for stroke in panel.strokes),
        "directions": len(panels),
        "left": sum(len(panel.strokes) for panel in both.values() if not _tall(panel)),
        "left_sender": next((role for role, panel in both.items() if not _tall(panel)), None),
    }
    description = author.words.plain("section-ledger", "plot-description", facts)
    return SequencePlot(caption, tuple(panels), description)


def _tall(panel: Panel) -> bool:
    """Whether the numbers of a direction make a picture."""
    if not panel.strokes:
        return False
    return max(each.high for each in panel.strokes) - min(each.low for each in panel.strokes) >= _LEAST


def _panel(author: Author, role: Role, told: Sequence[Told]) -> Panel:
    strokes: list[Stroke] = []
    acks: list[tuple[Decimal, int]] = []
    for each in told:
        step, packet = each.seen.step, each.packet
        kind = again(each)
        if step is None or packet.tcp is None or kind is Again.TWICE:
            continue
        if step.sender is role:
            if step.sent.end > step.sent.start:
                strokes.append(Stroke(packet.frame, packet.time, step.sent.start, step.sent.end, kind is not None))
        elif step.confirms is not None:
            acks.append((packet.time, step.confirms.ack))
    label = author.words.plain("section-ledger", "panel", {"sender": role})
    return Panel(label, tuple(strokes), tuple(acks))
