"""How much of one packet's text is taken in. A capture may hold a header as long as the file; nobody reads it."""

from __future__ import annotations

from reporter.extract.fields import AT, VALUE_SEPARATOR

#: Bytes of one row of fields that are read; what follows in the row is left out.
LONGEST_ROW = 16 << 20
#: Characters of one value, e.g. of one header line.
LONGEST_VALUE = 64 << 10
#: Values of one field that are text, e.g. header lines of a message, and their characters together.
MOST_VALUES, MOST_TEXT = 1000, 1 << 20
#: Lists of numbers are as long as there are segments; they are read whole.
_NUMBERS = frozenset(AT[name] for name in ("tcp.segment", "ip.fragment", "ipv6.fragment", "http.chunk_size"))
_LINE_END = "\\r\\n"
_CUT = "…"


def bounded(row: list[str]) -> bool:
    """Shorten what is too long in a row of `FIELDS`; whether anything was.

    A value that is too long ends in `…`; values that are too many are left out from the end.
    """
    cut = False
    for place, cell in enumerate(row):
        if len(cell) > LONGEST_VALUE and place not in _NUMBERS:
            row[place] = _shortened(cell)
            cut = cut or row[place] != cell
    return cut


def _shortened(cell: str) -> str:
    kept, room = [], MOST_TEXT
    for value in cell.split(VALUE_SEPARATOR, MOST_VALUES)[:MOST_VALUES]:
        if len(value) > LONGEST_VALUE:
            end = _LINE_END if value.endswith(_LINE_END) else ""
            value = value[:LONGEST_VALUE] + _CUT + end
        room -= len(value)
        if room < 0:
            break
        kept.append(value)
    return VALUE_SEPARATOR.join(kept)
