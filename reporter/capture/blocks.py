"""The blocks of a pcapng file one by one, from any stream of bytes (draft-ietf-opsawg-pcapng, section 3).

Nothing is lost: the bytes of the blocks, put together, are the bytes that were read. What is no block (a file cut
off in the middle, or damaged) comes out as pieces of the kind REST.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SECTION, INTERFACE, PACKET, SIMPLE, STATISTICS, ENHANCED = 0x0A0D0D0A, 1, 2, 3, 5, 6
PACKETS = (PACKET, SIMPLE, ENHANCED)
#: The kind of bytes that are no block.
REST = -1
_MAGIC = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}
#: Wireshark takes a longer block for damage.
_LONGEST = 16 << 20
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Block:
    """One block: where it begins in the file, its type, the byte order of its section (`<` or `>`), all its bytes."""

    offset: int
    kind: int
    order: str
    data: bytes


def blocks_of(read: Callable[[int], bytes], offset: int = 0) -> Iterator[Block]:
    """The blocks of a pcapng stream in order; `read` gives that many bytes or, at the end only, fewer."""
    order = "<"
    while head := read(8):
        length = 0
        if len(head) == 8:
            if head[:4] == b"\x0a\x0d\x0d\x0a":
                head += read(4)
                order = _MAGIC.get(head[8:], "")
            length = struct.unpack_from(order + "I", head, 4)[0] if order else 0
        if not (len(head) <= length <= _LONGEST) or length < 12 or length % 4:
            yield from _rest(read, head, offset)
            return
        data = head + read(length - len(head))
        if len(data) < length or data[-4:] != data[4:8]:
            yield from _rest(read, data, offset)
            return
        yield Block(offset, struct.unpack_from(order + "I", data)[0], order, data)
        offset += length


def _rest(read: Callable[[int], bytes], data: bytes, offset: int) -> Iterator[Block]:
    while data:
        yield Block(offset, REST, "<", data)
        offset += len(data)
        data = read(_PIECE)
