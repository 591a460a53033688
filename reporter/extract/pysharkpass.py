"""pyshark's Capture, made to read our tshark, isolated and limited, and to hand on each packet's PDML.

Import this module only when it is needed: pyshark takes its time to load.
"""

from __future__ import annotations

import asyncio
import io
from collections import deque
from typing import IO, cast

from pyshark.capture.capture import Capture, StopCapture
from pyshark.tshark.output_parser.tshark_xml import TsharkXmlParser

from reporter.extract.pdml import Cutter, Take
from reporter.extract.tshark import Run


class _RawXmlParser(TsharkXmlParser):  # type: ignore[misc]
    """Cuts tshark's output into packets as pyshark does, but leaves the XML: pyshark's layers are flat.

    pyshark looks through everything it holds again with each piece that comes, which a packet that completes a large
    body makes very dear: here each byte is looked at once, and reassembled bytes, which no line needs, are not kept.
    """

    def __init__(self, cutter: Cutter, longest: int) -> None:
        super().__init__()
        self._cutter = cutter
        self._longest = longest
        self._line: list[bytes] = []
        self._held = 0
        self._ready: deque[bytes] = deque()

    async def get_packets_from_stream(
        self, stream: _Output, existing_data: bytes, got_first_packet: bool = True
    ) -> tuple[bytes | None, bytes]:
        """The next packet's PDML, None when more has to be read.

        Raises EOFError at the end, and OverflowError at a line longer than it may be.
        """
        if self._ready:
            return self._ready.popleft(), b""
        new = await stream.read(self.DEFAULT_BATCH_SIZE)
        if not new:
            raise EOFError
        *ends, rest = new.split(b"\n")
        for end in ends:
            packet = self._cutter.packet(b"".join([*self._line, end]))
            if packet is not None:
                self._ready.append(packet)
            self._line.clear()
            self._held = 0
        self._line.append(rest)
        self._held += len(rest)
        if self._held > self._longest:
            raise OverflowError("a line of PDML is too long")
        return None, b""


class _Output:
    """What pyshark takes for a process of asyncio, as far as it looks: one whose output can be read.

    Reading waits, and with it the loop, which has nothing else to do; who ends the process ends the reading.
    """

    def __init__(self, stdout: IO[bytes]) -> None:
        self.stdout = self
        self._file = stdout

    async def read(self, most: int) -> bytes:
        """As `StreamReader.read`."""
        return cast(io.BufferedReader, self._file).read1(most)


class PdmlCapture(Capture):  # type: ignore[misc]
    """What a tshark prints that is already at work on a file; `run` it in a thread that has no event loop."""

    def __init__(self, run: Run, cutter: Cutter, longest: int) -> None:
        self._output = _Output(run.stdout)
        self._parser = _RawXmlParser(cutter, longest)
        super().__init__()

    def run(self, take: Take) -> None:
        """Pass each packet to `take`, until the end, or until it returns False. Raises OverflowError (a line)."""

        def callback(packet: bytes) -> None:
            if not take(packet):
                raise StopCapture

        with asyncio.Runner() as runner:
            runner.run(self.packets_from_tshark(callback))

    def _setup_eventloop(self) -> None:
        """Nothing: `run` makes its own loop."""

    def _setup_tshark_output_parser(self) -> _RawXmlParser:
        return self._parser

    async def _get_tshark_process(self, packet_count: int | None = None, stdin: None = None) -> _Output:
        return self._output
