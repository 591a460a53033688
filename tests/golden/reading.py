"""An HTML report as text: a line for each paragraph, row and line of a figure; a heading line for each section."""

from __future__ import annotations

import hashlib
import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    """address article aside blockquote body dd details div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header
    hr li main nav ol p pre section summary svg table tbody text thead title desc tr ul button label br
    """.split()  # noqa: SIM905 (a list would be a screen)
)
_SKIPPED = frozenset(("head", "script", "style", "template"))
_VOID = frozenset(("br", "hr"))
#: What differs from machine to machine: the program and version that have dissected, and our own version.
_MASKS = (
    (re.compile(r"TShark[^|\n]*?\d+\.\d+\.\d+[^|\n]*"), "TShark VERSION"),
    (re.compile(r"\b([Ww]ireshark|[Tt]shark|reporter)([ /])\d+\.\d+(\.\w+)+"), r"\1\2VERSION"),
)
#: The line before what stands in the section of that id.
MARK = "## "


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._line: list[str] = []
        self._hidden = 0
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._hidden += 1
        if tag in _BLOCKS:
            self._end()
        if tag in ("td", "th") and self._line:
            self._line.append(" | ")
        if tag == "img":
            self._line.append(f"[picture: {dict(attrs).get('alt')}]")
        if tag == "section" and (name := dict(attrs).get("id")):
            self.lines.append(MARK + name)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._hidden -= 1
        elif tag in _BLOCKS and tag not in _VOID:
            self._end()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._line.append(data)

    def _end(self) -> None:
        for line in "".join(self._line).replace("\u200b", "").replace("\xad", "").splitlines():
            text = " ".join(line.split())
            if text.strip(" |"):
                self.lines.append(text)
        self._line = []


def text_of(html: str) -> str:
    """What the page says, in reading order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = "\n".join(reader.lines) + "\n"
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text


def sums_of(text: str) -> str:
    """One line for each section of a text: how many lines it has, a digest of them, its id."""
    out: list[str] = []
    for part in re.split(f"^{MARK}", text, flags=re.MULTILINE):
        name, _, rest = part.partition("\n")
        digest = hashlib.sha256(part.encode()).hexdigest()[:12]
        out.append(f"{rest.count(chr(10)):5} {digest} {name if out else 'cover'}")
    return "\n".join(out) + "\n"
