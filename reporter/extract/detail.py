"""Detail trees and bytes of the few frames that are shown, fetched beside the main pass."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from reporter.capture.records import Place, bytes_of
from reporter.extract.pdml import PREFERENCES, Tree, lines_of, number_of, shortened, tree_of
from reporter.extract.tshark import PACKED_BODIES, Isolation, Limits, find_tshark, running, version_line
from reporter.model.detail import Detail

if TYPE_CHECKING:
    from reporter.extract.pysharkpass import PdmlCapture

#: A guess at what a report of a small capture shows.
SPECULATION = (
    "frame.number <= 100 || tcp.flags.syn == 1 || tcp.flags.fin == 1 || tcp.flags.reset == 1 || http || arp || dns"
)
_SMALL = 2_000_000
#: How much a guess may hold, in frames and in bytes of PDML.
_HELD_FRAMES, _HELD_BYTES = 250, 64 << 20
#: How many bytes of it are read when frames are asked for.
_HELD_ASKED = 256 << 20
#: How long a line of PDML may be, beside 16 times the size of the file: it holds a body, in hexadecimal.
_LONGEST_LINE = 32 << 20


class Details:
    """Fetches frames of one capture. `start` guesses in the background; `get` waits and fetches the rest.

    Wireshark's analysis of a frame needs the whole capture, so every fetch lets tshark read all of it, and
    prints only the frames asked for.
    """

    def __init__(self, path: Path, decode_as: tuple[str, ...] = ()) -> None:
        self._path = path
        self._size = path.stat().st_size
        self._arguments: list[str] = [part for rule in decode_as for part in ("-d", rule)]
        self._tshark = find_tshark()
        self._packets: dict[int, bytes] = {}
        self._capture: PdmlCapture | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        #: The program that has dissected the frames (`wireshark/4.0.17`), as far as known.
        self.creator = ""
        #: Whether frames were dissected without unpacking bodies, which had cost more than the limits.
        self.packed = False
        #: Why pyshark could not be used, if so.
        self.failure: Exception | None = None

    def start(self, display_filter: str | None = None) -> Details:
        """Begin to fetch what a filter lets through; without one, guess when the capture is small."""
        if display_filter is None and self._size < _SMALL:
            display_filter = SPECULATION
        if display_filter is not None and self._thread is None:
            self._begin(display_filter, None)
        return self

    def get(self, frames: Iterable[int]) -> dict[int, Detail]:
        """The details of these frames. A frame that tshark does not give is left out."""
        wanted = set(frames)
        self._wait()
        missing = wanted - self._packets.keys()
        if missing:
            self._begin(_filter_of(missing), missing)
            self._wait()
            missing -= self._packets.keys()
        if missing:
            self._fetch_plainly(missing)
            missing -= self._packets.keys()
        if missing and PACKED_BODIES not in self._arguments:
            # Whatever has ended tshark: unpacking may have been the reason.
            self._arguments += ["-o", PACKED_BODIES]
            self._fetch_plainly(missing)
            self.packed = self.packed or not missing.isdisjoint(self._packets)
        trees = {}
        for frame in sorted(wanted & self._packets.keys()):
            with suppress(ValueError):
                trees[frame] = tree_of(self._packets[frame])
        data = self._bytes(trees)
        return {frame: Detail(frame, lines_of(trees[frame], data[frame]), data[frame]) for frame in sorted(data)}

    def version(self) -> str:
        """As `version_line`, without asking tshark where what it printed told its version."""
        self._wait()
        program, _, number = self.creator.partition("/")
        return f"TShark (Wireshark) {number}" if program == "wireshark" and number else version_line(self._tshark)

    def close(self) -> None:
        """End what still runs."""
        self._closed = True
        if self._capture is not None:
            self._capture.stop()
        self._wait()
        self._packets.clear()

    def __enter__(self) -> Details:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin(self, display_filter: str, wanted: set[int] | None) -> None:
        self._thread = threading.Thread(target=self._fetch, args=(display_filter, wanted), name="details", daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _fetch(self, display_filter: str, wanted: set[int] | None) -> None:
        """Through pyshark; in a worker thread, where it leaves the main thread's event loop alone."""
        isolation = Isolation()
        held = 0
        rest = None if wanted is None else set(wanted)

        def take(packet: bytes) -> bool:
            nonlocal held
            frame = number_of(packet)
            self._packets[frame] = packet
            held += len(packet)
            if rest is None:
                return len(self._packets) < _HELD_FRAMES and held < _HELD_BYTES
            rest.discard(frame)
            return bool(rest) and held < _HELD_ASKED

        try:
            from reporter.extract.pysharkpass import PdmlCapture

            self._capture = PdmlCapture(
                self._path,
                [*PREFERENCES, *self._arguments, "-Y", display_filter],
                tshark=self._tshark,
                isolation=isolation,
                limits=Limits.for_details(self._size),
                longest=_LONGEST_LINE + 16 * self._size,
            )
            if not self._closed:
                self._capture.run(take)
        except Exception as error:  # whatever is wrong with pyshark, the report is made without it
            self.failure = error
        finally:
            if self._capture is not None:
                if self._capture.exceeded and PACKED_BODIES not in self._arguments:
                    # A body may be that grows without end when it is unpacked.
                    self._arguments += ["-o", PACKED_BODIES]
                self.packed = self.packed or self._capture.exceeded
                self.creator = self._capture.creator or self.creator
            self._capture = None
            isolation.close()

    def _fetch_plainly(self, frames: set[int]) -> None:
        """The same without pyshark."""
        arguments = ["-2", "-r", str(self._path), *PREFERENCES, *self._arguments]
        arguments += ["-Y", _filter_of(frames), "-T", "pdml"]
        held, longest = 0, _LONGEST_LINE + 16 * self._size
        with running(arguments, Limits.for_details(self._size), tshark=self._tshark) as run:
            packet: list[bytes] = []
            while (line := run.stdout.readline(longest)) and len(line) < longest and held < _HELD_ASKED:
                if packet or line.startswith(b"<packet>"):
                    packet.append(shortened(line))
                    held += len(packet[-1])
                if packet and line.rstrip().endswith(b"</packet>"):
                    element = b"".join(packet)
                    self._packets[number_of(element)] = element
                    packet.clear()

    def _bytes(self, trees: dict[int, Tree]) -> dict[int, bytes]:
        places = [
            Place(frame, tree.offset, tree.captured, tree.md5)
            for frame, tree in trees.items()
            if tree.offset is not None and tree.md5
        ]
        found = bytes_of(self._path, places)
        missing = sorted(trees.keys() - found.keys())
        return found | self._bytes_from_tshark(missing) if missing else found

    def _bytes_from_tshark(self, frames: list[int]) -> dict[int, bytes]:
        """The bytes as tshark prints them: for files whose records are not plain pcap or pcapng."""
        arguments = [
            "-o",
            PACKED_BODIES,
            "-r",
            str(self._path),
            "-Y",
            _filter_of(frames),
            "-T",
            "jsonraw",
            "-j",
            "frame",
        ]
        with running([*arguments, "-c", str(frames[-1])], Limits.for_file(self._size), tshark=self._tshark) as run:
            text = run.stdout.read(_HELD_ASKED).decode("utf-8", "replace")
        try:
            packets = json.loads(text)
            found = [bytes.fromhex(packet["_source"]["layers"]["frame_raw"][0]) for packet in packets]
        except (ValueError, KeyError, TypeError, IndexError):
            return {}
        return dict(zip(frames, found, strict=True)) if len(found) == len(frames) else {}


def _filter_of(frames: Iterable[int]) -> str:
    """A display filter for these frames, with ranges where they follow one another."""
    ranges: list[list[int]] = []
    for frame in sorted(frames):
        if ranges and frame == ranges[-1][1] + 1:
            ranges[-1][1] = frame
        else:
            ranges.append([frame, frame])
    parts = (str(first) if first == last else f"{first}..{last}" for first, last in ranges)
    return f"frame.number in {{{', '.join(parts)}}}"
