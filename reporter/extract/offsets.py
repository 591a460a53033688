"""Where each frame lies in its file, as tshark says it (`frame.file_off`), and other kinds of files as pcapng."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from reporter.capture.file import kind_of
from reporter.capture.pcapng import HEAD, Interface, interfaces_of
from reporter.errors import CaptureTrouble, ToolTrouble
from reporter.extract.troubles import tail_of_capture, trouble_of
from reporter.extract.tshark import PACKED_BODIES, Isolation, Limits, Run, find_tshark, limit, running


class Offsets:
    """Frame numbers with the offset of their record or block, in order; `start()` launches tshark at once.

    In a file packed with gzip the offset is that in the unpacked bytes. Frames that are no packets (a custom
    block, say) are among them: blocks must not be counted. Raises CaptureTrouble or ToolTrouble.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stack = ExitStack()
        self._run: Run | None = None

    def start(self) -> Offsets:
        """Launch tshark (idempotent)."""
        if self._run is None:
            arguments = ["-o", PACKED_BODIES, "-o", "frame.show_file_off:TRUE", "-r", str(self._path), "-T", "fields"]
            arguments += ["-e", "frame.number", "-e", "frame.file_off"]
            self._run = self._stack.enter_context(running(arguments, Limits.for_file(self._path.stat().st_size)))
        return self

    def __iter__(self) -> Iterator[tuple[int, int]]:
        self.start()
        assert self._run is not None
        for line in self._run.stdout:
            number, _, offset = line.strip().partition(b"\t")
            if number.isdigit() and offset.isdigit():
                yield int(number), int(offset)
        code = self._run.process.wait()
        messages = self._run.messages()
        if code and not tail_of_capture(messages):
            raise trouble_of(self._path, messages, code)

    def close(self) -> None:
        """End tshark if it still runs."""
        self._stack.close()
        self._run = None

    def __enter__(self) -> Offsets:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()


def find_beside(name: str) -> Path | None:
    """A program of Wireshark: the one in tshark's folder, else on PATH; None when there is none."""
    beside = find_tshark().resolve().parent / (name + (".exe" if os.name == "nt" else ""))
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which(name)
    return Path(found) if found else None


def convert(path: Path, target: Path) -> None:
    """Write a capture of any kind as pcapng with Wireshark's editcap. Raises ToolTrouble or CaptureTrouble."""
    editcap = find_beside("editcap")
    if editcap is None:
        raise ToolTrouble(
            "editcap was not found, and this capture is not pcapng",
            where=str(path),
            to_do="install Wireshark's command-line tools, or save the capture as pcapng in Wireshark",
        )
    # A file packed with gzip grows, but not without end.
    size = path.stat().st_size
    bounds = replace(Limits.for_file(size), file=(1 << 30) + 24 * size)
    try:
        with _editcap(editcap, path, str(target), bounds) as process:
            said = process.communicate(timeout=bounds.seconds)[1]
    except subprocess.TimeoutExpired:
        raise CaptureTrouble(
            "editcap did not finish in time", where=str(path), to_do="save the capture as pcapng in Wireshark"
        ) from None
    except OSError as error:
        raise ToolTrouble("editcap cannot be started", where=str(editcap), to_do=str(error)) from error
    messages = said.decode("utf-8", "replace").replace("editcap: ", "tshark: ").splitlines()
    if process.returncode and not (tail_of_capture(messages) and target.exists()):
        raise trouble_of(path, [line for line in messages if line], process.returncode)


def interfaces_in(path: Path) -> tuple[Interface, ...] | None:
    """The interfaces of a capture that only Wireshark can unpack, told by its editcap; None when it cannot tell."""
    editcap = find_beside("editcap")
    if editcap is None:
        return None
    bounds = Limits.for_file(path.stat().st_size)
    try:
        with _editcap(editcap, path, "-", bounds) as process:
            assert process.stdout is not None
            watch = threading.Timer(bounds.seconds, process.kill)
            watch.start()
            head = process.stdout.read(HEAD)
            watch.cancel()
    except OSError:
        return None
    return interfaces_of(head) if kind_of(head) == "pcapng" else None


@contextmanager
def _editcap(program: Path, path: Path, target: str, bounds: Limits) -> Iterator[subprocess.Popen[bytes]]:
    """editcap, writing a capture as pcapng; ended when the block is left."""
    isolation = Isolation()
    try:
        with subprocess.Popen(
            [str(program), "-F", "pcapng", str(path), target],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if target == "-" else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if target == "-" else subprocess.PIPE,
            env=isolation.environment,
        ) as process:
            limit(process.pid, bounds)
            try:
                yield process
            finally:
                process.kill()
    finally:
        isolation.close()
