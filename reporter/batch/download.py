"""The download of a class as the LMS gave it, a folder or an archive: its entries, and the files of some of them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from reporter.batch.archives import HEAD, Archive, Member, Refused, kind_of_archive, opened, refusal_of
from reporter.batch.encoding import decoded, encoding_of
from reporter.batch.layouts import Listing, is_archive, recognise
from reporter.batch.layouts.folders import is_list
from reporter.batch.ledger import NAME, is_output
from reporter.batch.names import is_junk
from reporter.batch.spooled import Spooled
from reporter.batch.unpack import Quota, Unpacker
from reporter.errors import UsageTrouble

_TEXT = 8 << 20
#: Of an archive within the download so much is unpacked to look for the times of its files.
_LOOKED_INTO = 256 << 20
#: What a run puts beside its ledger.
RESULTS = ("logs", "reports", "results.csv", "results.xlsx", "results.json", "index.html")


class Download(Protocol):
    """The top of a download: a listing of its entries, and their files when they are asked for."""

    listing: Listing

    def fill(self, unpacker: Unpacker, names: Sequence[str]) -> None:
        """Hand the files of these entries to an unpacker. Raises Refused."""

    def newest(self, name: str, scratch: Path) -> float | None:
        """When the newest file of an entry was last changed, in seconds since 1970; None where nothing tells."""

    def close(self) -> None:
        """Close the archive, where it is one."""


class Folder:
    """A folder. Entries are links or special files only by mistake: they are not followed."""

    def __init__(self, top: Path, leave_out: Path | None = None) -> None:
        own = leave_out.resolve() if leave_out is not None else None
        results = is_output(top)
        entries = sorted(
            path
            for path in top.iterdir()
            if not (is_junk((path.name,)) or path.name.startswith(".") or path.resolve() == own or _is_results(path))
            and not (results and (path.name in RESULTS or path.name.startswith(NAME)))
        )
        encoding = encoding_of(os.fsencode(path.name) for path in entries)
        self._paths: dict[str, Path] = {}
        for path in entries:
            name = decoded(os.fsencode(path.name), encoding)
            while name in self._paths:  # the same in two encodings
                name += "_"
            self._paths[name] = path
        self.listing = Listing(
            tuple(name for name, path in self._paths.items() if path.is_dir() and not path.is_symlink()),
            tuple(name for name, path in self._paths.items() if not path.is_dir() or path.is_symlink()),
            self._read,
        )

    def newest(self, name: str, scratch: Path) -> float | None:
        """The newest file of a folder or of an archive."""
        return _newest(self, name, scratch)

    def times(self) -> list[float | None]:
        """The times of all files below, links aside."""
        return [file.stat().st_mtime for path in self._paths.values() for file in _files(path)]

    def inner(
        self, name: str, scratch: Path, leave_out: Path | None = None, most: int = 20 << 30
    ) -> Folder | Packed | None:
        """One entry opened as a download of its own; None where it is none."""
        path = self._paths[name]
        if path.is_dir():
            return Folder(path, leave_out)
        with path.open("rb") as file:
            kind = kind_of_archive(file.read(HEAD), path.name)
        return _opened(path, scratch, leave_out) if kind else None

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

    def shares(self, _: Folder | Packed) -> bool:
        """Whether it needs the archive of another, which a folder never does."""
        return False

    def close(self) -> None:
        """A folder holds nothing open."""
        return


class Packed:
    """An archive, `depth` folders down from its top."""

    def __init__(self, archive: Archive, members: Sequence[Member], name: str, depth: int = 0) -> None:
        self._archive = archive
        self._name = name
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
        try:
            unpacker.members(self._archive, members, (), 0, skip=self._depth)
        except Exception as error:
            refused = error if isinstance(error, Refused) else refusal_of(error)
            if refused is None:
                raise
            if "file" in refused.facts or not refused.code.startswith("archive-"):
                raise refused from error
            # What is wrong with the whole download is not for the student to mend.
            raise Refused(refused.code.replace("archive-", "download-", 1), file=self._name) from error

    def newest(self, name: str, scratch: Path) -> float | None:
        """The newest member of a folder or of an archive in it."""
        return _newest(self, name, scratch)

    def times(self) -> list[float | None]:
        """The times of all members."""
        return [member.time for members in self._groups.values() for member in members]

    def inner(
        self, name: str, scratch: Path, leave_out: Path | None = None, most: int = 20 << 30
    ) -> Folder | Packed | None:
        """One entry opened as a download of its own, of at most so many bytes (`most`); None where it is none."""
        members = self._groups[name]
        if name in self.listing.folders:
            return self._deeper(members)
        unpacker = Unpacker(_new_folder(scratch), Quota(one=most, total=most, files=10))
        path = unpacker.single(self._archive, members[0])
        with path.open("rb") as file:
            kind = kind_of_archive(file.read(HEAD), path.name)
        return _opened(path, scratch, leave_out) if kind else None

    def _deeper(self, members: Sequence[Member]) -> Packed:
        """The same, one folder further down."""
        return Packed(self._archive, members, self._name, self._depth + 1)

    def shares(self, other: Folder | Packed) -> bool:
        """Whether it needs the archive of another."""
        return isinstance(other, Packed) and self._archive is other._archive

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
        return _class_in(_opened(path, scratch, leave_out), scratch, leave_out)
    except Refused as refused:
        raise UsageTrouble(
            f"the archive of the submissions cannot be opened ({refused.code})",
            where=str(path),
            to_do="download it again; for 7z and rar: pip install 'reporter[archives]'",
        ) from None
    except OSError as error:
        raise UsageTrouble(f"the submissions cannot be read: {error.strerror}", where=str(path)) from None


def _opened(path: Path, scratch: Path, leave_out: Path | None) -> Folder | Packed:
    if path.is_dir():
        return Folder(path, leave_out)
    with path.open("rb") as file:
        kind = kind_of_archive(file.read(HEAD), path.name)
    if not kind:
        raise UsageTrouble(
            "this is neither a folder nor an archive",
            where=str(path),
            to_do="name the folder or the zip file that the LMS gave; for one capture there is reporter report",
        )
    archive = opened(path, kind).__enter__()
    if kind == "7z":
        archive = Spooled(archive, _new_folder(scratch))
    return Packed(archive, [member for member in archive.members() if not is_junk(member.parts)], path.name)


def _newest(top: Folder | Packed, name: str, scratch: Path) -> float | None:
    try:
        inner = top.inner(name, scratch, most=_LOOKED_INTO)
        if inner is None:
            return None
        try:
            times = inner.times()
        finally:
            if not inner.shares(top):
                inner.close()
    except Exception as error:
        # Whatever is wrong with it is told when its turn comes.
        if not isinstance(error, Refused) and refusal_of(error) is None:
            raise
        return None
    known = [each for each in times if each is not None]
    return max(known) if len(known) == len(times) and known else None


def _files(path: Path) -> Iterator[Path]:
    """The regular files at and below a path."""
    if path.is_symlink():
        return
    if path.is_dir():
        for each in sorted(path.iterdir()):
            yield from _files(each)
    elif path.is_file():
        yield path


def _new_folder(scratch: Path) -> Path:
    scratch.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="class-", dir=scratch))


def _class_in(top: Folder | Packed, scratch: Path, leave_out: Path | None) -> Folder | Packed:
    """The class, however deep in folders and archives that hold nothing else.

    Beside lists that a teacher keeps the only folder or archive may be the only student: it is gone into where there
    are students in it.
    """
    opened_ones, found, alone = [top], top, True
    for _ in range(6):
        outer = opened_ones[-1]
        listing = outer.listing
        kept = [name for name in listing.names if name in listing.folders or not is_list(name)]
        inner = None
        if len(kept) == 1 and _wraps(kept[0], kept[0] in listing.folders):
            inner = outer.inner(kept[0], scratch, leave_out)
        if inner is None:
            break
        opened_ones.append(inner)
        alone = alone and len(listing.names) == 1
        if alone or _is_class(inner.listing):
            found = inner
    for each in opened_ones:
        if each is not found and not found.shares(each):
            each.close()
    return found


def _is_class(listing: Listing) -> bool:
    """Whether there are students in it, and not the files of one."""
    known = sum(title != "folders" for title, _ in recognise(listing).values())
    return 2 * known >= max(len(listing.names), 1) or len(listing.folders) + sum(map(is_archive, listing.files)) > 1


def _wraps(name: str, is_folder: bool) -> bool:
    """Whether a single entry is the class, and not the only student of it."""
    if not is_folder and not is_archive(name):
        return False
    listing = Listing((name,), ()) if is_folder else Listing((), (name,))
    return all(title in ("folders",) for title, _ in recognise(listing).values())


def _is_results(path: Path, depth: int = 3) -> bool:
    """Whether a folder is what a run has made, or holds nothing but such."""
    if path.is_symlink() or not path.is_dir():
        return False
    if is_output(path):
        return True
    try:
        inner = [each for each in path.iterdir() if not is_junk((each.name,))] if depth else []
    except OSError:
        return False
    return bool(inner) and all(_is_results(each, depth - 1) for each in inner)
