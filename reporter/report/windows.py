"""Detail trees and bytes of one frame, chosen and cut to what fits a page."""

from __future__ import annotations

from collections.abc import Iterator

from reporter.explain.visible import visible
from reporter.model.detail import Detail, TreeLine
from reporter.report.document import HexRow, TreeRow

_TREE_LINES, _HEX_ROWS, _LONGEST = 34, 8, 110
#: Wireshark's own bookkeeping and what explains nothing here.
_LEFT_OUT = frozenset(
    (
        "tcp.payload",
        "tcp.segment_data",
        "tcp.port",
        "tcp.flags.str",
        "tcp.checksum",
        "tcp.checksum.status",
        "tcp.urgent_pointer",
        "tcp.analysis.flags",
        "http.file_data",
    )
)
_TIMES = frozenset(("http.time", "dns.time"))
_LEFT_OUT_TEXT = ("[Timestamps]", "[SEQ/ACK analysis]", "[Expert Info", "[iRTT")
_LEFT_OUT_PREFIX = ("_ws.expert", "tcp.time_", "tcp.analysis", "tcp.options.")


def tree_rows(detail: Detail, marked: frozenset[str], layer: str) -> tuple[tuple[TreeRow, ...], int]:
    """The lines of the tree that are shown, and how many of the opened layers were left out.

    Only `layer` is opened; the others are one line, as Wireshark shows them folded.
    """
    lines = list(_opened(detail.lines, layer))
    shown = lines[:_TREE_LINES]
    rows = []
    for index, line in enumerate(shown):
        following = lines[index + 1] if index + 1 < len(lines) else None
        rows.append(
            TreeRow(
                depth=line.depth,
                text=visible(line.text, _LONGEST),
                marked=line.field in marked,
                parent=line.depth == 0 or (following is not None and following.depth > line.depth),
            )
        )
    return tuple(rows), len(lines) - len(shown)


def _opened(lines: tuple[TreeLine, ...], layer: str) -> Iterator[TreeLine]:
    opened = False
    # Wireshark works out times from frames that have none as well; they are not true.
    untimed = any(line.field == "frame" for line in lines) and not any(
        line.field == "frame.time_epoch" for line in lines
    )
    for line in lines:
        if line.depth == 0:
            opened = line.field == layer
            yield line
        elif opened and _worth(line) and not (untimed and line.field in _TIMES):
            yield line


def _worth(line: TreeLine) -> bool:
    # Of TCP the flags are opened, the rest is one line each; of HTTP the request or status line is opened.
    return (
        line.depth <= 2
        and line.field not in _LEFT_OUT
        and not line.field.startswith(_LEFT_OUT_PREFIX)
        and not line.text.startswith(_LEFT_OUT_TEXT)
    )


def hex_rows(detail: Detail, marked: frozenset[str]) -> tuple[tuple[HexRow, ...], int]:
    """Rows of sixteen bytes with the bytes of the marked fields, and how many bytes were left out.

    The rows are the first ones, unless all that is marked lies behind them. Bytes that are hidden are asterisks.
    """
    places = [
        (line.start, line.start + line.length)
        for line in detail.lines
        if line.field in marked and line.start is not None and line.length
    ]
    first = min((start for start, _ in places), default=0)
    end = max((stop for _, stop in places), default=0)
    size = _HEX_ROWS * 16
    begin = first - first % 16 if first >= size else 0
    stop = min(begin + size, len(detail.data))
    hidden = {position for start, end in detail.hidden for position in range(max(start, begin), min(end, stop))}
    rows = []
    for offset in range(begin, stop, 16):
        chunk = detail.data[offset : min(offset + 16, stop)]
        left, right = max(first, offset), min(end, offset + len(chunk))
        rows.append(
            HexRow(
                offset=f"{offset:04x}",
                hexadecimal=" ".join(
                    "**" if offset + index in hidden else f"{byte:02x}" for index, byte in enumerate(chunk)
                ),
                characters="".join(
                    "*" if offset + index in hidden else chr(byte) if 32 <= byte < 127 else "."
                    for index, byte in enumerate(chunk)
                ),
                mark=(left - offset, right - offset) if left < right else None,
            )
        )
    return tuple(rows), len(detail.data) - (stop - begin)
