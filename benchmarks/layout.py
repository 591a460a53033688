"""What the way in which the theme is written saves: the same report with the usual, dearer boxes for the same words.

    python -m benchmarks --only layout

Usual are a list in a list for each branch of a detail tree, a box for each run of a hex dump, a cell for each
value of a packet list. Both pages are laid out and written in a process of their own; loading WeasyPrint is part of
both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from benchmarks.cold import PAGED, WEASYPRINT
from benchmarks.inputs import FOLDER, LAB
from benchmarks.measure import Row, in_turn, python, ratios
from benchmarks.sizes import Sizes

_TREE = re.compile(r'<pre class="tree[^"]*">(.*?)</pre>', re.DOTALL)
_HEX = re.compile(r'<pre class="hex">(.*?)</pre>', re.DOTALL)
_LINES = re.compile(r'<table class="list">.*?</table>', re.DOTALL)
_LINE = re.compile(r"(<t[dh][^>]*>)(.*?)(</t[dh]>)", re.DOTALL)


def rows(sizes: Sizes) -> Iterator[Row]:
    """Target 6."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page, usual = FOLDER / "paged.html", FOLDER / "usual.html"
    python(PAGED, LAB, page).cost()
    usual.write_text(dearer(page.read_text(encoding="utf-8")), encoding="utf-8")
    costs = in_turn(
        sizes.cold_rounds,
        ours=python(WEASYPRINT, page, FOLDER / "ours.pdf"),
        usual=python(WEASYPRINT, usual, FOLDER / "usual.pdf"),
    )
    yield Row("6", "layout and writing", "the same words in the usual boxes", 0.6, *ratios(costs, "ours", "usual"))


def dearer(html: str) -> str:
    """The page with the usual boxes."""
    html = _TREE.sub(lambda found: _nested(found[1]), html)
    html = _HEX.sub(lambda found: _runs(found[1]), html)
    return _LINES.sub(lambda found: _LINE.sub(_cells, found[0]), html)


def _nested(text: str) -> str:
    """Each line an item; what is indented further is a list inside the item before it."""
    out, depths = [], [-1]
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip())
        while depths[-1] > depth:
            depths.pop()
            out.append("</ul>")
        if depth > depths[-1]:
            depths.append(depth)
            out.append("<ul>")
        out.append(f"<li>{line.strip()}</li>")
    return "<div>" + "".join(out) + "</ul>" * (len(depths) - 1) + "</div>"


def _runs(text: str) -> str:
    """Each run of bytes in a box of its own."""
    parts = re.split(r"(<[^>]*>|\s\s+|\n)", text)
    boxed = (f"<span>{part}</span>" if part.strip() and not part.startswith("<") else part for part in parts)
    return f'<pre class="hex">{"".join(boxed)}</pre>'


def _cells(found: re.Match[str]) -> str:
    head, text, tail = found.groups()
    values = re.split(r"\s{2,}|(?<=\d) (?=\d)", text.strip(), maxsplit=6)
    return "".join(f"{head}{value}{tail}" for value in [*values, *[""] * (7 - len(values))])
