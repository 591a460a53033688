"""A capture as it is being made: dumpcap takes the packets, tshark dissects them one by one as they are handed on.

dumpcap is asked for the packets, not `tshark -i`: that would start every capture program (extcap) of Wireshark again,
ours among them.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import IO

from reporter.capture.blocks import Block, blocks_of
from reporter.errors import ToolTrouble, Trouble, UsageTrouble
from reporter.extract.bounds import LONGEST_VALUE, bounded
from reporter.extract.build import Builder
from reporter.extract.fieldpass import arguments_for, lines_of_output
from reporter.extract.fields import AT, FIELD_SEPARATOR, FIELDS
from reporter.extract.health import refused_fields
from reporter.extract.libpcap import Immediate, open_live
from reporter.extract.offsets import find_beside
from reporter.extract.tshark import Limits, Run, running
from reporter.model.packet import Packet

#: A live capture may last that long, in seconds, and tshark use so much memory, in bytes.
_LIMITS = Limits(seconds=7 * 24 * 3600, memory=6 << 30)
#: MiB that the kernel holds while we are busy.
_KERNEL_BUFFER = 32
_PATIENCE = 5.0


def capturing(interface: str, capture_filter: str = "") -> Dumpcap | Immediate:
    """A running capture: our own where we may, else dumpcap's. Raises ToolTrouble; other trouble `verify` tells."""
    return open_live(interface, capture_filter) or Dumpcap(interface, capture_filter)


