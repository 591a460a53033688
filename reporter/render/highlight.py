"""Listings with line numbers and coloured words, for the screen and for paper."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup, escape

from reporter.render.typeset import cells

#: Longer listings are shown plainly.
_LONGEST = 200_000
Run = tuple[str, str]


def highlighted(text: str, language: str, first: int = 1) -> Markup:
    """A listing for the screen: one <span> a line, in it one for each coloured run. Numbers are counted by style.

    `first` is the number of the first line.
    """
    del first  # the counter of the page begins there
    lines = (Markup("<span>{}</span>\n").format(_marked(line)) for line in _lines(text, language))
    return Markup("").join(lines)


def numbered(text: str, language: str, first: int = 1, width: int = 0) -> Markup:
    """The same for paper: each line with its number, broken at `width` cells."""
    lines = list(_lines(text, language))
    digits = max(2, len(str(first + len(lines) - 1)))
    indent = " " * (digits + 2)
    out = []
    for number, line in enumerate(lines, first):
        broken = _broken(line, width - len(indent)) if width else [line]
        shown = Markup("\n{}").format(indent).join(_marked(part) for part in broken)
        out.append(Markup('<span class="n">{}</span>  {}').format(f"{number:>{digits}}", shown))
    return Markup("\n").join(out)


def _lines(text: str, language: str) -> Iterator[list[Run]]:
    """Each line as runs of a kind and a text; tabs are spaces."""
    line: list[Run] = []
    for kind, part in _runs(text.rstrip("\n").expandtabs(4), language):
        first, *others = part.split("\n")
        if first:
            line.append((kind, first))
        for other in others:
            yield line
            line = [(kind, other)] if other else []
    yield line


def _runs(text: str, language: str) -> Iterator[Run]:
    if not language or len(text) > _LONGEST:
        yield "", text
        return
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        yield "", text
        return
    for token, part in lexer.get_tokens(text):
        yield _kind(token), part


def _kind(token: object) -> str:
    from pygments.token import Comment, Keyword, Name, Number, String

    kinds = (
        (Comment, "t-comment"),
        (Keyword, "t-word"),
        (Name.Tag, "t-word"),
        (String, "t-string"),
        (Number, "t-string"),
        (Name.Attribute, "t-name"),
        (Name.Function, "t-name"),
        (Name.Builtin, "t-name"),
    )
    return next((name for kind, name in kinds if token in kind), "")


def _marked(line: list[Run]) -> Markup:
    return Markup("").join(
        Markup('<span class="{}">{}</span>').format(kind, part) if kind else escape(part) for kind, part in line
    )


def _broken(line: list[Run], width: int) -> list[list[Run]]:
    """The line in parts of at most `width` cells."""
    parts: list[list[Run]] = [[]]
    used = 0
    for kind, text in line:
        kept = ""
        for character in text:
            room = cells(character)
            if used + room > width:
                parts[-1].append((kind, kept))
                parts.append([])
                kept, used = "", 0
            kept += character
            used += room
        if kept:
            parts[-1].append((kind, kept))
    return parts
