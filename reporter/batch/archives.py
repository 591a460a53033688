"""Archives of all kinds behind one face. Nothing here writes to a path that an archive names."""

from __future__ import annotations

import lzma
import stat
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from reporter.batch.encoding import decoded, encoding_of
from reporter.batch.names import parts_of

_CHUNK = 1 << 16
_UTF8 = 0x800
_UNICODE_PATH = 0x7075

#: Takes the bytes of a member as they come; False says that no more of it is wanted.
Take = Callable[[bytes], bool]


class Refused(Exception):
    """An archive or a submission that cannot be used; `code` is a remark."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Member:
    """One member: its path in parts, size as declared, `kind` (`file`, `link`, `other`), the archive's own handle.

    `time` is when it was last changed, in seconds since 1970, None where the archive does not tell.
    """

    parts: tuple[str, ...]
    size: int
    kind: str
    outside: bool
    handle: Any
    time: float | None = None


class Archive(Protocol):
    """An open archive of any kind: what is in it, and the bytes of what is asked for."""

    def members(self) -> list[Member]:
        """Files, links and the rest, without folders, in the archive's order."""

    def read(self, wanted: Sequence[Member], taking: Callable[[Member], Take]) -> None:
        """Hand the bytes of each wanted member to what `taking` makes for it. Raises Refused."""

    def close(self) -> None:
        """Close the file of the archive."""


class Zip:
    """A zip. Names that are not marked as UTF-8 are all of one encoding, UTF-8 or GB18030."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)

    def members(self) -> list[Member]:
        """Files and links in the order of the central directory, sizes as it declares them."""
        found = []
        named = [(info, *_zip_name(info)) for info in self._zip.infolist()]
        encoding = encoding_of(raw for _, raw, _ in named)
        for info, raw, name in named:
            if info.is_dir():
                continue
            parts, outside = parts_of(name or decoded(raw, encoding))
            mode = info.external_attr >> 16
            kind = "link" if stat.S_ISLNK(mode) else "file"
            found.append(Member(parts, info.file_size, kind, outside, info, _local(info.date_time)))
        return found

    def read(self, wanted: Sequence[Member], taking: Callable[[Member], Take]) -> None:
        """Unpack the wanted members one after another. Raises Refused (archive-locked) for one with a password."""
        for member in wanted:
            if member.handle.flag_bits & 1:
                raise Refused("archive-locked")
            with self._zip.open(member.handle) as file:
                pour(file, taking(member))

    def close(self) -> None:
        """Close the file of the zip."""
        self._zip.close()


def _local(moment: tuple[int, ...]) -> float | None:
    """A time of a zip, which is that of the clock on the wall; the first it can write stands for none."""
    if moment[0] <= 1980:
        return None
    try:
        return time.mktime(time.struct_time((*moment[:6], 0, 0, -1)))
    except (OverflowError, ValueError):
        return None


def _zip_name(info: zipfile.ZipInfo) -> tuple[bytes, str]:
    """The bytes of a name that is marked as nothing, else the name."""
    name = info.orig_filename
    if info.flag_bits & _UTF8:
        return b"", name
    extra, place = info.extra, 0
    while place + 4 <= len(extra):  # Info-ZIP's field holds the name in UTF-8, after a version and a checksum
        kind, size = (
            int.from_bytes(extra[place : place + 2], "little"),
            int.from_bytes(extra[place + 2 : place + 4], "little"),
        )
        if kind == _UNICODE_PATH and size > 5:
            return b"", extra[place + 9 : place + 4 + size].decode("utf-8", "replace")
        place += 4 + size
    try:
        return name.encode("cp437"), ""
    except UnicodeEncodeError:
        return b"", name


class Tar:
    """A tar, also one that is compressed with gzip, bzip2 or xz."""

    def __init__(self, path: Path) -> None:
        self._tar = tarfile.open(path, errors="surrogateescape")  # noqa: SIM115 (closed by close)

    def members(self) -> list[Member]:
        """Files, links and devices in the order of the tar; reads it to its end."""
        found = []
        named = [(info, info.name.encode("utf-8", "surrogateescape")) for info in self._tar]
        encoding = encoding_of(raw for _, raw in named)
        for info, raw in named:
            if info.isdir():
                continue
            parts, outside = parts_of(decoded(raw, encoding))
            kind = "file" if info.isreg() else "link" if info.issym() or info.islnk() else "other"
            found.append(Member(parts, info.size, kind, outside, info, float(info.mtime) or None))
        return found

    def read(self, wanted: Sequence[Member], taking: Callable[[Member], Take]) -> None:
        """Unpack the wanted members one after another; links have no bytes."""
        for member in wanted:
            file = self._tar.extractfile(member.handle)
            if file is not None:
                pour(file, taking(member))

    def close(self) -> None:
        """Close the file of the tar."""
        self._tar.close()


class SevenZip:
    """A 7z, through py7zr where it is installed."""

    def __init__(self, path: Path) -> None:
        try:
            import py7zr
        except ImportError:
            raise Refused("archive-needs-library", kind="7z") from None
        try:
            self._archive = py7zr.SevenZipFile(path)
        except py7zr.exceptions.PasswordRequired:
            raise Refused("archive-locked") from None
        except (py7zr.exceptions.ArchiveError, OSError, lzma.LZMAError, EOFError) as error:
            raise Refused("archive-damaged") from error
        if self._archive.password_protected:
            raise Refused("archive-locked")

    def members(self) -> list[Member]:
        """Files and links in the archive's order; sizes in bytes as it declares them."""
        found = []
        for info in self._archive.files:
            if info.is_directory:
                continue
            parts, outside = parts_of(info.filename)
            kind = "link" if info.is_symlink else "file" if not (info.is_junction or info.is_socket) else "other"
            written = info.lastwritetime
            when = written.totimestamp() if written is not None else None
            found.append(Member(parts, int(info.uncompressed or 0), kind, outside, info.filename, when))
        return found

    def read(self, wanted: Sequence[Member], taking: Callable[[Member], Take]) -> None:
        """Unpack the wanted members in one pass over the archive. Raises Refused."""
        from reporter.batch.sevenzip import pour

        pour(self._archive, wanted, taking)

    def close(self) -> None:
        """Close the file of the 7z."""
        self._archive.close()


