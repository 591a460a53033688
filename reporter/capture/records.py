"""The bytes of single frames, read where tshark says they lie (`frame.file_off`), and proved by their MD5."""

from __future__ import annotations

import gzip
import hashlib
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from reporter.capture.file import kind_of

#: Offset of the packet data in a pcap record, and in the packet blocks of pcapng by block type.
_PCAP_HEADER = 16
_BLOCK_HEADER = {6: 28, 2: 28, 3: 12}
#: A compressed file is not unpacked further than this to reach a frame.
_UNPACKED_REACH = 256 << 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where a frame lies: offset of its record in the unpacked file, bytes captured, and their MD5 in hex."""

    frame: int
    offset: int
    length: int
    md5: str


def bytes_of(path: Path, places: Iterable[Place]) -> dict[int, bytes]:
    """The bytes of these frames. A frame whose bytes cannot be proved right is left out."""
    found: dict[int, bytes] = {}
    try:
        with path.open("rb") as raw:
            packed = kind_of(raw.read(4)) == "gzip"
        with cast(BinaryIO, gzip.open(path)) if packed else path.open("rb") as file:
            kind = kind_of(file.read(8))
            for place in sorted(places, key=lambda each: each.offset):
                if packed and place.offset > _UNPACKED_REACH:
                    break
                data = _read(file, kind, place)
                if hashlib.md5(data, usedforsecurity=False).hexdigest() == place.md5 and len(data) == place.length:
                    found[place.frame] = data
    except (OSError, EOFError, zlib.error, struct.error):
        return found
    return found


def _read(file: BinaryIO, kind: str, place: Place) -> bytes:
    file.seek(place.offset)
    if kind == "pcapng":
        # The block types of packets are small numbers: the byte that is not zero tells the order.
        header = file.read(4)
        skipped = _BLOCK_HEADER.get(max(header, default=0))
        if skipped is None:
            return b""
        file.seek(place.offset + skipped)
    else:
        file.seek(place.offset + _PCAP_HEADER)
    return file.read(place.length)
