"""The download of a class as the LMS gave it, a folder or an archive: its entries, and the files of some of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from reporter.batch.archives import HEAD, Archive, Member, Refused, kind_of_archive, opened
from reporter.batch.layouts import Listing
from reporter.batch.names import decoded, is_junk
from reporter.batch.unpack import Quota, Unpacker
from reporter.errors import UsageTrouble

_TEXT = 8 << 20


class Download(Protocol):
    """The top of a download: a listing of its entries, and their files when they are asked for."""

    listing: Listing

    def fill(self, unpacker: Unpacker, names: Sequence[str]) -> None:
        """Hand the files of these entries to an unpacker. Raises Refused."""

    def close(self) -> None:
        """Close the archive, where it is one."""


class Folder:
    """A folder. Entries are links or special files only by mistake: they are not followed."""

    def __init__(self, top: Path, leave_out: Path | None = None) -> None:
        self._top = top
        own = leave_out.resolve() if leave_out is not None else None
        entries = sorted(
            path
            for path in top.iterdir()
            if not is_junk((path.name,)) and path.resolve() != own and not path.name.startswith(".")
        )
        self._paths = {_text(path.name): path for path in entries}
        self.listing = Listing(
            tuple(name for name, path in self._paths.items() if path.is_dir() and not path.is_symlink()),
            tuple(name for name, path in self._paths.items() if not path.is_dir() or path.is_symlink()),
            self._read,
        )

    def path(self, name: str) -> Path:
        """Where an entry of the listing is on disk."""
        return self._paths[name]

    def _read(self, name: str) -> str:
        with self._paths[name].open("rb") as file:
            return file.read(_TEXT).decode("utf-8", "replace")

    def fill(self, unpacker: Unpacker, names: Sequence[str]) -> None:
        """Hand the files of these entries to an unpacker, links as links. Raises Refused."""
        for name in names:
            path = self._paths[name]
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                unpacker.link((name,))
            elif path.is_dir():
                unpacker.folder(path, (name,))
            else:
                unpacker.file(path, (name,))

    def close(self) -> None:
        """A folder holds nothing open."""
        return


class Packed:
    """An archive, `depth` folders down from its top."""

    def __init__(self, archive: Archive, members: Sequence[Member], depth: int = 0) -> None:
        self._archive = archive
        self._depth = depth
        self._groups: dict[str, list[Member]] = {}
        folders = set()
        for member in members:
            parts = member.parts[depth:]
            if is_junk(parts):
                continue
            self._groups.setdefault(parts[0], []).append(member)
            if len(parts) > 1:
                folders.add(parts[0])
        names = sorted(self._groups)
        self.listing = Listing(
            tuple(name for name in names if name in folders),
            tuple(name for name in names if name not in folders),
            self._read,
        )

    def _read(self, name: str) -> str:
        pieces: list[bytes] = []

        def take(chunk: bytes) -> bool:
            pieces.append(chunk)
            return sum(map(len, pieces)) < _TEXT

        self._archive.read(self._groups[name][:1], lambda _: take)
        return b"".join(pieces).decode("utf-8", "replace")

    def fill(self, unpacker: Unpacker, names: Sequence[str]) -> None:
        """Unpack the members of these entries into an unpacker. Raises Refused."""
        members = [member for name in names for member in self._groups[name]]
        unpacker.members(self._archive, members, (), 0, skip=self._depth)

    def deeper(self, members: Sequence[Member]) -> Packed:
        """The same, one folder further down."""
        return Packed(self._archive, members, self._depth + 1)

    def close(self) -> None:
        """Close the archive."""
        self._archive.close()


def open_download(path: Path, scratch: Path, leave_out: Path | None = None) -> Download:
    """The download at a path; folders and archives that hold nothing but one other are gone into.

    Raises UsageTrouble when there is none, or it cannot be opened.
    """
    if not path.exists():
        raise UsageTrouble("there are no submissions there", where=str(path), to_do="check the path")
    try:
        for _ in range(6):
            if path.is_dir():
                top = Folder(path, leave_out)
                if len(top.listing.names) != 1 or not _wraps(top.listing.names[0], bool(top.listing.folders)):
                    return top
                path = top.path(top.listing.names[0])
                continue
            with path.open("rb") as file:
                kind = kind_of_archive(file.read(HEAD), path.name)
            if not kind:
                raise UsageTrouble(
                    "this is neither a folder nor an archive",
                    where=str(path),
                    to_do="name the folder or the zip file that the LMS gave; for one capture there is reporter report",
                )
            inner = _open_archive(path, kind, scratch)
            if not isinstance(inner, Path):
                return inner
            path = inner
    except Refused as refused:
        raise UsageTrouble(
            f"the archive of the submissions cannot be opened ({refused.code})",
            where=str(path),
            to_do="download it again; for 7z and rar: pip install 'reporter[archives]'",
        ) from None
    except OSError as error:
        raise UsageTrouble(f"the submissions cannot be read: {error.strerror}", where=str(path)) from None
    return Folder(path)


def _open_archive(path: Path, kind: str, scratch: Path) -> Packed | Path:
    holder = opened(path, kind)
    archive = holder.__enter__()
    members = [member for member in archive.members() if not is_junk(member.parts)]
    packed = Packed(archive, members)
    while len(packed.listing.names) == 1 and _wraps(packed.listing.names[0], bool(packed.listing.folders)):
        if not packed.listing.folders:
            unpacker = Unpacker(scratch / "class", Quota(one=20 << 30, total=20 << 30, files=10))
            inner = unpacker.single(archive, members[0])
            archive.close()
            return inner
        packed = packed.deeper(members)
    return packed


def _wraps(name: str, is_folder: bool) -> bool:
    """Whether a single entry is the class, and not the only student of it."""
    from reporter.batch.layouts import is_archive, recognise

    if not is_folder and not is_archive(name):
        return False
    listing = Listing((name,), ()) if is_folder else Listing((), (name,))
    return all(title in ("folders",) for title, _ in recognise(listing).values())


def _text(name: str) -> str:
    return decoded(name.encode("utf-8", "surrogateescape"))
