"""The style sheets of a theme read: what is broken in one, and the custom properties that nothing sets.

CSS has no errors for a browser, which leaves out what it cannot read; the syntax is that of CSS Syntax Level 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import tinycss2

from reporter.errors import UsageTrouble
from reporter.handwritten import line_of, nearest
from reporter.report.look import FAMILIES
from reporter.report.theme import Theme

#: A name that no sheet has, set behind the text to see what is still open there.
_END = "the-end-of-this-sheet"
_SET = re.compile(r"(--[\w-]+)\s*:")
_CLOSES = {"{} block": "}", "() block": ")", "[] block": "]", "function": ")"}
_OPENS = {"}": "{", ")": "(", "]": "["}
_BROKEN_OFF = {"bad-string": "a text ends with its line", "bad-url": "the address in url(…) is broken"}
_SHOWN = 60

#: The line, what is wrong, what to do.
Found = tuple[int, str, str]
Around = tuple[Any, Any] | None


def check_sheets(theme: Theme, folder: Path) -> Iterator[UsageTrouble]:
    """Everything in the style sheets of one folder of a theme that no page can use."""
    known = _properties_set(theme)
    for file in sorted(each for each in folder.rglob("*.css") if each.is_file()):
        text = file.read_text(encoding="utf-8", errors="replace")
        told: set[int] = set()
        for line, what, to_do in sorted(_found(text, known), key=itemgetter(0)):
            if line not in told:
                told.add(line)
                yield UsageTrouble(what, where=f"{file}, line {line}", to_do=to_do)


def _found(text: str, known: set[str]) -> list[Found]:
    try:
        return [*_unclosed(text), *_unread(text), *_unset(text, known)]
    except RecursionError:
        return [(1, "the style sheet is nested too deeply", "take it apart")]


def _unclosed(text: str) -> Iterator[Found]:
    """Brackets without the other, comments and texts without an end."""
    ended = False
    open_at_end: list[Any] = []
    for node, around in _tokens(tinycss2.parse_component_value_list(f"{text}\n{_END}")):
        if node.type == "error" and node.kind in _OPENS and around is not None:
            yield _never_closed(around[0])
        elif node.type == "error" and node.kind in _OPENS:
            opens = _OPENS[node.kind]
            what = f"there is a {node.kind} without a {opens} before it"
            yield node.source_line, what, f"take it away, or write the {opens} that is missing"
        elif node.type == "error":
            what = _BROKEN_OFF.get(node.kind, "a text or an address has no end")
            yield node.source_line, what, "close it on the line on which it begins"
        elif node.type == "ident" and node.value == _END:
            ended = True
            while around is not None:
                open_at_end.append(around[0])
                around = around[1]
    if not ended:
        yield line_of(text, text.rfind("/*")), "the comment that begins here has no end", "write */ behind it"
    if open_at_end:
        # A round bracket is left open in its line; a rule without its brace takes all those behind it in.
        narrow = [node for node in open_at_end if node.type != "{} block"]
        yield _never_closed(narrow[0] if narrow else open_at_end[-1])


def _never_closed(node: Any) -> Found:
    closes = _CLOSES[node.type]
    what = f"the {_OPENS[closes]} here is never closed"
    return node.source_line, what, f"write the {closes} that is missing, at the end of the sheet or before it"


def _tokens(nodes: Sequence[Any]) -> Iterator[tuple[Any, Around]]:
    """Every token, and the brackets that it is in: the innermost, and those that this one is in."""
    left: list[tuple[Any, Around]] = [(node, None) for node in reversed(nodes)]
    while left:
        node, around = left.pop()
        yield node, around
        inner = node.content if node.type.endswith("block") else node.arguments if node.type == "function" else ()
        left += [(each, (node, around)) for each in reversed(inner)]


def _unread(text: str) -> Iterator[Found]:
    """Rules and declarations that are none."""
    tokens = tinycss2.parse_component_value_list(text)
    left = [(tokens, tinycss2.parse_stylesheet(tokens, skip_comments=True, skip_whitespace=True))]
    while left:
        tokens, rules = left.pop()
        for rule in rules:
            if rule.type == "error":
                line, piece = _piece(tokens, rule)
                yield line, f"{piece!r} is no CSS", "write name: value; and rules as selector { … }"
            elif rule.type in ("qualified-rule", "at-rule") and rule.content:
                inner = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
                left.append((rule.content, inner))


def _piece(tokens: Sequence[Any], error: Any) -> tuple[int, str]:
    """Where the declaration or rule in which an error was noticed begins, and its first line."""
    piece: list[Any] = []
    for token in tokens:
        behind = (token.source_line, token.source_column) > (error.source_line, error.source_column)
        if piece and behind:
            break
        if piece or token.type not in ("whitespace", "comment"):
            piece.append(token)
        ends = token.type == "{} block" or (token.type == "literal" and token.value == ";")
        if ends and (token.source_line, token.source_column) < (error.source_line, error.source_column):
            piece = []
    if not piece:
        return error.source_line, error.message
    said = " ".join(tinycss2.serialize(piece).split()).rstrip("; ")
    return piece[0].source_line, said if len(said) <= _SHOWN else said[: _SHOWN - 1] + "…"


def _properties_set(theme: Theme) -> set[str]:
    """The custom properties that a page of the theme may have: its colours and fonts, and what its files set."""
    known = {f"--{name}" for name in (*theme.look.colours, *FAMILIES)}
    files = [file for folder in theme.folders for kind in ("*.css", "*.j2") for file in sorted(folder.rglob(kind))]
    for file in files:
        if file.is_file():
            known |= set(_SET.findall(file.read_text(encoding="utf-8", errors="replace")))
    return known


def _unset(text: str, known: set[str]) -> Iterator[Found]:
    """`var(--name)` of a name that nothing sets, without a value for that case."""
    for node, _ in _tokens(tinycss2.parse_component_value_list(text)):
        if node.type != "function" or node.lower_name != "var":
            continue
        inner = [each for each in node.arguments if each.type not in ("whitespace", "comment")]
        if len(inner) == 1 and inner[0].type == "ident" and inner[0].value not in known:
            name = inner[0].value
            to_do = "use a colour of theme.toml, or set it in the style sheet: :root { " + f"{name}: …; }}"
            yield node.source_line, f"nothing sets {name!r}{nearest(name, known)}", to_do
