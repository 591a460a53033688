"""Pictures without what their files tell beside the picture: where and by whom it was taken, with what, when.

Pixels, colours and which side is up stay as they are; nothing is compressed again.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

#: Exif 2.32, 4.6.4: the tag that tells which side is up; 1 is as stored.
_ORIENTATION = 0x0112
#: JPEG (ITU-T T.81, B.1.1.3): APP1 to APP15 and comments, except what colours need, the ICC profile and Adobe's.
_JPEG_TOLD = frozenset([*range(0xE1, 0xF0), 0xFE]) - {0xEE}
_JPEG_PROFILE = b"ICC_PROFILE\x00"
_JPEG_END, _JPEG_SCAN, _JPEG_EXIF = 0xD9, 0xDA, 0xE1
#: A marker within compressed data: not a stuffed byte, not a restart.
_JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
#: PNG, 11.3: the chunks that carry text, times and Exif.
_PNG_TOLD = frozenset([b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf"])
_PNG_HEAD = 8
#: WebP's chunks of the same kind, and the bits of `VP8X` that announce them.
_WEBP_TOLD = frozenset([b"EXIF", b"XMP "])
_WEBP_EXIF, _WEBP_XMP, _WEBP_HEAD = 0x08, 0x04, 12


def without_metadata(data: bytes, image: Image) -> bytes:
    """The bytes of a picture, opened as `image`, without what is told beside the picture but which side is up.

    Raises ValueError when its parts do not follow one another. GIF, which has no Exif, comes back as it is.
    """
    strip = _KINDS.get(image.format or "")
    if strip is None:
        return data
    try:
        return strip(data, _orientation(image))
    except (struct.error, IndexError) as error:
        raise ValueError("a part is cut off") from error


def _orientation(image: Image) -> int:
    """Which side is up, from 1 to 8; 1, as stored, where Exif does not say or cannot be read."""
    with suppress(Exception):  # Pillow's reader raises all sorts of things on broken Exif
        told = image.getexif().get(_ORIENTATION)
        return told if isinstance(told, int) and 1 <= told <= 8 else 1
    return 1


def _exif(orientation: int) -> bytes:
    """Exif (big-endian TIFF) with one entry, a SHORT: the orientation."""
    return struct.pack(">2sHLHHHLHHL", b"MM", 42, 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)


def _jpeg(data: bytes, orientation: int) -> bytes:
    kept = [data[:2]]
    if orientation > 1:
        exif = b"Exif\0\0" + _exif(orientation)
        kept.append(struct.pack(">BBH", 0xFF, _JPEG_EXIF, len(exif) + 2) + exif)
    for marker, part in _segments(data):
        if marker not in _JPEG_TOLD or part[4:].startswith(_JPEG_PROFILE):
            kept.append(part)
    return b"".join(kept)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and bytes of each segment after the start, a scan with its compressed data; nothing after the end."""
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":  # fill bytes
            at += 1
        if data[at] != 0xFF:
            raise ValueError("no marker")
        marker = data[at + 1]
        if marker == _JPEG_END:
            yield marker, data[at : at + 2]
            return
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if marker == _JPEG_SCAN:
            following = _JPEG_MARKER.search(data, end)
            if following is None:  # the end was left out, which readers forgive
                yield marker, data[at:]
                return
            end = following.start()
        yield marker, data[at:end]
        at = end


def _png(data: bytes, orientation: int) -> bytes:
    kept = [data[:_PNG_HEAD]]
    at = _PNG_HEAD
    while at < len(data):
        (size,) = struct.unpack_from(">L", data, at)
        name, part = data[at + 4 : at + 8], data[at : at + 12 + size]
        if name not in _PNG_TOLD:
            kept.append(part)
        if name == b"IHDR" and orientation > 1:
            exif = b"eXIf" + _exif(orientation)
            kept.append(struct.pack(">L", len(exif) - 4) + exif + struct.pack(">L", zlib.crc32(exif)))
        if name == b"IEND":
            break
        at += 12 + size
    return b"".join(kept)


def _webp(data: bytes, orientation: int) -> bytes:
    kept: list[bytes] = []
    at, end = _WEBP_HEAD, 8 + struct.unpack_from("<L", data, 4)[0]
    while at < min(end, len(data)):
        (size,) = struct.unpack_from("<L", data, at + 4)
        name, part = data[at : at + 4], data[at : at + 8 + size + size % 2]
        if name == b"VP8X":
            flags = part[8] & ~(_WEBP_EXIF | _WEBP_XMP) | (_WEBP_EXIF if orientation > 1 else 0)
            part = part[:8] + bytes([flags]) + part[9:]
        if name not in _WEBP_TOLD:
            kept.append(part)
        elif name == b"EXIF" and orientation > 1:
            exif = _exif(orientation)
            kept.append(b"EXIF" + struct.pack("<L", len(exif)) + exif)
        at += 8 + size + size % 2
    body = b"".join(kept)
    return b"RIFF" + struct.pack("<L", len(body) + 4) + b"WEBP" + body


_KINDS: dict[str, Callable[[bytes, int], bytes]] = {"JPEG": _jpeg, "PNG": _png, "WEBP": _webp}
