"""The files of one submission, out of folders and archives within archives, within limits."""

from __future__ import annotations

import itertools
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from reporter.batch.archives import HEAD, Archive, Member, Refused, Take, kind_of_archive, opened
from reporter.batch.encoding import decoded, encoding_of
from reporter.batch.ledger import is_output
from reporter.batch.names import file_name, is_junk
from reporter.batch.submission import Piece, Remark
from reporter.capture.file import UNKNOWN, kind_of

#: Names that students give to captures; a file so named is meant as one, whatever is in it.
CAPTURE_ENDINGS = (".pcapng", ".pcap", ".cap", ".ntar", ".snoop", ".pcapng.gz", ".pcap.gz", ".pcapng.zst", ".pcap.zst")
#: What else a submission may bring: the words and pictures of a student's own report.
OTHER_ENDINGS = (
    ".toml",
    ".md",
    ".markdown",
    ".txt",
    ".png",
    ".jpg",
    ".jpeg",
    ".webp",
    ".gif",
    ".svg",
    ".csv",
    ".log",
    ".keys",
)
#: Files of no use that are remembered by name.
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Quota:
    """How much one submission may hold: files, bytes of one file and of all, archives within archives."""

    files: int = 2000
    one: int = 256 << 20
    total: int = 1 << 30
    depth: int = 3


@dataclass(slots=True)
class Unpacked:
    """What was found: captures, other files of use, and remarks (without duplicates, in order).

    `useless` are the first names of files of no use, for who has handed in nothing else.
    """

    captures: list[Piece] = field(default_factory=list)
    others: list[Piece] = field(default_factory=list)
    remarks: dict[Remark, None] = field(default_factory=dict)
    useless: list[str] = field(default_factory=list)
    files: int = 0
    seen: int = 0


