"""Secrets out of the detail tree and the bytes of a frame."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from reporter.model.detail import Detail, TreeLine
from reporter.privacy.masks import SECRET_HEADER, Masks, places
from reporter.privacy.names import secret_name
from reporter.privacy.packets import LOGIN

_END = r"((?:\\r)?(?:\\n)?\]?)"
_HEADER = re.compile(rf"(?s)(\[?(?:Header: )?([\w:-]+): )(.*?){_END}")
_ITEM = re.compile(r'(?s)((?:Form item|Header): "?([^":]+)"?(?: = |: )"?)(.*?)("?)')
_NAMED = re.compile(r'(?:Key|Member|Name|Header|Form item): "?([^":=]+)"?')
_VALUE = re.compile(rf"(?s)(\[?[^:]{{1,60}}: )(.*?){_END}\Z")
#: Bytes printed as hexadecimal digits, in any of Wireshark's ways.
_DIGITS = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{2}(?:[: .-]?[0-9a-fA-F]{2}){7,}(?![0-9A-Za-z])")
_HEXADECIMAL = frozenset(("frame.md5_hash",))
#: Lines that are a secret as a whole.
_SECRET = ("http.authbasic", "http.authcitrix", "http.cookie_pair", "ftp.request.arg", "pop.request.parameter")
#: Layers whose lines are those of a text.
_PAGES = frozenset(("data-text-lines", "xml"))
_HIDDEN = ord("*")
#: A secret that a segment cuts is known by at least this much of it.
_PIECE = 4


def masked(detail: Detail, masks: Masks) -> Detail:
    """The detail with masks where it had secrets: in the lines, and in the bytes, which `hidden` tells of."""
    first = _lines(detail.lines, masks)
    # What a later line betrayed is looked for in the earlier ones.
    lines = tuple(replace(line, text=text) for line, text in zip(detail.lines, first, strict=True))
    lines = tuple(replace(line, text=masks.replaced(line.text)) for line in lines)
    touched = [
        (line.start, line.start + line.length)
        for line, before in zip(lines, detail.lines, strict=True)
        if line.text != before.text and line.start is not None and _narrow(before)
    ]
    spans = joined([*detail.hidden, *touched, *_bytes(detail, masks)])
    if spans or any(line.text != before.text for line, before in zip(lines, detail.lines, strict=True)):
        lines = tuple(replace(line, text=_DIGITS.sub("…", line.text)) if _raw(line) else line for line in lines)
    return replace(detail, lines=lines, data=blanked(detail.data, spans), hidden=spans)


def learned(detail: Detail, masks: Masks) -> None:
    """Have the secrets that the tree of this frame tells looked for in the frames that come before it too."""
    _lines(detail.lines, masks)


def blanked(data: bytes, spans: Iterable[tuple[int, int]]) -> bytes:
    """The bytes with asterisks in these places."""
    changed = bytearray(data)
    for start, end in spans:
        end = min(end, len(changed))
        changed[start:end] = bytes([_HIDDEN]) * max(end - start, 0)
    return bytes(changed)


def joined(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Spans in order, those that touch made one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def _raw(line: TreeLine) -> bool:
    return line.field not in _HEXADECIMAL and not line.field.startswith(("eth.", "arp.", "ip", "frame.", "sll."))


def _narrow(line: TreeLine) -> bool:
    """Whether the bytes of a line are its value and no more; header lines are found by their words instead."""
    return line.field.endswith((".value", ".authbasic", ".cookie_pair", ".arg", ".parameter", ".string", "headers"))


def _lines(lines: tuple[TreeLine, ...], masks: Masks) -> list[str]:
    found: list[str] = []
    scope: int | None = None  # the depth of the line whose children tell its secret again
    key = ""
    login = any(line.depth == 0 and line.field in LOGIN for line in lines)
    for line, text in zip(lines, _pages(lines, masks), strict=True):
        if scope is not None and line.depth <= scope:
            scope = None
        named = _NAMED.match(text)
        if line.field.startswith(_SECRET):
            value = _VALUE.match(text)
            text = value[1] + _pair(value[2], masks) + value[3] if value else masks.mask(text)
        elif scope is not None and not named:
            value = _VALUE.match(text)
            text = value[1] + _inner(value[2], key, masks) + value[3] if value else masks.mask(text)
        else:
            item = _ITEM.fullmatch(text)
            header = _HEADER.fullmatch(text) if line.field.startswith("http") else None
            if item and secret_name(item[2]):
                text = item[1] + masks.mask(item[3]) + item[4]
            elif header:
                text = header[1] + masks.header(header[2], header[3]) + header[4]
        if login:
            text = masks.command(text)
        if scope is None and named and (secret_name(named[1].strip()) or SECRET_HEADER.fullmatch(named[1].strip())):
            scope, key = line.depth if line.field != "urlencoded-form.key" else line.depth - 1, named[1].strip()
        computed = text.startswith("[") and text.endswith("]")
        found.append(f"[{masks.loose(text[1:-1])}]" if computed else masks.loose(text))
    return found


def _pages(lines: tuple[TreeLine, ...], masks: Masks) -> Iterator[str]:
    """The text of each line; those of a page together, for a tag of it may go over several."""
    for page, group in itertools.groupby(zip(_layers(lines), lines, strict=True), lambda each: each[0] in _PAGES):
        texts = [line.text.replace("\n", " ") for _, line in group]
        yield from masks.written("\n".join(texts)).split("\n") if page else texts


def _layers(lines: tuple[TreeLine, ...]) -> Iterator[str]:
    layer = ""
    for line in lines:
        layer = line.field if line.depth == 0 else layer
        yield layer


def _pair(value: str, masks: Masks) -> str:
    name, sign, secret = value.partition("=")
    return f"{name}={masks.mask(secret)}" if sign and " " not in name else masks.mask(value)


def _inner(value: str, key: str, masks: Masks) -> str:
    """The value of a child of a line called `key`."""
    for mark in (f"/{key}:", f"{key}:"):
        before, found, secret = value.partition(mark)
        if found:
            return before + found + masks.mask(secret)
    if value == key:
        return value
    return masks.header(key, value) if SECRET_HEADER.fullmatch(key) else masks.mask(value)


def _bytes(detail: Detail, masks: Masks) -> list[tuple[int, int]]:
    login = any(line.depth == 0 and line.field in LOGIN for line in detail.lines)
    text = detail.data.decode("latin-1")
    found = places(text, login=login)
    start = payload_of(detail)
    payload = detail.data[start:]
    for secret in masks.known:
        raw = secret.encode("utf-8", "surrogateescape")
        at = detail.data.find(raw)
        while at >= 0:
            found.append((at, at + len(raw)))
            at = detail.data.find(raw, at + 1)
        found += [(start + left, start + right) for left, right in _cut(payload, raw)]
    return found


def payload_of(detail: Detail) -> int:
    """Where what TCP or UDP carries begins in the bytes; 0 where the frame has neither."""
    ends = [
        line.start + line.length
        for line in detail.lines
        if line.depth == 0 and line.field in ("tcp", "udp") and line.start is not None
    ]
    return min(max(ends, default=0), len(detail.data))


def _cut(payload: bytes, secret: bytes) -> list[tuple[int, int]]:
    """The piece of a secret that the beginning or the end of a segment cuts off."""
    if len(secret) < 2 * _PIECE or len(payload) < _PIECE:
        return []
    if len(payload) < len(secret) and payload in secret:
        return [(0, len(payload))]
    found = []
    head, tail = payload[:_PIECE], payload[-_PIECE:]
    at = secret.find(head, 1)
    while at > 0:
        if payload.startswith(secret[at:]):
            found.append((0, len(secret) - at))
        at = secret.find(head, at + 1)
    at = secret.rfind(tail)
    while at >= 0:
        if payload.endswith(secret[: at + _PIECE]):
            found.append((len(payload) - at - _PIECE, len(payload)))
        at = secret.rfind(tail, 0, at + _PIECE - 1)
    return found
