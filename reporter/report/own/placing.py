"""Puts a person's own words where they belong: into a section, in its place, or as sections beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count

from reporter.errors import UsageTrouble
from reporter.handwritten import nearest
from reporter.report.author import Author
from reporter.report.document import Block, Code, Commentary, PacketList, PacketWindow, Picture, Section
from reporter.report.own.files import OwnWords
from reporter.report.own.pieces import Listing, Piece, Shown, Text, Title
from reporter.report.prose import Heading, Prose
from reporter.report.sections import Draft


class Placing:
    """The words of one report, put in place section by section, in reading order: so are captions numbered."""

    def __init__(self, words: OwnWords, author: Author) -> None:
        self._words = words
        self._author = author
        self._ids = count(1)

    def around(self, name: str, build: Callable[[], Draft | None]) -> list[Draft]:
        """The section `name` that `build` makes, with the words that belong to it, and the sections beside it."""
        inside, beside = self._taken("before", name)
        lead = self._blocks(inside)
        drafts = [self._own(title, pieces) for title, pieces in beside]
        instead, more = self._taken("instead-of", name)
        draft: Draft | None
        if instead or more:
            title = self._title(name)
            if not instead:
                title, instead = more.pop(0)
            draft = self._draft(name, title, instead, 1)
            following = [self._own(title, pieces) for title, pieces in more]
        else:
            draft, following = build(), []
        inside, beside = self._taken("after", name)
        tail = self._blocks(inside)
        if draft is None and (lead or tail):
            draft = Draft(name, self._title(name), ())
        if draft is not None:
            drafts.append(replace(draft, blocks=(*lead, *draft.blocks), closing=(*draft.closing, *tail)))
        return [*drafts, *following, *(self._own(title, pieces) for title, pieces in beside)]

    def _taken(self, way: str, name: str) -> tuple[list[Piece], list[tuple[str, list[Piece]]]]:
        """The pieces before the first heading of level 1, and what stands under each such heading."""
        inside: list[Piece] = []
        beside: list[tuple[str, list[Piece]]] = []
        for piece in self._words.pieces(way, name):
            if isinstance(piece, Title) and piece.level == 1:
                beside.append((piece.text, []))
            else:
                (beside[-1][1] if beside else inside).append(piece)
        return inside, beside

    def _title(self, name: str) -> str:
        code = f"section-{name}"
        return self._author.words.title(code) if self._author.words.has(code, "title") else name

    def _own(self, title: str, pieces: Sequence[Piece]) -> Draft:
        return self._draft(f"own-{next(self._ids)}", title, pieces, 1)

    def _draft(self, name: str, title: str, pieces: Sequence[Piece], level: int) -> Draft:
        """A section of these pieces; headings of the next level, down to the third, begin sections in it."""
        cuts = [i for i, each in enumerate(pieces) if isinstance(each, Title) and level < 3 and each.level <= level + 1]
        ends = [*cuts, len(pieces)]
        blocks = tuple(self._blocks(pieces[: ends[0]]))
        inner = []
        for number, (start, end) in enumerate(zip(cuts, ends[1:], strict=True), 1):
            heading = pieces[start]
            assert isinstance(heading, Title)
            inner.append(self._draft(f"{name}-{number}", heading.text, pieces[start + 1 : end], level + 1))
        return Draft(name, title, blocks, tuple(inner))

    def _blocks(self, pieces: Iterable[Piece]) -> list[Block]:
        return [self._block(piece) for piece in pieces]

    def _block(self, piece: Piece) -> Block:
        author = self._author
        match piece:
            case Text(elements):
                return Prose(elements)
            case Title(text, level):
                return Heading(text, level)
            case Shown(shot, caption):
                return Picture(author.captioned("figure", caption), shot.media, shot.data, caption)
            case Listing(text, language, caption, first):
                return Code(author.captioned("listing", caption), text, language, first)


def check_links(words: OwnWords, sections: Sequence[Section]) -> None:
    """Raise UsageTrouble for a link of the words to a place that the report does not have."""
    there = set(anchors := list(_anchors(sections)))
    frame = next((each for each in anchors if each.startswith("frame-")), "frame-7")
    for each in words.files:
        for link in each.text.links:
            if link.target not in there:
                raise UsageTrouble(
                    f"the report has no place #{link.target}{nearest(link.target, there)}",
                    where=str(link.place),
                    to_do="link to a section (#handshake), a figure (#figure-2) or a frame that is shown "
                    f"(#{frame}; frame 7 of the second capture is #frame-2-7)",
                )


def _anchors(sections: Iterable[Section]) -> Iterator[str]:
    for section in sections:
        yield section.id
        for block in (*section.blocks, *section.closing):
            caption = getattr(block, "caption", None)
            if caption is not None:
                yield caption.anchor
            rows = []
            if isinstance(block, Commentary):
                rows = [remark.row for remark in block.remarks]
            elif isinstance(block, PacketList):
                rows = list(block.rows)
            elif isinstance(block, PacketWindow):
                rows = [block.row]
            yield from (row.anchor for row in rows)
        yield from _anchors(section.sections)
