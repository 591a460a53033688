"""Markdown into pieces: prose, headings, pictures and listings, each with its line. Raw HTML stays text."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from reporter.errors import UsageTrouble
from reporter.explain.visible import escaped
from reporter.handwritten import nearest
from reporter.report.own.inside import Place, as_text, read_inside
from reporter.report.own.pictures import ENDINGS, MOST_BYTES, Unfit, picture
from reporter.report.own.pieces import Link, Listing, Piece, Shown, Text, Title, Used, Written
from reporter.report.prose import Element, Name

MOST_CODE = 256 << 10
_MOST_DEPTH = 20
_SAME = {
    "paragraph": "p", "em": "em", "strong": "strong", "s": "s", "bullet_list": "ul", "ordered_list": "ol",
    "list_item": "li", "blockquote": "blockquote", "table": "table", "thead": "thead", "tbody": "tbody", "tr": "tr",
    "th": "th", "td": "td", "hardbreak": "br", "hr": "hr",
}  # fmt: skip
_AWAY = ("http://", "https://", "mailto:")
_WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")


def written(text: str, name: str, folder: Path) -> Written:
    """The pieces of a Markdown text called `name`, with pictures and listings read from `folder`.

    Raises UsageTrouble, naming the line, for a picture, file or link that cannot be.
    """
    reader = _Reader(name, folder)
    pieces = tuple(reader.pieces(_parser().parse(text)))
    return Written(pieces, tuple(reader.links), tuple(Used(*each) for each in reader.read.items()))


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _MOST_DEPTH}).enable(["table", "strikethrough"])
    # Targets are judged here, with a message of ours, and taken as they are written.
    own: Any = parser
    own.validateLink = lambda url: True
    own.normalizeLink = lambda url: url
    own.normalizeLinkText = lambda url: url
    return parser


class _Reader:
    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._folder = folder
        self._line = 1
        self.links: list[Link] = []
        #: The files of the folder that were read, by name their SHA-256.
        self.read: dict[str, str] = {}

    def pieces(self, tokens: list[Any]) -> Iterator[Piece]:
        running: list[Element] = []
        for node in SyntaxTreeNode(tokens).children:
            self._at(node)
            piece = self._apart(node)
            if piece is None:
                running.append(self._block(node))
                continue
            if running:
                yield Text(tuple(running))
                running = []
            yield piece
        if running:
            yield Text(tuple(running))

    def _at(self, node: SyntaxTreeNode) -> None:
        if not node.is_root and node.map is not None:
            self._line = node.map[0] + 1

    def _refuse(self, what: str, to_do: str) -> UsageTrouble:
        return UsageTrouble(what, where=str(Place(self._name, self._line)), to_do=to_do)

    def _apart(self, node: SyntaxTreeNode) -> Piece | None:
        """What stands by itself in the report: a heading, a picture, a listing."""
        if node.type == "heading":
            return Title("".join(_plain(child) for child in self._inline(node)), int(node.tag[1]))
        if node.type in ("fence", "code_block"):
            return self._listing(node)
        if node.type == "paragraph":
            inline = node.children[0].children if node.children else []
            if len(inline) == 1 and inline[0].type == "image":
                return self._picture(inline[0])
        return None

    def _block(self, node: SyntaxTreeNode) -> Element:
        self._at(node)
        if node.type in ("fence", "code_block"):
            return Element("pre", (_lines(node.content),))
        if node.type == "heading":
            return Element("p", (Element("strong", tuple(self._inline(node))),))
        if node.type in ("paragraph", "th", "td"):
            return Element(_name(node), tuple(self._inline(node)))
        return Element(_name(node), tuple(self._block(child) for child in node.children))

    def _inline(self, node: SyntaxTreeNode) -> Iterator[Element | str]:
        parts = [child for inline in node.children for child in (inline.children or [inline])]
        yield from self._run(parts)

    def _run(self, nodes: list[SyntaxTreeNode]) -> Iterator[Element | str]:
        for index, node in enumerate(nodes):
            if node.type == "text":
                yield escaped(node.content)
            elif node.type == "softbreak":
                self._line += 1
                yield _between(nodes, index)
            elif node.type == "code_inline":
                yield Element("code", (escaped(node.content),))
            elif node.type == "image":
                raise self._refuse("a picture stands in the middle of a text", "give it a paragraph of its own")
            elif node.type == "link":
                yield self._link(node)
            elif node.type in _SAME:
                self._line += node.type == "hardbreak"
                yield Element(_name(node), tuple(self._run(node.children)))
            else:
                yield escaped(node.content)

    def _link(self, node: SyntaxTreeNode) -> Element:
        target = str(node.attrs.get("href", ""))
        if "".join(_plain(each) for each in self._run(node.children)).startswith("^"):
            raise self._refuse("footnotes are not known here", "write the note in parentheses, where it belongs")
        if target.startswith("#") and len(target) > 1:
            self.links.append(Link(unquote(target[1:]), Place(self._name, self._line)))
        elif not target.lower().startswith(_AWAY):
            raise self._refuse(
                f"a link leads to {target!r}",
                "let it lead to an address (https://…) or to a place of the report (#handshake, #frame-7)",
            )
        return Element("a", tuple(self._run(node.children)), escaped(target))

    def _picture(self, node: SyntaxTreeNode) -> Shown:
        target = unquote(str(node.attrs.get("src", "")))
        data = self._content(target, MOST_BYTES, ENDINGS)
        try:
            shot = picture(data)
        except Unfit as error:
            raise self._refuse(f"the picture {target!r} cannot be shown: {error}", "save it as PNG or JPEG") from error
        return Shown(shot, escaped(node.content.strip()))

    def _content(self, name: str, most: int, endings: Iterable[str]) -> bytes:
        content = read_inside(self._folder, name, most, endings, Place(self._name, self._line))
        self.read[name] = hashlib.sha256(content).hexdigest()
        return content

    def _listing(self, node: SyntaxTreeNode) -> Listing:
        language, options = self._info(node.info if node.type == "fence" else "")
        text, caption, first = node.content, options.get("title", ""), 1
        if "file" in options:
            if text.strip():
                raise self._refuse("a listing has both file= and lines of its own", "leave out one of them")
            file, ending = options["file"], Path(options["file"]).suffix.lower()
            text = as_text(self._content(file, MOST_CODE, (ending,)), file, Place(self._name, self._line))
            caption = caption or file
            language = language or ending.removeprefix(".")
        if "lines" in options:
            text, first = self._cut(text, options["lines"])
        return Listing(_lines(text), self._language(language, strict="file" not in options), escaped(caption), first)

    def _info(self, info: str) -> tuple[str, dict[str, str]]:
        try:
            words = shlex.split(info)
        except ValueError:
            raise self._refuse("a quotation mark is not closed after ```", "close it") from None
        language = words.pop(0) if words and "=" not in words[0] else ""
        options = {}
        for word in words:
            key, equals, value = word.partition("=")
            if not equals or key not in ("file", "lines", "title"):
                hint = nearest(key, ("file", "lines", "title"))
                raise self._refuse(f"unknown word {word!r} after ```{hint}", "use file=, lines= or title=")
            options[key] = value
        return language, options

    def _cut(self, text: str, wanted: str) -> tuple[str, int]:
        found = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", wanted)
        lines = text.rstrip("\n").split("\n")
        first = int(found[1]) if found else 0
        last = int(found[2] or found[1]) if found else 0
        if not 1 <= first <= last <= len(lines):
            raise self._refuse(f"lines={wanted} is not a part of 1-{len(lines)}", "write lines=10-25")
        return "\n".join(lines[first - 1 : last]), first

    def _language(self, name: str, *, strict: bool) -> str:
        from pygments.lexers import find_lexer_class_by_name, get_all_lexers
        from pygments.util import ClassNotFound

        if not name:
            return ""
        try:
            find_lexer_class_by_name(name)
        except ClassNotFound:
            if not strict:
                return ""
            known = [alias for _, aliases, _, _ in get_all_lexers() for alias in aliases]
            raise self._refuse(
                f"no language {name!r} is known{nearest(name, known)}", "name another, or leave it out"
            ) from None
        return name


def _name(node: SyntaxTreeNode) -> Name:
    return cast("Name", _SAME[node.type])


def _lines(text: str) -> str:
    """A listing whose characters can all be seen; tabs are kept."""
    lines = text.rstrip("\n").split("\n")
    return "\n".join("\t".join(escaped(part) for part in line.split("\t")) for line in lines)


def _between(nodes: list[SyntaxTreeNode], index: int) -> str:
    """A line end in the text: a space, but none between Chinese characters."""
    before, after = nodes[index - 1] if index else None, nodes[index + 1] if index + 1 < len(nodes) else None
    left = before.content[-1:] if before is not None and before.type == "text" else "x"
    right = after.content[:1] if after is not None and after.type == "text" else "x"
    return "" if _WIDE.match(left or "x") and _WIDE.match(right or "x") else " "


def _plain(part: Element | str) -> str:
    return part if isinstance(part, str) else "".join(_plain(child) for child in part.children)
