"""pyshark's FileCapture, made to run our tshark, isolated and limited, and to hand on each packet's PDML.

Import this module only when it is needed: pyshark takes its time to load.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from pyshark.capture.capture import StopCapture
from pyshark.capture.file_capture import FileCapture
from pyshark.tshark.output_parser.tshark_xml import TsharkXmlParser

from reporter.extract.pdml import shortened
from reporter.extract.tshark import Isolation, Limits, ended_by_signal, limit

# What asyncio thinks of a process that ends later than its loop is not for the user.
logging.getLogger("asyncio").addHandler(logging.NullHandler())
#: Given one packet's PDML; returns False to stop.
Take = Callable[[bytes], bool]
_CREATOR = re.compile(rb'<pdml[^>]*? creator="([^"]*)"')


class _RawXmlParser(TsharkXmlParser):  # type: ignore[misc]
    """Cuts tshark's output into packets as pyshark does, but leaves the XML: pyshark's layers are flat.

    pyshark looks through everything it holds again with each piece that comes, which a packet that completes a large
    body makes very dear: here each byte is looked at once, and reassembled bytes, which no line needs, are not kept.
    `creator` is what the output says at its beginning of the program that made it: `wireshark/4.0.17`.
    """

    creator = ""

    def __init__(self, longest: int) -> None:
        super().__init__()
        self._longest = longest
        self._line: list[bytes] = []
        self._held = 0
        self._packet: list[bytes] = []
        self._ready: deque[bytes] = deque()

    async def get_packets_from_stream(
        self, stream: asyncio.StreamReader, existing_data: bytes, got_first_packet: bool = True
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
            self._enter(b"".join([*self._line, end]))
            self._line.clear()
            self._held = 0
        self._line.append(rest)
        self._held += len(rest)
        if self._held > self._longest:
            raise OverflowError("a line of PDML is too long")
        return None, b""

    def _enter(self, line: bytes) -> None:
        if not self._packet and not line.startswith(b"<packet>"):
            said = _CREATOR.search(line)
            self.creator = said[1].decode("utf-8", "replace") if said else self.creator
            return
        self._packet.append(shortened(line))
        if line.endswith(b"</packet>"):
            self._ready.append(b"\n".join(self._packet))
            self._packet.clear()


class PdmlCapture(FileCapture):  # type: ignore[misc]
    """One run over a file, with an event loop of its own: `run` it in a thread that has none."""

    def __init__(
        self,
        path: Path,
        arguments: Sequence[str],
        *,
        tshark: Path,
        isolation: Isolation,
        limits: Limits,
        longest: int,
    ) -> None:
        self._tshark = tshark
        self._isolation = isolation
        self._limits = limits
        self._task: asyncio.Task[None] | None = None
        self._stopped = False
        self._made: list[asyncio.subprocess.Process] = []
        #: Whether tshark was ended by a limit, or what it printed had no measure.
        self.exceeded = False
        self._parser = _RawXmlParser(longest)
        super().__init__(path, keep_packets=False, custom_parameters=["-2", *arguments])

    @property
    def creator(self) -> str:
        """The program that has dissected, as PDML names it (`wireshark/4.0.17`); empty before anything was read."""
        return self._parser.creator

    def run(self, take: Take) -> None:
        """Pass each packet to `take`, until the end, or until it returns False, or until the time is over."""

        def callback(packet: bytes) -> None:
            if not take(packet):
                raise StopCapture

        async def bounded() -> None:
            await asyncio.wait_for(self.packets_from_tshark(callback), self._limits.seconds)

        loop = self.eventloop = asyncio.new_event_loop()
        try:
            self._task = loop.create_task(bounded())
            if self._stopped:
                self._task.cancel()
            with suppress(asyncio.CancelledError):
                loop.run_until_complete(self._task)
        except (TimeoutError, OverflowError):
            self.exceeded = True
            raise
        finally:
            self._running_processes.clear()
            for process in self._made:
                # Ended in the middle of its cleaning up, it would be closed, and complain, after its loop.
                process._transport.close()  # type: ignore[attr-defined]
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    def stop(self) -> None:
        """End the run, from any thread."""
        self._stopped = True
        if self._task is not None:
            with suppress(RuntimeError):  # the loop has just been closed
                self.eventloop.call_soon_threadsafe(self._task.cancel)

    def _setup_eventloop(self) -> None:
        """Nothing: `run` makes its own loop."""

    def _get_tshark_path(self) -> str:
        return str(self._tshark)

    def _setup_tshark_output_parser(self) -> _RawXmlParser:
        return self._parser

    async def _get_tshark_process(
        self, packet_count: int | None = None, stdin: None = None
    ) -> asyncio.subprocess.Process:
        command = [
            self._get_tshark_path(),
            "-n",
            "-T",
            "pdml",
            *self.get_parameters(packet_count=packet_count),
        ]
        process = await asyncio.create_subprocess_exec(  # noqa: TID251 (this is reporter.extract)
            *command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._isolation.environment,
        )
        self._made.append(process)
        limit(process.pid, self._limits)
        self._created_new_process(command, process)
        return process

    async def _cleanup_subprocess(self, process: asyncio.subprocess.Process) -> None:
        if self._eof_reached:  # it closed its output by itself: how it ended tells whether a limit has ended it
            self.exceeded = ended_by_signal(await process.wait())
        if process.returncode is None:
            # Not process.kill(): it may collect the exit status that the loop waits for.
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
        # Read to the end, so that the pipe is closed before the loop is.
        while process.stdout is not None and await process.stdout.read(1 << 16):
            pass
        await process.wait()
