"""A pcapng file written anew with comments of ours; not another byte changes, except lengths that must."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO

from reporter.capture.blocks import SECTION, Block
from reporter.capture.comments import (
    lengthened,
    takes_comments,
    with_comments,
    with_summary,
    without_comments,
    without_summary,
)

#: The offset of a frame's block in the file, and the comments for it.
Told = tuple[int, list[bytes]]


class Rewriting:
    """Copies blocks; the header of the first section comes last, for what it says is known only at the end.

    After `copy`: `commented` frames have comments of ours; `without_place` were to have some, but their blocks
    have no place for any.
    """

    def __init__(self) -> None:
        self.commented = 0
        self.without_place = 0
        self._first: Block | None = None
        self._header: Block | None = None
        self._header_at = -1
        self._growth = 0

    def copy(self, blocks: Iterator[Block], told: Iterator[Told], body: IO[bytes]) -> bool:
        """Write all blocks but the first into `body`, each frame's with its comments instead of those it had of ours.

        `told` is in the order of the file. False, and nothing is written, when the first is no section header.
        """
        self._header = next(blocks, None)
        if self._header is None or self._header.kind != SECTION:
            return False
        pending = next(told, None)
        for block in blocks:
            if block.kind == SECTION:
                self._end_section(body)
                self._header, self._header_at = _bare(block), body.tell()
                body.write(self._header.data)
                continue
            while pending is not None and pending[0] < block.offset:
                pending = self._left_out(told, pending)
            bare = without_comments(block)
            if pending is not None and pending[0] == block.offset:
                plain = Block(block.offset, block.kind, block.order, bare)
                data = with_comments(plain, pending[1])
                if takes_comments(plain):
                    self.commented += bool(pending[1])
                    pending = next(told, None)
                else:
                    pending = self._left_out(told, pending)
            else:
                data = bare
            self._growth += len(data) - len(block.data)
            body.write(data)
        while pending is not None:
            pending = self._left_out(told, pending)
        self._end_section(body)
        return True

    def header(self, summary: bytes) -> bytes:
        """The header of the first section, with this comment; ask after `copy`."""
        assert self._first is not None
        return with_summary(self._first, summary)

    def _left_out(self, told: Iterator[Told], pending: Told) -> Told | None:
        self.without_place += bool(pending[1])
        return next(told, None)

    def _end_section(self, body: IO[bytes]) -> None:
        """Correct the section length, if one is said, now that it is known."""
        assert self._header is not None
        if self._first is None:
            bare = _bare(self._header)
            self._first = Block(bare.offset, SECTION, bare.order, lengthened(bare, self._growth))
        else:
            body.seek(self._header_at)
            body.write(lengthened(self._header, self._growth))
            body.seek(0, 2)
        self._growth = 0


def _bare(header: Block) -> Block:
    return Block(header.offset, SECTION, header.order, without_summary(header))


def told_all(frames: Iterable[tuple[int, int]], texts: Iterable[tuple[int, list[bytes]]]) -> Iterator[Told]:
    """Comments by frame number joined with the offsets of the frames, both in order."""
    offsets = iter(frames)
    for frame, lines in texts:
        number, offset = next(offsets, (frame, -1))
        while number < frame:
            number, offset = next(offsets, (frame, -1))
        if number == frame and offset >= 0:
            yield offset, lines
