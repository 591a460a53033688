"""HTTP/2 frames of one row, and which of the printed header fields belong to which of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from reporter.extract.fields import AT, Row, number, numbers, values
from reporter.model.http2 import END_HEADERS, Http2, Http2Fields, Http2Type

_TYPE = AT["http2.type"]
#: Types of frames that carry fields (RFC 9113, sections 6.2, 6.6 and 6.10).
_BEARERS = frozenset((Http2Type.HEADERS, Http2Type.PUSH_PROMISE, Http2Type.CONTINUATION))
#: Types of frames with an error code, and how many fields after the type it is printed (sections 6.4 and 6.8).
_ERRORS = {int(Http2Type.RST_STREAM): 7, int(Http2Type.GOAWAY): 8}
#: How many changes of the table's size a section may begin with (RFC 7541, section 4.2).
_UPDATES = 2
_TOLD = frozenset((":method", ":path", ":status", ":authority", "content-type", "content-length"))


def http2_of(row: Row, cut: bool = False) -> Http2:
    """The HTTP/2 frames that tshark reports on this frame, in order; with `cut`, text of the row was left out."""
    types, streams, flags, lengths = (numbers(cell) for cell in row[_TYPE : _TYPE + 4])
    return Http2(
        types=types,
        stream_ids=streams,
        flags=flags if len(flags) == len(types) else (),
        lengths=lengths if len(lengths) == len(types) else (),
        fields=_fields(row, types, flags) if not cut else (None,) * len(types),
        errors=_errors(row, types),
    )


def _errors(row: Row, types: tuple[int, ...]) -> tuple[int | None, ...]:
    """The error code of each frame that has one, where tshark prints one for each such frame."""
    told = {kind: numbers(row[_TYPE + place]) for kind, place in _ERRORS.items()}
    if not any(told.values()) or any(len(codes) != types.count(kind) for kind, codes in told.items()):
        return ()
    left = {kind: iter(codes) for kind, codes in told.items()}
    return tuple(next(left[kind]) if kind in left else None for kind in types)


def _fields(row: Row, types: tuple[int, ...], flags: tuple[int, ...]) -> tuple[Http2Fields | None, ...]:
    """The fields of each frame: tshark prints those of all frames of a packet in one list, and how many each has."""
    counts, names, said = numbers(row[_TYPE + 4]), values(row[_TYPE + 5]), values(row[_TYPE + 6])
    if len(names) == 1 and not said:
        said = [""]
    bearers = [place for place, kind in enumerate(types) if kind in _BEARERS]
    found: list[Http2Fields | None] = [None] * len(types)
    if not counts and len(flags) == len(types):
        # A part of a section that holds no whole field has no count.
        for place in bearers if not any(flags[each] & END_HEADERS for each in bearers) else ():
            found[place] = Http2Fields()
        return tuple(found)
    sizes = _sizes(counts, names)
    if len(counts) != len(bearers) or len(names) != len(said) or sizes is None:
        return tuple(found)
    start = 0
    for place, size in zip(bearers, sizes, strict=True):
        pairs = zip(names[start : start + size], said[start : start + size], strict=True)
        found[place] = _of({name: text for name, text in pairs if name in _TOLD})
        start += size
    return tuple(found)


def _sizes(counts: Sequence[int], names: Sequence[str]) -> Sequence[int] | None:
    """How many of these fields each frame has, None where that cannot be told.

    The count of tshark has changes of the table's size among it (RFC 7541, section 6.3), of which it prints no field:
    then a section begins where a pseudo-header field follows another field (RFC 9113, section 8.3).
    """
    if sum(counts) == len(names):
        return counts
    begins = [place for place in range(1, len(names)) if names[place][:1] == ":" != names[place - 1][:1]]
    sizes = [end - start for start, end in pairwise([0, *begins, len(names)])]
    fits = len(sizes) == len(counts) and all(
        0 <= count - size <= _UPDATES for count, size in zip(counts, sizes, strict=True)
    )
    return sizes if fits else None


def _of(told: dict[str, str]) -> Http2Fields:
    return Http2Fields(
        method=told.get(":method", ""),
        path=told.get(":path", ""),
        status=number(told.get(":status", "")),
        content_type=told.get("content-type", ""),
        content_length=told.get("content-length", ""),
        authority=told.get(":authority", ""),
    )
