"""What the way in which the theme is written saves: the same report with the usual, dearer boxes for the same words.

    python -m benchmarks --only layout

Usual are a list in a list for each branch of a detail tree, a box for each run of a hex dump, a cell for each
value of a packet list, dots up to the numbers in the contents. Both pages are laid out and written in a process of
their own; what loading WeasyPrint costs is taken off both. The packet windows alone are measured too: the rest of a
report is words and figures, which are the same in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from benchmarks.cold import PAGED, WEASYPRINT
from benchmarks.inputs import FOLDER, LAB
from benchmarks.measure import Cost, Row, in_turn, python, ratios
from benchmarks.sizes import Sizes

_LEADERS = (
    ".toc a { border: 0 !important } "
    '.toc a::after { content: leader(dotted) " " target-counter(attr(href), page) !important }'
)
_WINDOW = re.compile(r'<figure class="window.*?</figure>|<table class="list">.*?</table>', re.DOTALL)
_TREE = re.compile(r'<pre class="tree[^"]*">(.*?)</pre>', re.DOTALL)
_HEX = re.compile(r'<pre class="hex">(.*?)</pre>', re.DOTALL)
_LINES = re.compile(r'<table class="list">.*?</table>', re.DOTALL)
_LINE = re.compile(r"(<t[dh][^>]*>)(.*?)(</t[dh]>)", re.DOTALL)


def rows(sizes: Sizes) -> Iterator[Row]:
    """Target 6."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page = FOLDER / "paged.html"
    python(PAGED, LAB, page).cost()
    report = page.read_text(encoding="utf-8")
    for html, what in ((report, "a report"), (windows(report), "packet windows alone")):
        ours, usual = FOLDER / "ours.html", FOLDER / "usual.html"
        ours.write_text(html, encoding="utf-8")
        usual.write_text(dearer(html), encoding="utf-8")
        costs = in_turn(
            sizes.cold_rounds,
            loading=python("import weasyprint"),
            ours=python(WEASYPRINT, ours, FOLDER / "ours.pdf"),
            usual=python(WEASYPRINT, usual, FOLDER / "usual.pdf"),
        )
        beyond = {name: list(map(_less, costs[name], costs["loading"])) for name in ("ours", "usual")}
        floor = "the same words in the usual boxes"
        yield Row("6", f"layout and writing of {what}", floor, 0.6, *ratios(beyond, "ours", "usual"))


def _less(cost: Cost, loading: Cost) -> Cost:
    return Cost(cost.wall - loading.wall, cost.cpu - loading.cpu)


def windows(html: str) -> str:
    """The page with its packet windows and packet lists, and nothing else."""
    head, _, body = html.partition("</head>")
    return f"{head}</head><body>{''.join(_WINDOW.findall(body))}</body></html>"


def dearer(html: str) -> str:
    """The page with the usual boxes."""
    html = html.replace("</style>", f"{_LEADERS}</style>", 1)
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
