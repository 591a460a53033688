"""Text in columns of equal characters, and the little arithmetic of figures: filters for the templates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup, escape

from reporter.render.axes import Axis
from reporter.report.document import HexRow, PacketRow, TreeRow
from reporter.report.drawings import Stroke

OPEN, SHUT, LEAF = "▽ ", "▷ ", "   "
_MARK, _UNMARK = Markup("<mark>"), Markup("</mark>")
_TIMESTAMPS = re.compile(r" TSval=\d+ TSecr=\d+")
#: Rough widths of characters in a sans serif, in parts of the font size.
_NARROW, _CAPITAL, _USUAL = 0.32, 0.66, 0.56


def is_wide(character: str) -> bool:
    """Whether a character fills two cells of a monospaced line."""
    return unicodedata.east_asian_width(character) in "WF" or character in "→←▽▷“”‘’…⋯—×·±§•"


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


def short(text: str) -> bool:
    """Whether a text is a Chinese word or two, which a narrow column would set one character below the other."""
    return not text.isascii() and cells(text) <= 10


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


def on_paper(info: str) -> str:
    """The Info column without the values of timestamps, which would break nearly every row of it in two."""
    return _TIMESTAMPS.sub("", info)


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
        info = on_paper(info)
        broken = wrapped(" " * hang + info, width, hang)
        return f"{text}\n{broken}" if below else text + "  " + broken[hang:]

    return ListLines(
        head=line(heads[:6], heads[6]),
        lines=tuple(line(text, row.info) for text, row in zip(texts, rows, strict=True)),
        hang=hang,
    )


def columns(head: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> ListLines:
    """A table as lines of equal characters: numbers to the right, the last column broken at `width` cells."""
    last = len(head) - 1
    numeric = [all(row[i].isdigit() or row[i] in ("—", "⋯", "") for row in rows) for i in range(last)]
    widths = [max([cells(head[i]), *(cells(row[i]) for row in rows)]) for i in range(last)]
    hang = sum(widths) + 2 * last

    def line(parts: Sequence[str]) -> str:
        padded = []
        for i, part in enumerate(parts[:last]):
            room = " " * (widths[i] - cells(part))
            padded.append(room + part if numeric[i] else part + room)
        return "  ".join(padded) + "  " + wrapped(" " * hang + parts[last], max(width, hang + 12), hang)[hang:]

    return ListLines(head=line(head), lines=tuple(line(row) for row in rows), hang=hang)


def milliseconds(seconds: Decimal) -> str:
    """A time as the figures write it: three figures, in ms, from ten seconds on in s."""
    if seconds >= 10:
        return f"{seconds:.1f} s"
    value = seconds * 1000
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms" if value >= 10 else f"{value:.2f} ms"


def strokes(found: Iterable[Stroke], axis: Axis, bottom: float, low: int, scale: float) -> str:
    """The path of upright strokes of a sequence plot; strokes that would lie on one another are drawn once."""
    parts: list[str] = []
    column: float | None = None
    lower = upper = 0.0
    for stroke in found:
        x = axis.at(stroke.time)
        one = bottom - (stroke.low - low) * scale
        other = min(bottom - (stroke.high - low) * scale, one - 2)
        if x == column and other <= lower + 0.5 and one >= upper - 0.5:
            lower, upper = max(lower, one), min(upper, other)
            continue
        if column is not None:
            parts.append(f"M{column} {lower:.1f}V{upper:.1f}")
        column, lower, upper = x, one, other
    if column is not None:
        parts.append(f"M{column} {lower:.1f}V{upper:.1f}")
    return "".join(parts)


def steps(acks: Iterable[tuple[Decimal, int]], axis: Axis, bottom: float, low: int, scale: float) -> str:
    """The path of what has been confirmed, one step for each Ack that confirms; steps too small to see are joined."""
    parts: list[str] = []
    last: tuple[str, str] | None = None
    for time, ack in acks:
        place = f"{axis.at(time)}", f"{bottom - (ack - low) * scale:.1f}"
        if last is None:
            parts.append(f"M{place[0]} {place[1]}")
        elif place != last:
            parts.append(("" if place[0] == last[0] else f"H{place[0]}") + f"V{place[1]}")
        last = place
    return "".join(parts)
