"""Comments in the blocks of pcapng (opt_comment, section 3.5), put in and taken out without touching another byte.

A comment of ours begins with MARK; that of the section is delimited, because it shares the option with what the
user wrote there (Wireshark 4.0 shows only the first one).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from reporter.capture.blocks import ENHANCED, PACKET, SECTION, Block, blocks_of
from reporter.capture.unpacked import unpacked

MARK = "R» "
END_MARK = "«R"
#: How long an option may be, in bytes.
LONGEST = 65535
_END, _COMMENT = 0, 1
_MARK, _END_MARK, _BETWEEN, _CUT = MARK.encode(), END_MARK.encode(), b"\n\n", "…".encode()
_SUMMARY = re.compile(rb"(?:\n\n)?" + re.escape(_MARK) + rb".*?" + re.escape(_END_MARK), re.DOTALL)


class Option(NamedTuple):
    """One option: its code, its value, and all its bytes with the padding."""

    code: int
    value: bytes
    data: bytes


class _Parts(NamedTuple):
    """A block taken apart: what stands before the options, the options, and the rest from the end-of-options on."""

    head: bytes
    options: list[Option]
    rest: bytes


def takes_comments(block: Block) -> bool:
    """Whether the block has a place for comments: Enhanced and old Packet Blocks, and section headers."""
    return _parts(block) is not None


def with_comments(block: Block, texts: Sequence[bytes]) -> bytes:
    """The bytes of a packet block with these comments of ours after the options it has.

    A block without a place for them is returned as it is.
    """
    parts = _parts(block)
    if parts is None or not texts:
        return block.data
    ours = [_option(block.order, _within(_MARK + text, LONGEST)) for text in texts]
    rest = parts.rest
    if not parts.options:
        # A list of options has an end. One that the block has already stays, as the sign that it was there.
        rest = bytes(4) + rest
    return _joined(block, parts.head, [*parts.options, *ours], rest)


def without_comments(block: Block) -> bytes:
    """The bytes of a packet block without our comments: those it had before they were put in."""
    parts = _parts(block)
    if parts is None:
        return block.data
    kept = [option for option in parts.options if not _is_ours(option)]
    if len(kept) == len(parts.options):
        return block.data
    return _joined(block, parts.head, kept, parts.rest if kept else parts.rest[4:])


def has_comment(block: Block) -> bool:
    """Whether a section has a comment of ours."""
    parts = _parts(block)
    return parts is not None and any(
        option.code == _COMMENT and _SUMMARY.search(option.value) for option in parts.options
    )


def with_summary(block: Block, text: bytes) -> bytes:
    """A section header with our comment: in the first comment it has, after the user's words, else as a new one."""
    parts = _parts(block)
    if parts is None:
        return block.data
    end = b"\n" + _END_MARK
    ours = _within(_MARK + text.replace(_END_MARK, b""), LONGEST - len(end)) + end
    for index, option in enumerate(parts.options):
        if option.code == _COMMENT:
            both = option.value + _BETWEEN + ours
            if len(both) > LONGEST or b"\0" in option.value or option != _option(block.order, option.value):
                break
            options = [*parts.options[:index], _option(block.order, both), *parts.options[index + 1 :]]
            return _joined(block, parts.head, options, parts.rest)
    rest = parts.rest if parts.options else bytes(4) + parts.rest
    return _joined(block, parts.head, [*parts.options, _option(block.order, ours)], rest)


def without_summary(block: Block) -> bytes:
    """A section header without our comment."""
    parts = _parts(block)
    if parts is None:
        return block.data
    kept: list[Option] = []
    changed = False
    for option in parts.options:
        found = _SUMMARY.search(option.value) if option.code == _COMMENT else None
        if found is None:
            kept.append(option)
            continue
        changed = True
        left = option.value[: found.start()] + option.value[found.end() :]
        # Alone in its option it was put there by us; after the separator it stands behind the user's words.
        if left or found.group().startswith(_BETWEEN):
            kept.append(_option(block.order, left))
    if not changed:
        return block.data
    return _joined(block, parts.head, kept, parts.rest if kept else parts.rest[4:])


def lengthened(block: Block, by: int) -> bytes:
    """A section header whose section length, if it says one, is greater `by` so many bytes."""
    length: int = struct.unpack_from(block.order + "q", block.data, 16)[0]
    if length == -1 or not by:
        return block.data
    return block.data[:16] + struct.pack(block.order + "q", length + by) + block.data[24:]


def is_annotated(path: Path) -> bool:
    """Whether a file is pcapng whose first section has a comment of ours."""
    with unpacked(path) as read:
        first = next(blocks_of(read), None)
    return first is not None and first.kind == SECTION and has_comment(first)


def _is_ours(option: Option) -> bool:
    return option.code == _COMMENT and option.value.startswith(_MARK)


def _parts(block: Block) -> _Parts | None:
    if block.kind == SECTION:
        start = 24
    elif block.kind in (ENHANCED, PACKET) and len(block.data) >= 32:
        captured: int = struct.unpack_from(block.order + "I", block.data, 20)[0]
        start = 28 + captured + (-captured) % 4
    else:
        return None
    area = block.data[start:-4]
    if start > len(block.data) - 4:
        return None
    options: list[Option] = []
    at = 0
    while at < len(area):
        if at + 4 > len(area):
            return None
        code, length = struct.unpack_from(block.order + "HH", area, at)
        if code == _END:
            break
        stop = at + 4 + length + (-length) % 4
        if stop > len(area):
            return None
        options.append(Option(code, area[at + 4 : at + 4 + length], area[at:stop]))
        at = stop
    return _Parts(block.data[:start], options, area[at:])


def _within(text: bytes, longest: int) -> bytes:
    """So many bytes of a text in UTF-8, the last character whole; `…` says that there was more."""
    if len(text) <= longest:
        return text
    return text[: longest - len(_CUT)].decode("utf-8", "ignore").encode() + _CUT


def _option(order: str, value: bytes) -> Option:
    data = struct.pack(order + "HH", _COMMENT, len(value)) + value + bytes(-len(value) % 4)
    return Option(_COMMENT, value, data)


def _joined(block: Block, head: bytes, options: Iterable[Option], rest: bytes) -> bytes:
    body = head[8:] + b"".join([option.data for option in options]) + rest
    length = struct.pack(block.order + "I", len(body) + 12)
    return head[:4] + length + body + length
