"""What templates ask about the page as a whole: anchors, values with evidence, which block draws what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from markupsafe import Markup, escape

from reporter.explain.evidence import Evidence
from reporter.explain.visible import visible
from reporter.explain.words import Rich, Span
from reporter.render.own_tables import columns_of, table_of, tables_in
from reporter.render.prose import prose
from reporter.report.document import (
    Block,
    Caption,
    Code,
    Commentary,
    Document,
    PacketList,
    PacketRow,
    PacketWindow,
    Section,
    frame_anchor,
)
from reporter.report.prose import Element, Prose

_LONGEST_EVIDENCE = 60
_NO_BREAK = "\N{NO-BREAK SPACE}"


class Page:
    """What the templates ask about the page as a whole: anchors, labels, values with evidence."""

    def __init__(self, document: Document, labels: Mapping[str, str], parts: Set[str], *, paged: bool) -> None:
        self.labels = labels
        self._parts = parts
        self._document = document
        self._paged = paged
        self._files = document.files if len(document.files) > 1 else ()
        self._owners = _frame_owners(document)
        self._references = {caption.label: caption.anchor for caption in _captions(document)}
        self._reference = _any_of(self._references)

    def frame_id(self, block: Block, row: PacketRow) -> Markup:
        """` id="frame-7"` when this block is where frame 7 is found, else nothing."""
        found = self._owners.get((row.file, row.frame)) is block
        return Markup(' id="{}"').format(frame_anchor(row.file, row.frame)) if found else Markup("")

    def frame_link(self, file: int, frame: int | None) -> str:
        """`#frame-7` when the page has that frame of that capture, else nothing."""
        return f"#{frame_anchor(file, frame)}" if frame is not None and (file, frame) in self._owners else ""

    def rich(self, text: Rich, here: int | None = None) -> Markup:
        """Runs of text as HTML; values with evidence say where they come from (on the screen).

        `here` is the frame that the text stands at: a value is not linked to where it already is.
        """
        if self._document.language == "zh":
            text = _close_up(text)
        if self._paged:
            return self._plain("".join(span.text for span in text))
        return Markup("").join(self._span(span, here) if span.evidence else self._plain(span.text) for span in text)

    def prose(self, elements: Iterable[Element | str]) -> Markup:
        """A person's own words; figures and tables that they name are linked, as in `rich`."""
        return prose(elements, self._plain, self._table)

    def place(self, section: Section) -> str:
        """The block of `report.html.j2` that draws this section: `section_handshake_step` for `handshake-12`."""
        name = "section_" + re.sub(r"-\d+$", "-step", section.id).replace("-", "_")
        return name if name in self._parts else "section"

    def figure(self, block: Block) -> str:
        """The block of `report.html.j2` that draws this figure, table or text."""
        name = "figure_" + block.kind.replace("-", "_")
        return name if name in self._parts else "figure"

    @staticmethod
    def texts(rows: Sequence[Sequence[Rich]]) -> list[list[str]]:
        """The cells of a table as plain texts."""
        return [["".join(span.text for span in cell) for cell in row] for row in rows]

    def widths(self) -> str:
        """Style rules for widths and first line numbers in use; the page's policy allows no style attributes."""
        blocks = tuple(_blocks(self._document.sections))
        used = {width for block in blocks for width in getattr(block, "widths", ())}
        own = [
            columns_of(table, paged=self._paged)
            for block in blocks
            if isinstance(block, Prose)
            for table in tables_in(block.elements)
        ]
        parts = {width for table in own for width in table.widths}
        least = {table.least for table in own}
        first = {block.first for block in blocks if isinstance(block, Code) and block.first != 1}
        return "".join(
            [
                *(f".w{width}{{width:{width}%}}" for width in sorted(used)),
                *(f".p{part}{{width:{part / 10}%}}" for part in sorted(parts)),
                *(f"@media screen{{.least-{em}{{min-width:{em}em}}}}" for em in sorted(least)),
                *(f".screen .code .from-{line}{{counter-reset:line {line - 1}}}" for line in sorted(first)),
            ]
        )

    def _table(self, table: Element, inner: Markup) -> Markup:
        html = table_of(columns_of(table, paged=self._paged), inner)
        if self._paged:
            return html
        around = Markup('<div class="scroll" tabindex="0" role="region" aria-label="{}">{}</div>')
        return around.format(self.labels["own_table"], html)

    def _plain(self, text: str) -> Markup:
        if self._reference is None:
            return escape(text)
        parts = self._reference.split(text)
        if len(parts) == 1:
            return escape(text)
        linked = Markup('<a class="ref" href="#{}">{}</a>')
        return Markup("").join(
            linked.format(self._references[part], part.replace(" ", _NO_BREAK))
            if index % 2
            else escape(_spaced(part) if index else part)
            for index, part in enumerate(parts)
        )

    def _span(self, span: Span, here: int | None) -> Markup:
        origin = self.labels["evidence_joiner"].join(self._origin(item, span.text) for item in span.evidence)
        if self._files:
            origin = filled(self.labels["evidence_file"], origin=origin, file=self._files[span.file])
        links = (self.frame_link(span.file, each.frame) for each in span.evidence if each.frame != here)
        link = next(filter(None, links), "")
        if not link:
            return Markup('<span class="ev" tabindex="0" data-ev="{}">{}</span>').format(origin, span.text)
        return Markup('<a class="ev" href="{}" data-ev="{}">{}</a>').format(link, origin, span.text)

    def _origin(self, evidence: Evidence, shown: str) -> str:
        origin = filled(self.labels["evidence"], frame=evidence.frame, field=evidence.field)
        value = visible(evidence.value, _LONGEST_EVIDENCE)
        return origin if value in ("", shown) else f"{origin} = {value}"


