"""Writes the pieces of a report in one language: sentences, captions with their numbers, windows, remarks."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from reporter.explain.engine import Finding
from reporter.explain.evidence import Evidence, Fact, frame_of
from reporter.explain.visible import visible
from reporter.explain.words import Rich, Span, Words
from reporter.model.detail import Detail
from reporter.model.packet import Packet
from reporter.model.stream import Role, States
from reporter.report.document import (
    Caption,
    Note,
    PacketList,
    PacketWindow,
    Paragraph,
    Remark,
    Said,
    Table,
    Tone,
)
from reporter.report.material import Told
from reporter.report.rows import row
from reporter.report.windows import hex_rows, tree_rows


class Author:
    """One report's author. Figures and tables are numbered in the order in which they are asked for.

    Frames are those of one capture of the report: the first, or that of `of`.
    """

    def __init__(self, words: Words) -> None:
        self.words = words
        self.language = words.language
        self.file = 0
        self._numbers = {"figure": 0, "table": 0, "listing": 0}
        self._labels: dict[tuple[str, str], str] = {}

    def of(self, file: int) -> Author:
        """The same author writing of another capture of the report, counted from 0; the numbering goes on."""
        if file == self.file:
            return self
        other = copy.copy(self)
        other.file = file
        return other

    def label(self, name: str) -> str:
        """A word of the report (`lexicon.report`)."""
        return self.words.lexicon["report"][name]

    def term(self, name: object) -> str:
        """A term of the lexicon: a role, a kind of opening or closing."""
        return self.words.show(name)

    def say(self, code: str, key: str = "text", /, **facts: Any) -> Rich:
        """A snippet of `templates/prose`, with evidence where the facts have it."""
        return self._placed(self.words.marked(code, key, facts))

    def paragraph(self, code: str, key: str = "text", /, **facts: Any) -> Paragraph:
        """A snippet as a paragraph."""
        return Paragraph(self.say(code, key, **facts))

    def note(self, code: str, key: str, tone: Tone = Tone.INFO, /, **facts: Any) -> Note:
        """A snippet set apart; its title is the word `note-<tone>` of the report."""
        return Note(self.label(f"note-{tone}"), self.say(code, key, **facts), tone)

    def figure(self, code: str, key: str, /, **facts: Any) -> Caption:
        """The caption of the next figure."""
        return self._caption("figure", code, key, facts)

    def table(self, code: str, key: str, /, **facts: Any) -> Caption:
        """The caption of the next table."""
        return self._caption("table", code, key, facts)

    def said_of(self, frame: int, finding: Finding) -> Rich:
        """What a finding says, led by its frame."""
        lead = self.say("section-resources", "said-of", frame=frame_of(frame))
        return (*lead, Span(self.words.lexicon["style"]["sentence_joiner"]), *self._placed(self.words.rich(finding)))

    def text(self, text: object) -> Rich:
        """Plain text of ours or of a packet, made safe to show."""
        return (Span(visible(str(text), 400)),) if str(text) else ()

    def value(self, value: object, frame: int, field: str, printed: str | None = None) -> Rich:
        """A value of the capture with its evidence."""
        return (self.run(visible(str(value), 400), Evidence(frame, field, printed or str(value))),)

    def run(self, text: str, *evidence: Evidence) -> Span:
        """A run of text that is safe to show, with its evidence in the capture written of."""
        return Span(text, evidence, self.file)

    def fact(self, fact: Fact) -> Rich:
        """A fact as the language shows it."""
        return (self.run(self.words.show(fact), *fact.evidence),)

    def said(self, finding: Finding) -> Said:
        """What a finding says."""
        return Said(finding.rule, self.words.title_of(finding), self._placed(self.words.rich(finding)))

    def remark(self, told: Told) -> Remark:
        """A packet with everything said of it."""
        step = told.seen.step
        states = step.after if step else States()
        return Remark(
            row=row(told.packet, self.file),
            sender=self.term(step.sender) if step else "",
            said=tuple(self.said(finding) for finding in told.findings),
            client_state=states.of(Role.CLIENT) or "",
            server_state=states.of(Role.SERVER) or "",
        )

    def packet_list(
        self,
        packets: Iterable[Packet],
        code: str,
        key: str,
        /,
        *,
        selected: tuple[int, ...] = (),
        limit: int = 60,
        paper: int | None = None,
        **facts: Any,
    ) -> PacketList:
        """A packet list; beyond `limit` rows (in the PDF beyond `paper`) the rest is counted, not shown."""
        rows = [row(packet, self.file) for packet in packets]
        fewer = min(paper or limit, limit)
        return PacketList(
            self.figure(code, key, **facts),
            tuple(rows[:limit]),
            selected,
            self.rest(len(rows) - limit),
            fewer,
            self.rest(len(rows) - fewer, on_paper=fewer < limit and len(rows) <= limit),
        )

    def rest(self, count: int, *, on_paper: bool = False) -> Rich:
        """That so many more rows are left out; nothing where none are. `on_paper`: the HTML report has them."""
        return self.say("report", "rows-on-screen" if on_paper else "rows-omitted", count=count) if count > 0 else ()

    def reference(self, code: str, key: str) -> str:
        """The label (`图 3`) of the first caption made with this snippet so far, or nothing."""
        return self._labels.get((code, key), "")

    def window(
        self, packet: Packet, detail: Detail, layer: str, marked: Iterable[str], code: str, key: str, /, **facts: Any
    ) -> PacketWindow:
        """The window of one packet, one layer opened; lines of the `marked` fields are set off, with their bytes."""
        fields = frozenset(marked)
        tree, cut_tree = tree_rows(detail, fields, layer)
        rows, cut_bytes = hex_rows(detail, fields)
        omitted = []
        if cut_tree:
            omitted.append(self.words.plain("report", "tree-omitted", {"count": cut_tree}))
        if cut_bytes:
            omitted.append(self.words.plain("report", "bytes-omitted", {"count": cut_bytes}))
        status = self.words.plain(
            "report",
            "status",
            {
                "frame": packet.frame,
                "length": packet.length,
                "captured": packet.captured,
                "protocol": packet.protocol,
            },
        )
        return PacketWindow(
            caption=self.figure(code, key, frame=packet.frame, **facts),
            row=row(packet, self.file),
            tree=tree,
            rows=rows,
            status=status,
            omitted=self.words.join(omitted),
        )

    def grid(
        self,
        caption: Caption,
        head: Iterable[str],
        rows: Iterable[tuple[Rich, ...]],
        widths: tuple[int, ...],
        mono: tuple[int, ...] = (),
        **more: Any,
    ) -> Table:
        """A table whose head are words of the report; `more` as `Table` has it."""
        return Table(caption, tuple(self.label(name) for name in head), tuple(rows), widths, mono, **more)

    def captioned(self, kind: str, text: str) -> Caption:
        """The caption of the next figure, table or listing in a person's own words."""
        self._numbers[kind] += 1
        number = self._numbers[kind]
        return Caption(self.words.plain("report", kind, {"number": number}), self.text(text), f"{kind}-{number}")

    def listing(self, code: str, key: str, /, **facts: Any) -> Caption:
        """The caption of the next listing."""
        return self._caption("listing", code, key, facts)

    def _caption(self, kind: str, code: str, key: str, facts: dict[str, Any]) -> Caption:
        self._numbers[kind] += 1
        number = self._numbers[kind]
        label = self.words.plain("report", kind, {"number": number})
        self._labels.setdefault((code, key), label)
        return Caption(label, self.say(code, key, **facts), f"{kind}-{number}")

    def _placed(self, text: Rich) -> Rich:
        """The text with the capture that its evidence is in."""
        return text if not self.file else tuple(replace(span, file=self.file) for span in text)
