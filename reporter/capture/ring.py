"""Blocks of a running capture saved in a file of bounded size: of a long capture the end is kept."""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO

from reporter.capture.blocks import INTERFACE, PACKETS, REST, SECTION, Block, blocks_of

_PIECE = 1 << 20


class Ring:
    """Takes blocks; `close` leaves them as one pcapng file at `path`, at most `limit` bytes of them.

    While it runs the packets are in `NAME.part` beside it, and older ones in `NAME.earlier.part`. OSError is raised
    when the disk is full; then `rescue` leaves what had been saved. Each may be called from any thread.
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
        #: How much at the beginning of the file in use repeats what the earlier one has.
        self._repeated = 0
        self._size = self._count = self._earlier_count = 0
        self._lock = threading.Lock()
        self._earlier.unlink(missing_ok=True)
        self._file: IO[bytes] = self._now.open("wb")

    def write(self, block: Block) -> None:
        """Save one block; when the file in use is full, the earlier half makes room. Raises OSError."""
        with self._lock:
            if self._file.closed:
                return
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
        """Everything saved so far, as a file of its own. Raises OSError."""
        with self._lock:
            if not self._file.closed:
                self._file.flush()
            with target.open("wb") as file:
                if self._earlier.exists():
                    _append(file, self._earlier, 0)
                _append(file, self._now, self._repeated)

    def close(self) -> None:
        """Join what is kept and put it at its place, whole. Raises OSError."""
        with self._lock:
            self._file.close()
            self._place()

    def rescue(self) -> tuple[int, list[Path]]:
        """After an OSError: how many packets had been saved whole, and the files that hold them, if any.

        That is `path` where possible; where no room is left to join them, the files as they are, each whole.
        """
        with self._lock:
            with suppress(OSError):
                self._file.close()
            files = [path for path in (self._earlier, self._now) if path.exists()]
            count = sum(map(_cut_to_whole, files))
            if not count:
                self._remove()
                return 0, []
            try:
                self._place()
            except OSError:
                return count, [path for path in files if path.exists()]
            return count, [self.path]

    def discard(self) -> None:
        """Remove what was saved, without a result."""
        with self._lock:
            self._file.close()
            self._remove()

    def _remove(self) -> None:
        for path in (self._now, self._earlier):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _place(self) -> None:
        joined = self._now
        if self._earlier.exists():
            joined = self._earlier
            before = joined.stat().st_size
            try:
                with joined.open("ab") as file:
                    _append(file, self._now, self._repeated)
            except OSError:
                os.truncate(joined, before)
                raise
            self._now.unlink()
        joined.replace(self.path)

    def _turn(self) -> None:
        self._file.close()
        self.dropped += self._earlier_count
        self._now.replace(self._earlier)
        self._earlier_count, self._count, self._size = self._count, 0, 0
        self._file = self._now.open("wb")
        self._repeated = sum(self._file.write(data) for data in self._header)


def _append(file: IO[bytes], path: Path, start: int) -> None:
    with path.open("rb") as source:
        source.seek(start)
        shutil.copyfileobj(source, file, _PIECE)


def _cut_to_whole(path: Path) -> int:
    """Leave the whole blocks of a file, cut off what follows; how many packets there are."""
    count = 0
    with path.open("r+b") as file:
        for block in blocks_of(file.read):
            count += block.kind in PACKETS
            if block.kind == REST:
                file.truncate(block.offset)
                break
    return count
