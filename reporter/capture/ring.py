"""Blocks of a running capture saved in a file of bounded size: of a long capture the end is kept."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from typing import IO

from reporter.capture.blocks import INTERFACE, PACKETS, SECTION, Block


class Ring:
    """Takes blocks; `close` leaves them as one pcapng file at `path`, at most `limit` bytes of them.

    While it runs the packets are in `NAME.part` beside it, and older ones in `NAME.earlier.part`. OSError is raised
    when the disk is full.
    """

    def __init__(self, path: Path, limit: int) -> None:
        self.path = path
        self.packets = 0
        #: Packets that had to make room.
        self.dropped = 0
        self._half = max(limit // 2, 1 << 16)
        self._now = path.with_name(path.name + ".part")
        self._earlier = path.with_name(path.name + ".earlier.part")
        self._header: list[bytes] = []
        self._size = self._count = self._earlier_count = 0
        self._earlier.unlink(missing_ok=True)
        self._file: IO[bytes] = self._now.open("wb")

    def write(self, block: Block) -> None:
        """Save one block; when the file in use is full, the earlier half makes room. Raises OSError."""
        if block.kind == SECTION:
            self._header = [block.data]
        elif block.kind == INTERFACE:
            self._header.append(block.data)
        elif self._size > self._half:
            self._turn()
        self._file.write(block.data)
        self._size += len(block.data)
        if block.kind in PACKETS:
            self.packets += 1
            self._count += 1

    def copy(self, target: Path) -> None:
        """Everything saved so far, as a file of its own."""
        self._file.flush()
        with target.open("wb") as file:
            self._join(file)

    def close(self) -> None:
        """Join what is kept and put it at its place, whole. Raises OSError."""
        self._file.close()
        if self._earlier.exists():
            joined = self._earlier
            with joined.open("ab") as file, self._now.open("rb") as now:
                now.seek(sum(map(len, self._header)))
                shutil.copyfileobj(now, file, 1 << 20)
            self._now.unlink()
        else:
            joined = self._now
        joined.replace(self.path)

    def discard(self) -> None:
        """Remove what was saved, without a result."""
        self._file.close()
        for path in (self._now, self._earlier):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _join(self, file: IO[bytes]) -> None:
        skip = 0
        if self._earlier.exists():
            with self._earlier.open("rb") as earlier:
                shutil.copyfileobj(earlier, file, 1 << 20)
            skip = sum(map(len, self._header))
        with self._now.open("rb") as now:
            now.seek(skip)
            shutil.copyfileobj(now, file, 1 << 20)

    def _turn(self) -> None:
        self._file.close()
        self.dropped += self._earlier_count
        self._now.replace(self._earlier)
        self._earlier_count, self._count, self._size = self._count, 0, 0
        self._file = self._now.open("wb")
        for data in self._header:
            self._file.write(data)
