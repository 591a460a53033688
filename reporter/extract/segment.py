"""The TCP fields of a row into one segment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from reporter.extract.fields import AT, FIELDS, Row, first, number, numbers, seconds, truth
from reporter.model.tcp import CUT_OPTIONS, NO_LABELS, NO_OPTIONS, Tcp, TcpLabels, TcpOptions

_LABELS = tuple(name for name in FIELDS if name.startswith("tcp.analysis.") and name != "tcp.analysis.initial_rtt")
_LABEL_AT = tuple(AT[name] for name in _LABELS)
_LABEL_FIRST, _LABEL_LAST = min(_LABEL_AT), max(_LABEL_AT) + 1
_OPTION_KIND_FIRST, _OPTION_LAST = AT["tcp.option_kind"], AT["tcp.options.timestamp.tsecr"] + 1
_NUMBER_LABELS = {
    "tcp.analysis.duplicate_ack_num",
    "tcp.analysis.duplicate_ack_frame",
    "tcp.analysis.rto_frame",
    "tcp.analysis.acks_frame",
}
_SECOND_LABELS = {"tcp.analysis.rto", "tcp.analysis.ack_rtt"}
_LABEL_NAMES = tuple(name.removeprefix("tcp.analysis.") for name in _LABELS)
_LABEL_READERS: tuple[Callable[[str], bool | int | Decimal | None], ...] = tuple(
    number if name in _NUMBER_LABELS else seconds if name in _SECOND_LABELS else truth for name in _LABELS
)
_EMPTY_LABELS = [""] * (_LABEL_LAST - _LABEL_FIRST)
_EMPTY_OPTIONS = [""] * (_OPTION_LAST - _OPTION_KIND_FIRST)
_ONLY_TIMESTAMPS = [""] * (_OPTION_LAST - 2 - AT["tcp.options.mss_val"])
_TCP = AT["tcp.stream"]
_CHECKSUM = AT["tcp.checksum"]
_LENGTH, _CAPTURED = AT["frame.len"], AT["frame.cap_len"]
#: A TCP header without options.
_BARE = 20
_MSS = AT["tcp.options.mss_val"]
_FAST_OPEN = AT["tcp.options.tfo.request"]
_INITIAL_RTT = AT["tcp.analysis.initial_rtt"]
_REASSEMBLED = AT["tcp.reassembled_in"]


def segment_of(row: Row) -> Tcp | None:
    """The segment of a row of `FIELDS`; None where tshark printed no whole TCP header."""
    try:
        # Nearly every segment has exactly one number in each of these fields.
        stream, src, dst, seq, seq_raw, ack, ack_raw, length, header = map(int, row[_TCP : _TCP + 9])
        win, window, scale, urgent, completeness = map(int, row[_TCP + 10 : _TCP + 15])
        flags = _flags(row[_TCP + 9])
    except ValueError:
        return _unusual_tcp(row)
    return (
        None
        if flags is None
        else _segment(
            row,
            stream,
            src,
            dst,
            seq,
            seq_raw,
            ack,
            ack_raw,
            length,
            header,
            flags,
            win,
            window,
            scale,
            urgent,
            completeness,
        )
    )


def _unusual_tcp(row: Row) -> Tcp | None:
    """A segment of which fields are missing, or printed more than once for what an ICMP error quotes."""
    stream, src, dst, seq, seq_raw, ack, ack_raw, length, header, flags, win, window, scale, urgent, completeness = (
        number(text) for text in row[_TCP : _TCP + 15]
    )
    if stream is None or src is None or dst is None or seq is None or flags is None:
        return None
    return _segment(
        row,
        stream,
        src,
        dst,
        seq,
        seq_raw or 0,
        ack or 0,
        ack_raw or 0,
        length or 0,
        header or 0,
        flags,
        win or 0,
        window or 0,
        scale,
        urgent or 0,
        completeness,
    )


def _segment(
    row: Row,
    stream: int,
    src: int,
    dst: int,
    seq: int,
    seq_raw: int,
    ack: int,
    ack_raw: int,
    length: int,
    header: int,
    flags: int,
    win: int,
    window: int,
    scale: int | None,
    urgent: int,
    completeness: int | None,
) -> Tcp:
    plain_options = row[_OPTION_KIND_FIRST:_OPTION_LAST] == _EMPTY_OPTIONS
    plain_labels = row[_LABEL_FIRST:_LABEL_LAST] == _EMPTY_LABELS
    options = NO_OPTIONS if plain_options else _options(row)
    if row[_CAPTURED] != row[_LENGTH] and header > _BARE and _missing(row) > length:
        options = CUT_OPTIONS if plain_options else replace(options, whole=False)
    reassembled_in, segments, reassembled_length = row[_REASSEMBLED : _REASSEMBLED + 3]
    return Tcp(
        stream=stream,
        src_port=src,
        dst_port=dst,
        seq=seq,
        seq_raw=seq_raw,
        ack=ack,
        ack_raw=ack_raw,
        length=length,
        header_length=header,
        flag_bits=flags,
        window_value=win,
        window=window,
        scale_factor=scale,
        urgent_pointer=urgent,
        completeness=completeness,
        options=options,
        labels=NO_LABELS if plain_labels else _labels(row),
        initial_rtt=_round_trip(row[_INITIAL_RTT]),
        reassembled_in=number(reassembled_in) if reassembled_in else None,
        segments=numbers(segments) if segments else (),
        reassembled_length=number(reassembled_length) if reassembled_length else None,
        checksum=_checksum(row[_CHECKSUM]),
    )


#: The same few texts come with every segment of a connection.
_flags = lru_cache(maxsize=512)(number)
_round_trip = lru_cache(maxsize=1024)(seconds)
_kinds = lru_cache(maxsize=512)(numbers)


def _checksum(text: str) -> str:
    return "" if number(text) is None else first(text)


def _missing(row: Row) -> int:
    """How many bytes of the frame the file does not hold; they are its last."""
    return (number(row[_LENGTH]) or 0) - (number(row[_CAPTURED]) or 0)


def _options(row: Row) -> TcpOptions:
    kinds = _kinds(row[_OPTION_KIND_FIRST])
    ts_value, ts_echo = row[_OPTION_LAST - 2 : _OPTION_LAST]
    asks, cookie = row[_FAST_OPEN : _FAST_OPEN + 2]
    if row[_MSS : _OPTION_LAST - 2] == _ONLY_TIMESTAMPS and not (asks or cookie):
        return TcpOptions(kinds, sack_permitted=4 in kinds, ts_value=number(ts_value), ts_echo=number(ts_echo))
    mss, shift, left, right, dsack_left, dsack_right = (numbers(text) for text in row[_MSS : _OPTION_LAST - 2])
    return TcpOptions(
        kinds=kinds,
        mss=mss[0] if mss else None,
        wscale=shift[0] if shift and shift[0] >= 0 else None,
        sack_permitted=4 in kinds,
        sack=tuple(zip(left, right, strict=False)),
        dsack=(dsack_left[0], dsack_right[0]) if dsack_left and dsack_right else None,
        ts_value=number(ts_value),
        ts_echo=number(ts_echo),
        fast_open="request" if asks else "cookie" if cookie else "",
    )


def _labels(row: Row) -> TcpLabels:
    found: dict[str, Any] = {
        short: read(text)
        for short, read, text in zip(_LABEL_NAMES, _LABEL_READERS, row[_LABEL_FIRST:_LABEL_LAST], strict=True)
        if text
    }
    return TcpLabels(**found)  # the names are those of the class, checked by a test
