"""The bytes of a capture in order, unpacked when the file is packed with gzip; a file cut short just ends."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_PIECE = 1 << 18
_GZIP = 16 + zlib.MAX_WBITS


@contextmanager
def unpacked(path: Path) -> Iterator[Callable[[int], bytes]]:
    """A function that reads so many bytes, or at the end only fewer."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        yield _Gunzip(file).read if packed else file.read


class _Gunzip:
    """As gzip.GzipFile, but everything before a cut or damage is given."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._member = zlib.decompressobj(_GZIP)
        self._packed = b""
        self._ready = bytearray()
        self._over = False

    def read(self, size: int) -> bytes:
        while len(self._ready) < size and not self._over:
            self._fill()
        data = bytes(self._ready[:size])
        del self._ready[:size]
        return data

    def _fill(self) -> None:
        if not self._packed:
            self._packed = self._file.read(_PIECE)
            if not self._packed:
                self._over = True
                return
        try:
            self._ready += self._member.decompress(self._packed, _PIECE)
        except zlib.error:
            self._over = True
            return
        self._packed = self._member.unconsumed_tail
        if self._member.eof:
            # Files packed one by one and put together are one file.
            self._packed = self._member.unused_data
            self._member = zlib.decompressobj(_GZIP)
