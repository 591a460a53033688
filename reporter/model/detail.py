"""One frame as Wireshark's packet window shows it: the tree of fields, and the bytes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TreeLine:
    """One line of the tree: `depth` (0 for a protocol), text, and the tshark `field` behind it, if any.

    `start` and `length` are the bytes of the frame that the line was read from; `start` is None for a line
    that stands for no bytes of this frame: what Wireshark computed, or read from reassembled bytes.
    """

    depth: int
    text: str
    field: str
    start: int | None
    length: int


@dataclass(frozen=True, slots=True)
class Detail:
    """The tree of one frame, in order from top to bottom, and the captured bytes of that frame.

    `hidden` are the places [start, end) of bytes that are not to be shown; `data` has asterisks there.
    """

    frame: int
    lines: tuple[TreeLine, ...]
    data: bytes
    hidden: tuple[tuple[int, int], ...] = ()
