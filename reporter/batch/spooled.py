"""An archive that can only be read from its beginning, unpacked once where it is to be read student by student."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reporter.batch.archives import Archive, Member, Refused, Take, pour

#: Of members that are declared larger nothing is kept: they are refused while they are read.
_LARGEST = 256 << 20


class Spooled:
    """The same archive; at the first reading all its files are put into a folder, under numbers of ours."""

    def __init__(self, archive: Archive, folder: Path) -> None:
        self._archive = archive
        self._folder = folder
        self._files: dict[Any, Path] | None = None

    def members(self) -> list[Member]:
        """As the archive has them."""
        return self._archive.members()

    def read(self, wanted: Sequence[Member], taking: Callable[[Member], Take]) -> None:
        """Hand out the bytes of the wanted members. Raises Refused for what the archive refuses."""
        if self._files is None:
            try:
                self._files = self._all()
            except Refused:
                self._files = {}  # some of it may still be read
        for member in wanted:
            path = self._files.get(member.handle)
            if path is None:
                self._archive.read([member], taking)
            else:
                with path.open("rb") as file:
                    pour(file, taking(member))

    def _all(self) -> dict[Any, Path]:
        files: dict[Any, Path] = {}

        def taking(member: Member) -> Take:
            path = files[member.handle] = self._folder / str(len(files))
            path.touch()

            def take(chunk: bytes) -> bool:
                with path.open("ab") as file:
                    file.write(chunk)
                return True

            return take

        small = [each for each in self._archive.members() if each.kind == "file" and each.size <= _LARGEST]
        self._archive.read(small, taking)
        return files

    def close(self) -> None:
        """Close the file of the archive."""
        self._archive.close()
