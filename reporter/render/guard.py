"""The page of a theme that is not ours, looked through before it leaves: it loads nothing and runs nothing of its own.

Browsers are bound by the Content-Security-Policy, WeasyPrint by its fetcher. This says first what they would refuse,
and refuses what they would not: links to files, pages that move on by themselves, forms, hidden markup.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

from reporter.errors import UsageTrouble
from reporter.render.sandbox import nearest_of

_ELEMENTS = frozenset(
    [
        *("html", "head", "meta", "title", "style", "script", "body", "main", "header", "footer", "nav", "section"),
        *("article", "aside", "div", "span", "p", "h1", "h2", "h3", "h4", "h5", "h6", "a", "ul", "ol", "li", "dl"),
        *("dt", "dd", "table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td", "figure"),
        *("figcaption", "pre", "code", "b", "i", "strong", "em", "small", "sub", "sup", "mark", "u", "s", "del"),
        *("ins", "q", "blockquote", "cite", "abbr", "time", "dfn", "var", "samp", "kbd", "br", "hr", "wbr", "img"),
        *("ruby", "rt", "rp", "bdi", "bdo", "address", "details", "summary", "form", "label", "input", "select"),
        *("option", "optgroup", "button", "output", "svg", "g", "path", "rect", "circle", "ellipse", "line"),
        *("polyline", "polygon", "text", "tspan", "desc", "defs", "use", "symbol", "marker", "clippath", "mask"),
        *("lineargradient", "radialgradient", "stop", "pattern"),
    ]
)
#: Attributes that hold an address which is followed or loaded.
_ADDRESSES = frozenset(
    [
        *("action", "background", "cite", "data", "formaction", "href", "icon", "longdesc", "manifest", "ping"),
        *("poster", "profile", "src", "srcdoc", "srcset", "usemap", "xlink:href", "xml:base"),
    ]
)
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml)[;,]", re.IGNORECASE)
_LINK = re.compile(r"(?:#|https?://|mailto:)", re.IGNORECASE)
_HEAD = re.compile(r'\s*<!DOCTYPE html>\s*<html[^<>]*>\s*<head>\s*<meta charset="utf-8">\s*', re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_OUTWARD = re.compile(
    r"@import|image-set\s*\(|\bsrc\s*\("
    r"|url\s*+\(\s*+[\"']?+(?!#|data:(?:image/(?:png|jpeg|gif|webp|svg\+xml)|font/(?:ttf|otf|woff2?))[;,])[^)\n]{0,60}",
    re.IGNORECASE,
)
_MOST = 32_000_000


def inspect(html: str, *, policy: str, script: str, paged: bool, folders: Sequence[Path]) -> None:
    """Raise UsageTrouble for the first thing in a page that it may not have. `folders` are those of the theme."""
    if len(html) > _MOST:
        raise _refused(f"the page has {len(html):,} characters; at most {_MOST:,} are allowed", "", folders)
    head = _HEAD.match(html)
    csp = f'<meta http-equiv="Content-Security-Policy" content="{policy.replace(chr(39), "&#39;")}">'
    if head is None or (not paged and not html.startswith(csp, head.end())):
        what = "the page does not begin with the head of ours, which keeps it from loading anything"
        to_do = 'let report.html.j2 begin with {% extends "builtin:reports/lab/report.html.j2" %}'
        raise _refused(what, "Content-Security-Policy", folders, to_do)
    if "<!" in html[head.end() :].replace(script, "", 1):
        raise _refused("a comment is in the page", "<!", folders, "write comments as {# … #}")
    reader = _Reader(csp, script, folders)
    reader.feed(html)
    reader.close()


class _Reader(HTMLParser):
    def __init__(self, csp: str, script: str, folders: Sequence[Path]) -> None:
        super().__init__(convert_charrefs=False)
        self._csp, self._script, self._folders = csp, script, folders
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _ELEMENTS:
            to_do = "use another element; pictures are {{ image('a.png') }}"
            what = f"<{tag}> is no element of a report{nearest_of(tag, _ELEMENTS)}"
            raise _refused(what, f"<{tag}", self._folders, to_do)
        self._inside = tag if tag in ("script", "style") else ""
        for name, value in attrs:
            self._attribute(tag, name, value or "")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            if data != self._script:
                raise _refused("a page runs no script but ours", "<script", self._folders, "leave <script> out")
        elif "<" in data.replace("<\\/", ""):
            raise _refused("a < that begins no element is in the page", "", self._folders, "write &lt;")
        elif self._inside == "style":
            self._style(data)

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name.startswith("on"):
            raise _refused(f"{name} runs a script", name, self._folders, "leave it out")
        if name == "http-equiv" and value.lower() != "content-security-policy":
            raise _refused(f'<meta http-equiv="{value}"> is not for a report', value, self._folders, "leave it out")
        if name in _ADDRESSES:
            self._address(tag, name, value.strip())
        elif name == "style" or "(" in value or "\\" in value:
            self._style(value)

    def _address(self, tag: str, name: str, value: str) -> None:
        allowed = (
            (tag == "a" and name == "href" and _LINK.match(value))
            or (tag == "img" and name == "src" and _PICTURE.match(value))
            or (name in ("href", "xlink:href") and value.startswith("#"))
        )
        if not allowed:
            what = f"{name}={value[:80]!r} leads out of the report; nothing is loaded while it is read or printed"
            to_do = "put the file into the theme's folder and write {{ image('name.png') }}"
            raise _refused(what, value, self._folders, to_do)

    def _style(self, text: str) -> None:
        found = _OUTWARD.search(_ESCAPE.sub(_unescaped, text))
        if found:
            what = f"the style loads something from elsewhere: {found[0]!r}"
            to_do = 'put the file into the theme\'s folder and write url("name.png") in theme.css'
            raise _refused(what, found[0], self._folders, to_do)


def _unescaped(found: re.Match[str]) -> str:
    if found[1]:
        number = int(found[1], 16)
        return chr(number) if 0 < number < 0x110000 else "\ufffd"
    return found[2]


def _refused(
    what: str, looked_for: str, folders: Sequence[Path], to_do: str = "make the theme smaller"
) -> UsageTrouble:
    return UsageTrouble(what, where=_origin(looked_for, folders), to_do=to_do)


def _origin(text: str, folders: Sequence[Path]) -> str:
    """The file and line of the theme that the text is from, the theme's folder when it is not found as it is."""
    for folder in folders:
        for file in sorted(folder.rglob("*")) if text else ():
            if file.suffix in (".j2", ".css", ".toml", ".svg") and file.is_file():
                source = file.read_text(encoding="utf-8", errors="replace")
                at = source.find(text)
                if at >= 0:
                    return f"{file}, line {source.count(chr(10), 0, at) + 1}"
    return str(folders[0]) if folders else ""