class Rar:
    """A rar, through rarfile and one of the programs that it knows, where both are installed."""

    def __init__(self, path: Path) -> None:
        try:
            import rarfile
        except ImportError:
            raise Refused("archive-needs-library", kind="rar") from None
        try:
            rarfile.tool_setup()
            self._rar = rarfile.RarFile(path)
        except rarfile.RarCannotExec:
            raise Refused("archive-needs-program", kind="rar") from None
        except rarfile.Error as error:
            raise Refused("archive-damaged") from error
        if self._rar.needs_password():
            raise Refused("archive-locked")

    def members(self) -> list[Member]:
        """Files and links in the archive's order; sizes in bytes as it declares them."""
        found = []
        for info in self._rar.infolist():
            if info.is_dir():
                continue
            parts, outside = parts_of(info.filename)
            kind = "link" if info.is_symlink() else "file"
            found.append(Member(parts, info.file_size, kind, outside, info, _local(info.date_time)))
        return found

    def read(self, wanted: Sequence[Member], taking: Callable[[Member], Take]) -> None:
        """Unpack the wanted members one after another. Raises Refused (archive-damaged)."""
        import rarfile

        try:
            for member in wanted:
                with self._rar.open(member.handle) as file:
                    pour(file, taking(member))
        except rarfile.Error as error:
            raise Refused("archive-damaged") from error

    def close(self) -> None:
        """Close the file of the rar."""
        self._rar.close()


def pour(file: IO[bytes], take: Take) -> None:
    """Hand on the bytes of a file until no more are wanted."""
    while chunk := file.read(_CHUNK):
        if not take(chunk):
            return


#: First bytes of an archive, and what opens it. Another kind is one more line.
KINDS: tuple[tuple[bytes, int, str, Callable[[Path], Archive]], ...] = (
    (b"PK\x03\x04", 0, "zip", Zip),
    (b"PK\x05\x06", 0, "zip", Zip),
    (b"7z\xbc\xaf\x27\x1c", 0, "7z", SevenZip),
    (b"Rar!\x1a\x07", 0, "rar", Rar),
    (b"ustar", 257, "tar", Tar),
    (b"BZh", 0, "tar", Tar),
    (b"\xfd7zXZ\x00", 0, "tar", Tar),
)
#: Documents that are zips inside; nobody means them as an archive.
_OFFICE = (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub", ".jar", ".apk", ".wps", ".pages")
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)
HEAD = 512


def kind_of_archive(head: bytes, name: str) -> str:
    """`zip`, `tar`, `7z`, `rar`, or empty when the file is none. `head` are its first bytes."""
    lowered = name.lower()
    if lowered.endswith(_OFFICE):
        return ""
    if head.startswith(b"\x1f\x8b"):  # a capture may be packed with gzip, so the name decides
        return "tar" if lowered.endswith((".tar.gz", ".tgz")) else ""
    return next((kind for magic, place, kind, _ in KINDS if head[place:].startswith(magic)), "")


def refusal_of(error: BaseException | None) -> Refused | None:
    """What an error that a library raised means for who handed in the archive; None for any other."""
    if isinstance(error, NotImplementedError):
        return Refused("archive-unsupported")
    if isinstance(error, RuntimeError) and "password" in str(error):
        return Refused("archive-locked")
    return Refused("archive-damaged") if isinstance(error, _BROKEN) else None


class opened:  # noqa: N801 (used like a function)
    """`with opened(path, kind) as archive`; whatever is wrong with it becomes Refused."""

    def __init__(self, path: Path, kind: str) -> None:
        self._path, self._kind = path, kind
        self._archive: Archive | None = None

    def __enter__(self) -> Archive:
        make = next(opener for _, _, kind, opener in KINDS if kind == self._kind)
        try:
            self._archive = make(self._path)
        except _BROKEN as error:
            raise Refused("archive-damaged") from error
        return self._archive

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if self._archive is not None:
            self._archive.close()
        refusal = refusal_of(error)
        if refusal is not None:
            raise refusal from error
