"""The capture as a file: whether it can be read at all, what kind it is, and its fingerprint.

What the packets mean, and whether the file is a capture, is tshark's to judge.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from reporter.capture.pcapng import HEAD, Interface, interfaces_of
from reporter.capture.unpacked import unpacked
from reporter.errors import CaptureTrouble

_MAGIC = (
    (b"\x0a\x0d\x0d\x0a", "pcapng"),
    (b"\xd4\xc3\xb2\xa1", "pcap"),
    (b"\xa1\xb2\xc3\xd4", "pcap"),
    (b"\x4d\x3c\xb2\xa1", "pcap"),
    (b"\xa1\xb2\x3c\x4d", "pcap"),
    (b"\x34\xcd\xb2\xa1", "pcap"),
    (b"\xa1\xb2\xcd\x34", "pcap"),
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"snoop\0\0\0", "snoop"),
    (b"RTSS", "netmon"),
    (b"GMBU", "netmon"),
)
UNKNOWN = "unknown"
#: Kinds of packed files that are not unpacked here.
PACKED_OTHERWISE = ("zstd", "lz4")
_SAVE_AS = "save the packets in Wireshark with File > Save As (pcapng) and use that file"
_STANDARD_INPUT = ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")
_SPECIAL = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True, slots=True)
class CaptureFile:
    """A capture on disk. `kind` is told by its first bytes: pcap, pcapng, gzip …, or `unknown`.

    `interfaces` are those a pcapng file describes before its first packet, with the capture filter they had; None
    when the file is packed so that only Wireshark can unpack it.
    """

    path: Path
    size: int
    sha256: str
    kind: str
    interfaces: tuple[Interface, ...] | None

    @classmethod
    def of(cls, path: Path) -> CaptureFile:
        """Check a capture and take its fingerprint. Raises CaptureTrouble."""
        size = check(path)
        try:
            with path.open("rb") as file:
                kind = kind_of(file.read(16))
                file.seek(0)
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            with unpacked(path) as read:
                head = read(HEAD)
        except OSError as error:
            raise CaptureTrouble(
                f"the capture cannot be read: {error.strerror}", where=str(path), to_do="check the disk"
            ) from None
        if kind in PACKED_OTHERWISE:
            return cls(path, size, digest, kind, None)
        return cls(path, size, digest, kind, interfaces_of(head) if kind_of(head) == "pcapng" else ())


def check(path: Path) -> int:
    """The size of a file that can be read and is not empty. Raises CaptureTrouble for anything else."""
    where = str(path)
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        if where == "-":
            raise _special("standard input", where) from None
        raise CaptureTrouble("the capture does not exist", where=where, to_do="check the path") from None
    except PermissionError:
        raise _unreadable(where) from None
    except (OSError, ValueError) as error:
        raise CaptureTrouble(f"the capture cannot be opened: {error}", where=where, to_do="check the path") from None
    if stat.S_ISDIR(status.st_mode):
        raise CaptureTrouble("this is a folder, not a capture", where=where, to_do="name a capture file in it")
    if where in _STANDARD_INPUT:
        raise _special("standard input", where)
    for is_kind, name in _SPECIAL:
        if is_kind(status.st_mode):
            raise _special(name, where)
    if not os.access(path, os.R_OK):
        raise _unreadable(where)
    if status.st_size == 0:
        raise CaptureTrouble(
            "the capture is empty (0 bytes)",
            where=where,
            to_do=f"copy or download it again, or capture again; then {_SAVE_AS}",
            code="empty-file",
        )
    return status.st_size


def kind_of(head: bytes) -> str:
    """The kind of file that begins with these bytes."""
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), UNKNOWN)


def _special(name: str, where: str) -> CaptureTrouble:
    return CaptureTrouble(
        f"this is {name}, and a capture is read more than once",
        where=where,
        to_do="write it to a file first (for example: cat PIPE > lab.pcapng) and use that file",
    )


def _unreadable(where: str) -> CaptureTrouble:
    return CaptureTrouble(
        "the capture cannot be read: no permission",
        where=where,
        to_do="make the file readable for this user (for example: sudo chown $USER FILE)",
    )
