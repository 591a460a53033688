"""Detail trees and bytes of one frame, chosen and cut to what fits a page."""

from __future__ import annotations

from collections.abc import Iterator

from reporter.explain.visible import visible
from reporter.model.detail import Detail, TreeLine
from reporter.report.document import HexRow, TreeRow

#: Layers whose fields are shown; the others are one line, as Wireshark shows them folded.
_OPEN = ("tcp", "http", "arp", "dns", "icmp")
_TREE_LINES, _HEX_ROWS, _LONGEST = 44, 12, 110


def tree_rows(detail: Detail, marked: frozenset[str]) -> tuple[tuple[TreeRow, ...], int]:
    """The lines of the tree that are shown, and how many of the opened layers were left out."""
    lines = list(_opened(detail.lines))
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


def _opened(lines: tuple[TreeLine, ...]) -> Iterator[TreeLine]:
    layers = [line.field for line in lines if line.depth == 0]
    application = layers[-1] if layers else ""
    opened = False
    for line in lines:
        if line.depth == 0:
            opened = line.field in _OPEN and (line.field != "tcp" or application in ("tcp", ""))
            yield line
        elif opened and _worth(line):
            yield line


def _worth(line: TreeLine) -> bool:
    # The payload is in the bytes below; Wireshark's own bookkeeping explains nothing.
    return line.field not in (
        "tcp.payload",
        "tcp.segment_data",
        "tcp.port",
        "tcp.checksum.status",
        "tcp.analysis.flags",
        "http.file_data",
    ) and not line.field.startswith("_ws.expert")


def hex_rows(detail: Detail, marked: frozenset[str]) -> tuple[tuple[HexRow, ...], int]:
    """Rows of sixteen bytes with the bytes of the marked fields, and how many bytes were left out."""
    places = [
        (line.start, line.start + line.length)
        for line in detail.lines
        if line.field in marked and line.start is not None and line.length
    ]
    first = min((start for start, _ in places), default=0)
    end = max((stop for _, stop in places), default=0)
    data = detail.data[: _HEX_ROWS * 16]
    rows = []
    for offset in range(0, len(data), 16):
        chunk = data[offset : offset + 16]
        left, right = max(first, offset), min(end, offset + len(chunk))
        rows.append(
            HexRow(
                offset=f"{offset:04x}",
                hexadecimal=" ".join(f"{byte:02x}" for byte in chunk),
                characters="".join(chr(byte) if 32 <= byte < 127 else "·" for byte in chunk),
                mark=(left - offset, right - offset) if left < right else None,
            )
        )
    return tuple(rows), len(detail.data) - len(data)
