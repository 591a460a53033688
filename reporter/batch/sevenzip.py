"""py7zr's way of handing out what it unpacks, turned into ours."""

from __future__ import annotations

import lzma
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import py7zr
from py7zr.io import Py7zIO, WriterFactory

from reporter.errors import Trouble

if TYPE_CHECKING:
    from reporter.batch.archives import Member, Take


class _Writer(Py7zIO):
    """Hands on what is written; a 7z is unpacked in one go, so what is not wanted is let fall."""

    def __init__(self, take: Take | None) -> None:
        self._take = take
        self._size = 0

    def write(self, s: bytes | bytearray) -> int:
        if self._take is not None and not self._take(bytes(s)):
            self._take = None
        self._size += len(s)
        return len(s)

    def read(self, size: int | None = None) -> bytes:
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0

    def flush(self) -> None:
        return None

    def size(self) -> int:
        return self._size


class _Factory(WriterFactory):
    def __init__(self, wanted: Sequence[Member], taking: Callable[[Member], Take]) -> None:
        self._wanted = {member.handle: member for member in wanted}
        self._taking = taking

    def create(self, filename: str) -> Py7zIO:
        member = self._wanted.get(filename)
        return _Writer(None if member is None else self._taking(member))


def pour(archive: Any, wanted: Sequence[Member], taking: Callable[[Member], Take]) -> None:
    """Unpack the wanted members of an open py7zr archive. Raises Refused."""
    from reporter.batch.archives import Refused

    try:
        archive.reset()  # what was unpacked before is behind the place where it now reads
        archive.extract(targets=[member.handle for member in wanted], factory=_Factory(wanted, taking))
    except (Refused, Trouble):
        raise
    except (py7zr.exceptions.UnsupportedCompressionMethodError, NotImplementedError) as error:
        raise Refused("archive-unsupported") from error
    except (py7zr.exceptions.ArchiveError, lzma.LZMAError, OSError, EOFError, ValueError) as error:
        raise Refused("archive-damaged") from error