def _close_up(text: Rich) -> Rich:
    """Chinese text without the spaces outside its quotation marks, which bring along their own; values stay as are."""
    found: list[Span] = []
    for index, span in enumerate(text):
        plain = span.text
        if not span.evidence:
            plain = plain.replace(" “", "“").replace("” ", "”")
            if index and text[index - 1].text.endswith("”"):
                plain = plain.removeprefix(" ")
            if index + 1 < len(text) and text[index + 1].text.startswith("“"):
                plain = plain.removesuffix(" ")
        found.append(span if plain == span.text else replace(span, text=plain))
    return tuple(found)


def _spaced(text: str) -> str:
    """What follows a reference: a Chinese word is set off from its number, as from every other."""
    return f" {text}" if "\u4e00" <= text[:1] <= "\u9fff" else text


def filled(label: str, **values: object) -> str:
    """A label with its `{names}` filled in. Labels may be a theme's: nothing in them is evaluated."""
    return re.sub(r"\{(\w+)\}", lambda name: str(values.get(name[1], name[0])), label)


def _blocks(sections: tuple[Section, ...]) -> Iterator[Block]:
    for section in sections:
        yield from section.blocks
        yield from _blocks(section.sections)
        yield from section.closing


def _captions(document: Document) -> Iterator[Caption]:
    for block in _blocks(document.sections):
        caption = getattr(block, "caption", None)
        if caption is not None:
            yield caption


def _frame_owners(document: Document) -> dict[tuple[int, int], Block]:
    """Where each frame of each capture is found: in the commentary, else in a packet window, else in a packet list."""
    owners: dict[tuple[int, int], Block] = {}
    blocks = tuple(_blocks(document.sections))
    for block in blocks:
        if isinstance(block, Commentary):
            for remark in block.remarks:
                owners.setdefault((remark.row.file, remark.row.frame), block)
    for block in blocks:
        if isinstance(block, PacketWindow):
            owners.setdefault((block.row.file, block.row.frame), block)
    for block in blocks:
        if isinstance(block, PacketList):
            for row in block.rows:
                owners.setdefault((row.file, row.frame), block)
    return owners


def _any_of(labels: Mapping[str, str]) -> re.Pattern[str] | None:
    """Finds a caption's label in running text: `图 3`, but not the beginning of `图 31`."""
    if not labels:
        return None
    return re.compile("(" + "|".join(sorted(map(re.escape, labels), key=len, reverse=True)) + r")(?!\.?\d)")


def remark_rules(block: Commentary) -> list[tuple[str, str]]:
    """The rules that speak in a commentary, with their titles, sorted by code."""
    return sorted({said.rule: said.title for remark in block.remarks for said in remark.said}.items())


def state_changes(block: Commentary) -> list[bool]:
    """For each remark whether the states of its stream are others than when last shown."""
    shown: dict[int | None, tuple[str, str]] = {}
    changes = []
    for remark in block.remarks:
        states = (remark.client_state, remark.server_state)
        changes.append(any(states) and shown.get(remark.row.stream) != states)
        shown[remark.row.stream] = states
    return changes
