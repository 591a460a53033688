"""The interfaces that a pcapng file describes (draft-ietf-opsawg-pcapng, section 4.2); tolerant."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

from reporter.capture.blocks import INTERFACE, PACKETS, blocks_of

#: How much of the beginning of a file is looked at for them, in bytes.
HEAD = 1 << 20
_NAME, _DESCRIPTION, _FILTER, _END = 2, 3, 11, 0


@dataclass(frozen=True, slots=True)
class Interface:
    """One capture interface: its name, description and capture filter; None where not recorded."""

    name: str | None = None
    description: str | None = None
    capture_filter: str | None = None


def interfaces_of(head: bytes) -> tuple[Interface, ...]:
    """The interfaces described at the beginning of a file, up to the first packet.

    What is damaged or lies beyond `head` is left out; nothing is raised.
    """
    found: list[Interface] = []
    for block in blocks_of(io.BytesIO(head).read):
        if block.kind in PACKETS:
            break
        if block.kind == INTERFACE:
            found.append(_interface(block.data[8:-4], block.order))
    return tuple(found)


def _interface(body: bytes, order: str) -> Interface:
    texts: dict[int, str] = {}
    at = 8
    while at + 4 <= len(body):
        code, length = struct.unpack_from(order + "HH", body, at)
        value = body[at + 4 : at + 4 + length]
        if code == _END or len(value) < length:
            break
        if code == _FILTER:
            # The first byte says how the filter is written: 0 is text, 1 is BPF code.
            if value[:1] == b"\0":
                texts.setdefault(code, _text(value[1:]))
        elif code in (_NAME, _DESCRIPTION):
            texts.setdefault(code, _text(value))
        at += 4 + length + (-length) % 4
    return Interface(texts.get(_NAME) or None, texts.get(_DESCRIPTION) or None, texts.get(_FILTER) or None)


def _text(value: bytes) -> str:
    return value.rstrip(b"\0").decode("utf-8", "replace")
