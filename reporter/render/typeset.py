"""Text in columns of equal characters, and the little arithmetic of figures: filters for the templates."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from reporter.report.document import HexRow, PacketRow, TreeRow

OPEN, SHUT, LEAF = "▽ ", "▷ ", "   "
_MARK, _UNMARK = Markup("<mark>"), Markup("</mark>")
#: Rough widths of characters in a sans serif, in parts of the font size.
_NARROW, _CAPITAL, _USUAL = 0.32, 0.66, 0.56


def is_wide(character: str) -> bool:
    """Whether a character fills two cells of a monospaced line."""
    return unicodedata.east_asian_width(character) in "WF" or character in "→←▽▷“”‘’…—×"


def cells(text: str) -> int:
    """The width of a text in cells of a monospaced line."""
    return len(text) if text.isascii() else sum(2 if is_wide(character) else 1 for character in text)


def text_width(text: str, size: float, *, mono: bool = False) -> float:
    """Roughly how wide a text is in a figure, in the figure's units."""
    if mono:
        return cells(text) * size / 2
    return size * sum(_relative(character) for character in text)


def _relative(character: str) -> float:
    if is_wide(character):
        return 1.0
    if character in "ijlI.,:;|!' ()[]":
        return _NARROW
    return _CAPITAL if character.isupper() or character in "=+%@#&" else _USUAL


def fit(text: str, width: float, size: float, mono: bool = False) -> str:
    """The text, cut with an ellipsis when it is wider than `width` in a figure."""
    if text_width(text, size, mono=mono) <= width:
        return text
    room = width - size
    kept = []
    for character in text:
        room -= text_width(character, size, mono=mono)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def share(sizes: Sequence[int], width: float, least: float) -> list[float]:
    """Widths in proportion to sizes, none below `least`, together `width`."""
    if not sizes:
        return []
    least = min(least, width / len(sizes))
    total = sum(sizes) or 1
    rest = width - least * len(sizes)
    return [round(least + rest * size / total, 2) for size in sizes]


def wrapped(text: str, width: int, indent: int) -> str:
    """A line broken into lines of at most `width` cells, the later ones indented."""
    if cells(text) <= width:
        return text
    lines: list[str] = []
    line, used, last_space = "", 0, -1
    for character in text:
        wide = cells(character)
        if used + wide > width:
            if last_space > max(len(line) // 2, indent):
                lines.append(line[:last_space])
                line = " " * indent + line[last_space + 1 :]
            else:
                lines.append(line)
                line = " " * indent
            used, last_space = cells(line), -1
        if character == " " and line.strip():
            last_space = len(line)
        line += character
        used += wide
    return "\n".join([*lines, line])


def tree(rows: Sequence[TreeRow], width: int = 0) -> Markup:
    """The detail tree as the text of one <pre>; runs of marked lines share one <mark>.

    With `width`, lines are broken there and go on under their own text.
    """
    out: list[Markup] = []
    marked = False
    for index, row in enumerate(rows):
        opened = index + 1 < len(rows) and rows[index + 1].depth > row.depth
        line = "  " * row.depth + (OPEN if opened else SHUT if row.parent else LEAF) + row.text
        if width:
            line = wrapped(line, width, 2 * row.depth + 3)
        if marked and not row.marked:
            out[-1] += _UNMARK
        out.append((_MARK if row.marked and not marked else Markup("")) + escape(line))
        marked = row.marked
    if marked:
        out[-1] += _UNMARK
    return Markup("\n").join(out)


def hexadecimal(rows: Sequence[HexRow]) -> Markup:
    """Bytes as the text of one <pre>: offset, hexadecimal in two groups of eight, characters."""
    return Markup("\n").join(_hex_row(row) for row in rows)


def _hex_row(row: HexRow) -> Markup:
    digits = row.hexadecimal.split()
    grouped = _group(digits, 0)
    padding = " " * (48 - len(grouped))
    if row.mark is None:
        return escape(f"{row.offset}  {grouped}{padding}  {row.characters}")
    start, end = row.mark
    before, inside, after = digits[:start], digits[start:end], digits[end:]
    parts = [escape(f"{row.offset}  "), escape(_group(before, 0))]
    if before and inside:
        parts.append(escape(_gap(start)))
    if inside:
        parts += [_MARK, escape(_group(inside, start)), _UNMARK]
    if after and (before or inside):
        parts.append(escape(_gap(end)))
    parts += [escape(_group(after, end)), escape(padding + "  ")]
    parts += [escape(row.characters[:start]), _MARK, escape(row.characters[start:end]), _UNMARK]
    parts.append(escape(row.characters[end:]))
    return Markup("").join(parts)


def _group(digits: Sequence[str], first: int) -> str:
    """Bytes with a wider gap before the ninth of a row; `first` is the position of the first of them."""
    return "".join((_gap(first + index) if index else "") + byte for index, byte in enumerate(digits))


def _gap(position: int) -> str:
    return "  " if position == 8 else " "


def numbered(text: str, width: int = 0) -> str:
    """A listing with its line numbers, lines broken at `width` cells."""
    lines = text.rstrip("\n").split("\n")
    digits = max(2, len(str(len(lines))))
    numbers = (f"{number:>{digits}}  {line.expandtabs(4)}" for number, line in enumerate(lines, 1))
    return "\n".join(wrapped(line, width, digits + 2) if width else line for line in numbers)


@dataclass(frozen=True, slots=True)
class ListLines:
    """The packet list as lines of equal columns: the head, one text a row, how far the last column is in."""

    head: str
    lines: tuple[str, ...]
    hang: int


def list_lines(rows: Sequence[PacketRow], heads: Sequence[str], width: int) -> ListLines:
    """Rows of the packet list in Wireshark's columns. Where the addresses are too long, Info goes below."""
    texts = [(str(r.frame), r.time, r.source, r.destination, r.protocol, str(r.length)) for r in rows]
    columns = [max([cells(heads[i]), *(cells(text[i]) for text in texts)]) for i in range(6)]
    hang = sum(columns) + 2 * 6
    below = hang > width * 0.68
    if below:
        hang = columns[0] + 2

    def line(parts: Sequence[str], info: str) -> str:
        padded = []
        for i, part in enumerate(parts):
            room = " " * (columns[i] - cells(part))
            padded.append(room + part if i in (0, 5) else part + room)
        text = "  ".join(padded)
        broken = wrapped(" " * hang + info, width, hang)
        return f"{text}\n{broken}" if below else text + "  " + broken[hang:]

    return ListLines(
        head=line(heads[:6], heads[6]),
        lines=tuple(line(text, row.info) for text, row in zip(texts, rows, strict=True)),
        hang=hang,
    )
