"""Wireshark's toolbar for a capture program: what is clicked there, and the log that we write into it.

Messages are `T`, a length of 24 bits, the number of the control, a command, and the value (Wireshark Developer's Guide,
extcap; `struct '>sBHBB'`).
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import IO

LANGUAGE, REPORT, LOG = 0, 1, 2
_SET, _ADD = 1, 2
_HEAD = struct.Struct(">sBHBB")


class Toolbar:
    """Reads clicks from one pipe, writes the log to another; without pipes it does nothing.

    `clicked` is called with the control and its value, from a thread of our own.
    """

    def __init__(self, control_in: str, control_out: str, clicked: Callable[[int, str], None]) -> None:
        self.there = bool(control_in)
        self._in, self._out_path, self._clicked = control_in, control_out, clicked
        self._out: IO[bytes] | None = None
        self._lock = threading.Lock()

    def start(self) -> Toolbar:
        """Open the pipes as Wireshark expects it."""
        if self._in:
            threading.Thread(target=self._read, name="toolbar", daemon=True).start()
        if self._out_path:
            with suppress(OSError):
                self._out = open(self._out_path, "wb", buffering=0)  # noqa: PTH123, SIM115 (a pipe, open to the end)
        return self

    def log(self, text: str) -> None:
        """Add a line to the log window."""
        self._send(LOG, _ADD, text + "\n")

    def choose(self, control: int, value: str) -> None:
        """Show a value as the chosen one."""
        self._send(control, _SET, value)

    def _send(self, control: int, command: int, text: str) -> None:
        if self._out is None:
            return
        data = text.encode("utf-8", "replace")[:60000]
        length = len(data) + 2
        with self._lock, suppress(OSError):
            self._out.write(_HEAD.pack(b"T", length >> 16, length & 0xFFFF, control, command) + data)

    def _read(self) -> None:
        with suppress(OSError), open(self._in, "rb", buffering=0) as pipe:  # noqa: PTH123 (a pipe)
            while len(head := _exactly(pipe, _HEAD.size)) == _HEAD.size:
                _, high, low, control, command = _HEAD.unpack(head)
                value = _exactly(pipe, ((high << 16) | low) - 2)
                if command == _SET:
                    self._clicked(control, value.decode("utf-8", "replace"))


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    data = b""
    while len(data) < size and (piece := pipe.read(size - len(data))):
        data += piece
    return data