class Unpacker:
    """Collects one submission. Files of archives are written into `folder`, under numbers of ours.

    `called` has the students' own names of what lies at the top where it has others there; an empty one is left out.
    """

    def __init__(self, folder: Path, quota: Quota, called: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._quota = quota
        self._called = called or {}
        self._numbers = itertools.count(1)
        self.found = Unpacked()

    def folder(self, top: Path, prefix: tuple[str, ...]) -> None:
        """Everything in a folder, links aside. Raises Refused."""
        for path, parts in walk(top, lambda name: self.link((*prefix, *name))):
            self.file(path, (*prefix, *parts))

    def file(self, path: Path, parts: tuple[str, ...], depth: int = 0) -> None:
        """One file as it lies there: an archive is opened, a capture or other file of use is kept. Raises Refused."""
        self._count()
        if is_junk(parts):
            return
        try:
            size = path.stat().st_size
            with path.open("rb") as file:
                head = file.read(HEAD)
        except OSError:
            self._remark("file-unreadable", file=self.shown(parts))
            return
        kind = kind_of_archive(head, parts[-1])
        if kind:
            self._archive(path, kind, parts, depth)
        elif use_of(parts[-1], head):
            self._bytes(size, parts)
            self._keep(path, parts, head, size)
        else:
            self.useless(parts)

    def members(
        self, archive: Archive, wanted: Sequence[Member], prefix: tuple[str, ...], depth: int, skip: int = 0
    ) -> None:
        """Some members of an open archive, without the first `skip` parts of their paths. Raises Refused."""
        files = []
        for member in wanted:
            parts = (*prefix, *member.parts[skip:])
            if member.outside:
                self._remark("path-outside", file=self.shown(parts))
            if member.kind == "link":
                self.link(parts)
            elif member.kind == "file":
                self._count()
                if not is_junk(parts):
                    files.append(member)
        nested: list[tuple[Path, str, tuple[str, ...]]] = []
        archive.read(files, lambda member: self._taking((*prefix, *member.parts[skip:]), nested))
        self._finish_all()
        for path, kind, parts in nested:
            self._archive(path, kind, parts, depth)
            path.unlink(missing_ok=True)

    def _archive(self, path: Path, kind: str, parts: tuple[str, ...], depth: int) -> None:
        if depth >= self._quota.depth:
            raise Refused("archive-too-deep", limit=self._quota.depth)
        try:
            with opened(path, kind) as archive:
                self.members(archive, archive.members(), parts, depth + 1)
        except Refused as refused:
            refused.facts.setdefault("file", self._own(parts)[-1])
            raise

    _open: _Writing | None = None

    def _taking(self, parts: tuple[str, ...], nested: list[tuple[Path, str, tuple[str, ...]]]) -> Take:
        self._finish_all()
        self._open = writing = _Writing(self, parts, nested)
        return writing.take

    def _finish_all(self) -> None:
        if self._open is not None:
            self._open.finish()
            self._open = None

    def single(self, archive: Archive, member: Member) -> Path:
        """One member, whatever it is, as a file of ours. Raises Refused."""
        path = self.target(member.parts[-1])
        with path.open("wb") as file:

            def take(chunk: bytes) -> bool:
                self.passed(len(chunk))
                file.write(chunk)
                return True

            archive.read([member], lambda _: take)
        return path

    def target(self, name: str) -> Path:
        """A new file of ours for one of these bytes."""
        place = self._folder / str(next(self._numbers))
        place.mkdir(parents=True)
        return place / file_name(name)

    def passed(self, size: int) -> None:
        """Count bytes that were unpacked, kept or not: a bomb is one whatever becomes of it."""
        self.found.seen += size
        if self.found.seen > 2 * self._quota.total:
            raise Refused("too-many-bytes", limit=2 * self._quota.total >> 20)

    def kept(self, path: Path, parts: tuple[str, ...], head: bytes, size: int) -> None:
        """Enter a file that has been written."""
        self._keep(path, parts, head, size)

    def room(self, size: int, parts: tuple[str, ...]) -> None:
        """Raise Refused when a file of this size is too large."""
        if size > self._quota.one:
            raise Refused("file-too-large", file=self.shown(parts), limit=self._quota.one >> 20)

    def _bytes(self, size: int, parts: tuple[str, ...]) -> None:
        self.room(size, parts)
        self.passed(size)

    def _keep(self, path: Path, parts: tuple[str, ...], head: bytes, size: int) -> None:
        use = use_of(parts[-1], head)
        piece = Piece("/".join(self._own(parts)), path, size)
        (self.found.captures if use == "capture" else self.found.others).append(piece)

    def _count(self) -> None:
        self.found.files += 1
        if self.found.files > self._quota.files:
            raise Refused("too-many-files", limit=self._quota.files)

    def useless(self, parts: tuple[str, ...]) -> None:
        """Note a file of no use by its name."""
        if parts and len(self.found.useless) < _NAMED:
            self.found.useless.append("/".join(self._own(parts)))

    def link(self, parts: tuple[str, ...]) -> None:
        """Note a link or special file, which is not followed."""
        self._remark("link-ignored", file=self.shown(parts))

    def _own(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """The parts of a path as the student had them."""
        own = self._called.get(parts[0]) if parts else None
        return parts if own is None else (own, *parts[1:]) if own else parts[1:] or parts

    def shown(self, parts: tuple[str, ...]) -> str:
        """A path as remarks have it."""
        return "/".join(self._own(parts))[-120:]

    def _remark(self, code: str, **facts: object) -> None:
        if len(self.found.remarks) < 20:
            self.found.remarks[Remark.of(code, **facts)] = None


class _Writing:
    """One member on its way: looked at, then kept, or refused before it costs anything."""

    def __init__(
        self, unpacker: Unpacker, parts: tuple[str, ...], nested: list[tuple[Path, str, tuple[str, ...]]]
    ) -> None:
        self._unpacker, self._parts, self._nested = unpacker, parts, nested
        self._head, self._size = b"", 0
        self._file: IO[bytes] | None = None
        self._path = Path()

    def take(self, chunk: bytes) -> bool:
        self._unpacker.passed(len(chunk))
        self._size += len(chunk)
        if self._file is None:
            self._head += chunk
            if len(self._head) < HEAD:
                return True
            if not self._begin():
                self._head = b""
                return False
        else:
            self._unpacker.room(self._size, self._parts)
            self._file.write(chunk)
        return True

    def _begin(self) -> bool:
        name = self._parts[-1] if self._parts else ""
        if not (kind_of_archive(self._head, name) or use_of(name, self._head)):
            return False
        self._path = self._unpacker.target(name)
        self._file = self._path.open("wb")
        self._file.write(self._head)
        return True

    def finish(self) -> None:
        """The last byte has come, or none is wanted any more."""
        if self._file is None and (not self._parts or self._size >= HEAD or not self._begin()):
            self._unpacker.useless(self._parts)
            return
        assert self._file is not None
        self._file.close()
        kind = kind_of_archive(self._head, self._parts[-1])
        if kind:
            self._nested.append((self._path, kind, self._parts))
        else:
            self._unpacker.kept(self._path, self._parts, self._head, self._size)


def use_of(name: str, head: bytes) -> str:
    """`capture` for what is one or is called so, `other` for a file of use, else empty."""
    lowered = name.lower()
    if lowered.endswith(CAPTURE_ENDINGS):
        return "capture"
    kind = kind_of(head)
    if kind not in (UNKNOWN, "gzip", "zstd", "lz4"):
        return "capture"
    return "other" if lowered.endswith(OTHER_ENDINGS) else ""


def walk(top: Path, link: Callable[[tuple[str, ...]], None]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Regular files below a folder with their parts, sorted; links and special files are told to `link`.

    The results of a run are nobody's submission, wherever they were put.
    """
    waiting: list[tuple[Path, tuple[str, ...]]] = [(top, ())]
    while waiting:
        folder, parts = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        deeper = []
        encoding = encoding_of(os.fsencode(entry.name) for entry in entries)
        for entry in entries:
            here = (*parts, decoded(os.fsencode(entry.name), encoding))
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                if is_output(Path(entry.path)):
                    continue
                deeper.append((Path(entry.path), here))
            elif stat.S_ISREG(mode):
                yield Path(entry.path), here
            else:
                link(here)
        waiting += reversed(deeper)
