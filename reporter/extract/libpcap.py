"""Capturing with libpcap itself, packet by packet, where this process may.

dumpcap hands packets on in batches, up to a quarter of a second late; libpcap's immediate mode does not. The library
is there wherever Wireshark is. Who may use dumpcap need not be allowed to capture without it: then `open_live` says
None and dumpcap is asked.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import select
import struct
import threading
import time
from collections.abc import Iterator
from functools import cache
from typing import Any

from reporter import __version__
from reporter.capture.blocks import ENHANCED, INTERFACE, SECTION, STATISTICS, Block

_SNAPLEN = 262144
_NANO = 1
#: What the kernel holds while we are busy. Each packet takes a slot as long as the longest that there may be.
_BUFFER = 128 << 20
_TICK = 0.1
_ERROR_SIZE = 256


class _Timeval(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("fraction", ctypes.c_long))


class _Header(ctypes.Structure):
    _fields_ = (("time", _Timeval), ("captured", ctypes.c_uint32), ("length", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint), ("instructions", ctypes.c_void_p))


class _Stats(ctypes.Structure):
    _fields_ = (("received", ctypes.c_uint), ("dropped", ctypes.c_uint), ("by_interface", ctypes.c_uint))


@cache
def _library() -> Any:
    name = ctypes.util.find_library("pcap")
    if name is None:
        return None
    try:
        library = ctypes.CDLL(name)
        library.pcap_create.restype = ctypes.c_void_p
        library.pcap_set_immediate_mode.restype = ctypes.c_int
    except (OSError, AttributeError):
        return None
    return library


def open_live(interface: str, capture_filter: str) -> Immediate | None:
    """A running capture, or None when libpcap is not there or refuses for whatever reason: dumpcap will say which."""
    library = _library()
    if library is None:
        return None
    errors = ctypes.create_string_buffer(_ERROR_SIZE)
    handle = ctypes.c_void_p(library.pcap_create(interface.encode(), errors))
    if handle.value is None:
        return None
    library.pcap_set_snaplen(handle, _SNAPLEN)
    library.pcap_set_promisc(handle, 1)
    library.pcap_set_timeout(handle, 10)
    library.pcap_set_immediate_mode(handle, 1)
    library.pcap_set_buffer_size(handle, _BUFFER)
    nano = library.pcap_set_tstamp_precision(handle, _NANO) == 0
    program = _Program()
    ready = library.pcap_activate(handle) >= 0
    if ready and capture_filter:
        ready = library.pcap_compile(handle, ctypes.byref(program), capture_filter.encode(), 1, 0xFFFFFFFF) == 0
        if ready:
            ready = library.pcap_setfilter(handle, ctypes.byref(program)) == 0
            library.pcap_freecode(ctypes.byref(program))
    if not ready or library.pcap_setnonblock(handle, 1, errors) != 0:
        library.pcap_close(handle)
        return None
    return Immediate(library, handle, interface, capture_filter, nano=nano)


class Immediate:
    """A capture that `blocks` gives as pcapng; `stop` ends it from any thread, then `blocks` comes to its end."""

    def __init__(self, library: Any, handle: ctypes.c_void_p, interface: str, capture_filter: str, *, nano: bool):
        self._library, self._handle = library, handle
        self._interface, self._filter, self._nano = interface, capture_filter, nano
        self._over = threading.Event()
        self._stopped = 0.0
        self._dropped = 0

    def blocks(self) -> Iterator[Block]:
        """Section header, interface, packets, and at the end the statistics."""
        library, handle = self._library, self._handle
        link = library.pcap_datalink(handle)
        head = struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)
        offset = 0
        for kind, body in (
            (SECTION, head + _options((4, f"reporter {__version__}".encode()))),
            (INTERFACE, struct.pack("<HHI", link, 0, _SNAPLEN) + self._described()),
        ):
            yield _block(offset, kind, body)
            offset += len(body) + 12
        header, data = ctypes.POINTER(_Header)(), ctypes.POINTER(ctypes.c_ubyte)()
        next_one, header_at, data_at = library.pcap_next_ex, ctypes.byref(header), ctypes.byref(data)
        descriptor = library.pcap_get_selectable_fd(handle)
        factor = 1_000_000_000 if self._nano else 1_000_000
        received = 0
        over = False
        while not over:
            # Asked before the packets: what came before the stop is still handed on after it.
            over = self._over.is_set()
            if not over:
                select.select([descriptor], [], [], _TICK)
            while (code := next_one(handle, header_at, data_at)) == 1:
                found = header.contents
                captured = found.captured
                ticks = found.time.seconds * factor + found.time.fraction
                if self._over.is_set() and ticks > self._stopped * factor:
                    over = True
                    break
                packet = ctypes.string_at(data, captured)
                fixed = struct.pack("<IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, captured, found.length)
                block = _block(offset, ENHANCED, fixed + packet + bytes(-captured % 4))
                offset += len(block.data)
                received += 1
                yield block
            if code < 0:
                break
        stats = _Stats()
        if library.pcap_stats(handle, ctypes.byref(stats)) == 0:
            self._dropped = stats.dropped
        counts = (4, struct.pack("<Q", received)), (5, struct.pack("<Q", self._dropped))
        yield _block(offset, STATISTICS, struct.pack("<III", 0, 0, 0) + _options(*counts))

    def stop(self) -> None:
        """End the capture; what has been captured can still be read."""
        if not self._over.is_set():
            self._stopped = time.time()
            self._over.set()

    def close(self) -> None:
        """Let go of it, when nobody reads `blocks` any more."""
        self._over.set()
        if self._handle.value is not None:
            self._library.pcap_close(self._handle)
            self._handle = ctypes.c_void_p()

    def verify(self) -> None:
        """Nothing can be wrong with it once it runs."""

    def dropped(self) -> int:
        """How many packets the kernel dropped because we were too slow; known when `blocks` has ended."""
        return self._dropped

    def _described(self) -> bytes:
        options = [(2, self._interface.encode()), (9, b"\x09" if self._nano else b"\x06")]
        if self._filter:
            options.append((11, b"\0" + self._filter.encode()))
        return _options(*options)


def _options(*options: tuple[int, bytes]) -> bytes:
    made = [struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4) for code, value in options]
    return b"".join(made) + bytes(4)


def _block(offset: int, kind: int, body: bytes) -> Block:
    length = struct.pack("<I", len(body) + 12)
    return Block(offset, kind, "<", struct.pack("<I", kind) + length + body + length)
