"""The ladder diagram of a connection: segments between two ends, with the states on both sides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from reporter.analyse.step import Move, Step
from reporter.explain.engine import Finding
from reporter.explain.visible import visible
from reporter.model.packet import Packet
from reporter.model.stream import Role, States, Stream
from reporter.report.again import Again, again
from reporter.report.author import Author
from reporter.report.document import Ladder, Rung
from reporter.report.material import Told
from reporter.report.rows import clock

_OPENING = {Move.SYN, Move.SYN_ACK, Move.THIRD_ACK}
_TROUBLE = {Move.RESET, Move.REFUSAL}
_PAUSE = Decimal(1)
#: A run of like segments longer than this is folded into one rung.
_RUN = 4
_MOST = 60
#: The characters of a time beside the lines of the diagram.
_FIGURES = 10


class _Placed(NamedTuple):
    """A rung, and whether it opens or ends the connection: a segment with SYN, FIN or RST."""

    rung: Rung
    turning: bool


def phase(told: Told, step: Step, bands: dict[int, str]) -> str:
    """Which band of the diagram a segment belongs to; `bands` are those of the frames above it, in order.

    A segment that was delivered or captured twice is no trouble of the connection: it is drawn in the band that it
    comes in.
    """
    if step.move in _OPENING:
        return "open"
    if again(told) is Again.TWICE:
        here = next((band for band in reversed(bands.values()) if band != "trouble"), "")
        tcp = told.packet.tcp
        return here or ("open" if tcp and tcp.syn else "close" if tcp and tcp.fin else "data")
    if step.move in _TROUBLE or (step.sent.repeated and not step.keep_alive) or any(map(_telling, told.findings)):
        return "trouble"
    return "close" if step.move is not None else "data"


def ladder(
    author: Author, stream: Stream, told: Sequence[Told], code: str, key: str, /, *, limit: int = _MOST, **facts: object
) -> Ladder:
    """The diagram of these packets of one stream, long runs folded, at most `limit` steps."""
    shown = _shortened(author, _rungs(author, told), limit)
    caption = author.figure(code, key, **facts)
    description = author.words.plain(
        "report",
        "ladder-description",
        {
            "stream": facts.get("stream", stream.number),
            "count": len(told),
            "packets": stream.packets,
            "client": str(stream.client),
            "server": str(stream.server),
        },
    )
    return Ladder(
        caption=caption,
        client=str(stream.client),
        server=str(stream.server),
        client_role=author.term(Role.CLIENT),
        server_role=author.term(Role.SERVER),
        rungs=shown,
        description=description,
        file=author.file,
    )


def dashed(author: Author, told: Sequence[Told], limit: int) -> list[int]:
    """The frames that the ladder of these packets, with at most `limit` steps, draws as trouble: dashed."""
    shown = _shortened(author, _rungs(author, told), limit)
    return [rung.frame for rung in shown if rung.frame is not None and rung.phase == "trouble"]


def _shortened(author: Author, rungs: Sequence[_Placed], limit: int) -> tuple[Rung, ...]:
    """At most `limit` of the rungs; where some are left out, the next one says how many."""
    kept = {len(rungs) - 1} if len(rungs) > limit else set(range(len(rungs)))
    # Who opened and who ended a connection is never left out before what else there was; of equals those in
    # the middle are, for the end is as telling as the beginning.
    for turning in (True, False):
        these = [index for index, each in enumerate(rungs) if each.turning is turning and index not in kept]
        room = max(limit - len(kept), 0)
        tail = room // 4
        kept |= set(these if len(these) <= room else these[: room - tail] + these[len(these) - tail :])
    shown: list[Rung] = []
    last = -1
    for index in sorted(kept):
        rung = rungs[index].rung
        if index - last > 1:
            gap = author.words.plain("report", "rungs-omitted", {"count": index - last - 1})
            rung = replace(rung, gap=" ⋯ ".join(filter(None, (gap, rung.gap))))
        shown.append(rung)
        last = index
    return tuple(shown)


def _rungs(author: Author, told: Iterable[Told]) -> list[_Placed]:
    rungs: list[_Placed] = []
    states = States()
    run: list[Told] = []
    bands: dict[int, str] = {}
    for each in told:
        step = each.seen.step
        if step is None:
            continue
        bands[each.packet.frame] = phase(each, step, bands)
        if plain(each):
            run.append(each)
            continue
        states = _flush(author, run, rungs, states, bands)
        rungs.append(_placed(author, each, step, states, bands))
        states = step.after
    _flush(author, run, rungs, states, bands)
    return rungs


def _flush(author: Author, run: list[Told], rungs: list[_Placed], states: States, bands: dict[int, str]) -> States:
    if len(run) <= _RUN:
        for each in run:
            assert each.seen.step is not None
            rungs.append(_placed(author, each, each.seen.step, states, bands))
            states = each.seen.step.after
    else:
        rungs.append(_Placed(_folded(author, run), turning=False))
        last = run[-1].seen.step
        assert last is not None
        states = last.after
    run.clear()
    return states


def plain(told: Told) -> bool:
    """Whether a segment is one of a run: data or a confirmation, and nothing else to tell of it."""
    step, packet = told.seen.step, told.packet
    return (
        step is not None
        and step.move is None
        and not packet.requests
        and not packet.responses
        and step.keep_alive is None
        and not step.sent.repeated
        and not any(_telling(finding) for finding in told.findings)
        and (step.idle is None or step.idle.seconds < _PAUSE)
    )


def _telling(finding: Finding) -> bool:
    """A loss is told where it begins, where it is answered and where it is repaired; its repeats are folded."""
    return finding.rule[0] == "L" and finding.rule != "L07" and not (finding.rule == "L01" and finding.again)


def _folded(author: Author, run: list[Told]) -> Rung:
    first, last = run[0].packet, run[-1].packet
    sizes, counts = dict.fromkeys(Role, 0), dict.fromkeys(Role, 0)
    for each in run:
        assert each.seen.step is not None
        sizes[each.seen.step.sender] += each.seen.step.sent.fresh
        counts[each.seen.step.sender] += 1
    label = author.words.plain("report", "rungs-folded", {"count": len(run), "first": first.frame, "last": last.frame})
    # Where only one end sends data, the arrow is its; confirmations of the other are what goes without saying.
    senders = [role for role in Role if sizes[role]] or [role for role in Role if counts[role]]
    facts = {"client": sizes[Role.CLIENT], "server": sizes[Role.SERVER], "sender": senders[0], "both": len(senders) > 1}
    note = author.words.plain("report", "rungs-folded-note", facts)
    return Rung(None, _time(first), senders[0] is Role.CLIENT, label, note, "data", both=len(senders) > 1)


def _placed(author: Author, told: Told, step: Step, before: States, bands: dict[int, str]) -> _Placed:
    tcp = told.packet.tcp
    turning = tcp is not None and (tcp.syn or tcp.fin or tcp.rst)
    return _Placed(_rung(author, told, step, before, bands[told.packet.frame]), turning)


def _rung(author: Author, told: Told, step: Step, before: States, band: str) -> Rung:
    packet = told.packet
    gap = ""
    if step.idle is not None and step.idle.seconds >= _PAUSE:
        gap = author.words.plain("report", "rung-pause", {"seconds": step.idle.seconds})
    return Rung(
        frame=packet.frame,
        time=_time(packet),
        from_client=step.sender is Role.CLIENT,
        label=_label(packet),
        note=_note(author, told, step),
        phase=band,
        client_state=(step.after.client or "") if step.after.client != before.client else "",
        server_state=(step.after.server or "") if step.after.server != before.server else "",
        gap=gap,
    )


def _time(packet: Packet) -> str:
    """As the packet list shows it, which tells segments of one machine apart, as far as there is room."""
    if not packet.timed:
        return "—"
    shown = clock(packet.time)
    return shown if len(shown) <= _FIGURES else format(packet.time.quantize(Decimal("0.0001")), "f")


def _label(packet: Packet) -> str:
    tcp = packet.tcp
    assert tcp is not None
    if packet.requests:
        first = packet.requests[0]
        return visible(f"{first.method} {first.target}", 44)
    if packet.responses:
        answer = packet.responses[0]
        return visible(f"{answer.code} {answer.phrase}", 44)
    return tcp.flag_names


def _note(author: Author, told: Told, step: Step) -> str:
    tcp = told.packet.tcp
    assert tcp is not None
    parts = [f"Seq={tcp.seq}"]
    if tcp.has_ack:
        parts.append(f"Ack={tcp.ack}")
    if tcp.length:
        parts.append(f"Len={tcp.length}")
    if again(told) is Again.TWICE:
        copied = step.copy_of.frame if step.copy_of is not None else None
        parts.append(author.words.plain("report", "rung-twice", {"frame": copied}))
    return " ".join(parts)