class Dumpcap:
    """A running dumpcap. `blocks` gives what it captures; `stop` ends the capture, then `blocks` comes to its end."""

    def __init__(self, interface: str, capture_filter: str = "") -> None:
        """Start it. Raises ToolTrouble when there is no dumpcap; other trouble is told by `verify`."""
        dumpcap = find_beside("dumpcap")
        if dumpcap is None:
            raise ToolTrouble(
                "dumpcap, which captures for Wireshark, was not found",
                where="PATH",
                to_do="install it (Debian and Ubuntu: apt install wireshark-common; it comes with Wireshark)",
            )
        self._interface, self._filter = interface, capture_filter
        command = [str(dumpcap), "-q", "-B", str(_KERNEL_BUFFER), "-i", interface]
        command += ["-f", capture_filter] if capture_filter else []
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `close`)
        try:
            self._process = subprocess.Popen(
                [*command, "-w", "-"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                start_new_session=True,  # Ctrl-C at the terminal is for us, who then stop it
            )
        except OSError as error:
            self._errors.close()
            raise ToolTrouble("dumpcap cannot be started", where=str(dumpcap), to_do=str(error)) from error
        assert self._process.stdout is not None
        self._stdout = self._process.stdout

    def blocks(self) -> Iterator[Block]:
        """The blocks of the pcapng in the order in which dumpcap writes them; ends when it ends."""
        return blocks_of(self._stdout.read)

    def stop(self) -> None:
        """End the capture; what has been captured can still be read."""
        if self._process.poll() is None:
            with suppress(OSError):
                self._process.terminate()

    def close(self) -> None:
        """End it at once and let go of everything."""
        self.stop()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._stdout.close()
        self._errors.close()

    def messages(self) -> list[str]:
        """The lines that dumpcap has written on stderr."""
        self._errors.seek(0)
        text = self._errors.read(65536).decode("utf-8", "replace")
        return [line for line in text.splitlines() if line.strip()]

    def verify(self) -> None:
        """Raise the Trouble for which dumpcap ended, if for one; to be asked when `blocks` has ended."""
        try:
            code = self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            return
        if code > 0:
            raise _trouble(self.messages(), self._interface, self._filter)

    def dropped(self) -> int:
        """How many packets the kernel dropped because we were too slow, as far as dumpcap says."""
        for line in self.messages():
            # Packets received/dropped on interface 'lo': 79/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%)
            if line.startswith("Packets received/dropped"):
                _, _, numbers = line.rpartition("': ")
                count = numbers.split(" ")[0].partition("/")[2]
                if count.isdigit():
                    return int(count)
        return 0


def capture_interfaces() -> list[tuple[str, str]]:
    """The interfaces that dumpcap can capture on, with their descriptions; empty when it cannot say."""
    dumpcap = find_beside("dumpcap")
    if dumpcap is None:
        return []
    try:
        done = subprocess.run([str(dumpcap), "-D"], capture_output=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    found = []
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        _, dot, rest = line.partition(". ")
        if dot:
            name, _, description = rest.partition(" ")
            found.append((name, description.strip("()") or name))
    return found


class LivePass:
    """Packets of the blocks that are handed to tshark, each as soon as tshark has read it.

    `write` and `finish` belong to one thread, the iteration may be in another, and `stop` and `close` may be called
    from any, whatever the others wait for. One pass only: what a packet has to do with later ones is not known.
    """

    def __init__(self, *, decode_as: tuple[str, ...] = ()) -> None:
        self._decode_as = decode_as
        self._stack = ExitStack()
        self._run: Run | None = None
        self._asked: list[str] = []

    def start(self) -> LivePass:
        """Launch tshark. Raises ToolTrouble."""
        unknown = set(refused_fields())
        self._asked = [name for name in FIELDS if name not in unknown]
        arguments = ["-l", *arguments_for("-", tuple(self._asked), self._decode_as, passes=1)]
        self._run = self._stack.enter_context(running(arguments, _LIMITS, fed=True))
        return self

    def write(self, data: bytes) -> bool:
        """Hand bytes to tshark, which takes as long as tshark does to read them; False when it has ended."""
        stdin = self._run.process.stdin if self._run is not None else None
        if stdin is None:
            return False
        try:
            stdin.write(data)
            stdin.flush()
        except (OSError, ValueError):
            return False
        return True

    def finish(self) -> None:
        """Nothing more will be written."""
        if self._run is not None and self._run.process.stdin is not None:
            with suppress(OSError, ValueError):
                self._run.process.stdin.close()

    def stop(self) -> None:
        """End tshark at once: a `write` that waits for it fails, and the iteration comes to its end."""
        if self._run is not None:
            self._run.process.kill()

    def close(self) -> None:
        """End tshark if it still runs, and let go of everything."""
        self.stop()
        self._stack.close()

    def __iter__(self) -> Iterator[Packet]:
        assert self._run is not None
        build = Builder().packet
        width = len(self._asked)
        places = None if width == len(FIELDS) else [AT[name] for name in self._asked]
        for line in lines_of_output(self._run):
            row = line.split(FIELD_SEPARATOR)
            if len(row) != width:
                continue
            if places is not None:
                full = [""] * len(FIELDS)
                for place, text in zip(places, row, strict=True):
                    full[place] = text
                row = full
            yield build(row, len(line) > LONGEST_VALUE and bounded(row))


def _trouble(messages: list[str], named: str, capture_filter: str) -> Trouble:
    text = " ".join(messages)
    said = next((line.removeprefix("dumpcap: ") for line in messages if line.startswith("dumpcap: ")), "")
    if "permission" in text.lower() or "not permitted" in text:
        return ToolTrouble("you may not capture packets on this computer yet", where=named, to_do=PERMISSION)
    if "capture filter" in text:
        detail = next((line for line in messages if "isn't a valid capture filter" in line), said)
        return UsageTrouble(
            f"the capture filter is wrong: {detail}",
            where=f"-f {capture_filter!r}",
            to_do='write it as for tcpdump, for example "tcp port 3000"; it is no display filter',
        )
    if "no device" in text.lower() or "no such device" in text.lower() or "doesn't exist" in text:
        names = ", ".join(name for name, _ in capture_interfaces()) or "none that this user may use"
        return UsageTrouble(f"there is no interface {named!r}", where=f"-i {named}", to_do=f"there are {names}")
    return ToolTrouble(f"dumpcap failed: {said or 'without saying why'}", where=named, to_do="try it in Wireshark")


PERMISSION = """\
Debian, Ubuntu: sudo dpkg-reconfigure wireshark-common (answer yes), then sudo usermod -aG wireshark $USER
Fedora, Arch: sudo usermod -aG wireshark $USER
macOS: install ChmodBPF, which comes with Wireshark
Windows: install Npcap, which comes with Wireshark
then log out and in again. Until then, record with sudo tcpdump -i lo -w lab.pcap and explain that file."""
