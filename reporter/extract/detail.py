"""Detail trees and bytes of the few frames that are shown, fetched beside the main pass."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from reporter.capture.records import Place, bytes_of
from reporter.extract.pdml import PREFERENCES, Cutter, Take, Tree, lines_of, number_of, tree_of
from reporter.extract.tshark import PACKED_BODIES, Limits, Run, find_tshark, running, version_line
from reporter.model.detail import Detail

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


_Read = Callable[[Run, Cutter, Take, int], None]


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
        self._run: Run | None = None
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
        for _ in range(2):
            if not missing:
                break
            packed = PACKED_BODIES in self._arguments
            with suppress(OverflowError):
                self._fetch(_filter_of(missing), missing, _plainly)
            self.packed = self.packed or (packed and not missing.isdisjoint(self._packets))
            missing -= self._packets.keys()
            if packed:
                break
            # Whatever has ended tshark: unpacking may have been the reason.
            self._leave_packed()
        trees = {}
        for frame in sorted(wanted & self._packets.keys()):
            with suppress(ValueError):
                trees[frame] = tree_of(self._packets[frame])
        data = self._bytes(trees)
        return {frame: Detail(frame, lines_of(trees[frame], data[frame]), data[frame]) for frame in sorted(data)}

    def bodies(self, frames: Iterable[int]) -> dict[int, bytes | None]:
        """As `extract.bodies.bodies`, for those of these frames that have been fetched by now.

        None stands for a frame without a body, or with an empty one; a frame is left out when what was kept of it
        does not tell.
        """
        self._wait()
        found: dict[int, bytes | None] = {}
        for frame in self._packets.keys() & set(frames):
            with suppress(ValueError):
                bodies = tree_of(self._packets[frame]).bodies
                if not bodies:
                    found[frame] = None
                elif len(bodies) == 1 and bodies[0] is not None:
                    found[frame] = bytes.fromhex(bodies[0]) or None
        return found

    def version(self) -> str:
        """As `version_line`, without asking tshark where what it printed told its version."""
        self._wait()
        program, _, number = self.creator.partition("/")
        return f"TShark (Wireshark) {number}" if program == "wireshark" and number else version_line(self._tshark)

    def close(self) -> None:
        """End what still runs."""
        self._closed = True
        run = self._run
        if run is not None:
            run.process.kill()
        self._wait()
        self._packets.clear()

    def __enter__(self) -> Details:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin(self, display_filter: str, wanted: set[int] | None) -> None:
        def fetch() -> None:
            try:
                # A guess is read plainly: what it is for is soon ready, before pyshark would be loaded.
                self._fetch(display_filter, wanted, _plainly if wanted is None else _through_pyshark)
            except Exception as error:  # whatever is wrong with pyshark, the report is made without it
                self.failure = error

        self._thread = threading.Thread(target=fetch, name="details", daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _fetch(self, display_filter: str, wanted: set[int] | None, read: _Read) -> None:
        """Keep what a filter lets through, until every frame wanted is there or too much is held."""
        held = 0
        rest = None if wanted is None else set(wanted)
        stopped = exceeded = False

        def take(packet: bytes) -> bool:
            nonlocal held, stopped
            frame = number_of(packet)
            self._packets[frame] = packet
            held += len(packet)
            if rest is None:
                stopped = len(self._packets) >= _HELD_FRAMES or held >= _HELD_BYTES
            else:
                rest.discard(frame)
                stopped = not rest or held >= _HELD_ASKED
            return not stopped

        arguments = ["-2", "-r", str(self._path), *PREFERENCES, *self._arguments, "-Y", display_filter, "-T", "pdml"]
        cutter = Cutter()
        try:
            with running(arguments, Limits.for_details(self._size), tshark=self._tshark) as self._run:
                if not self._closed:
                    read(self._run, cutter, take, _LONGEST_LINE + 16 * self._size)
                    exceeded = not (stopped or self._closed) and self._run.exceeded()
        except OverflowError:
            exceeded = True
            raise
        finally:
            self._run = None
            self.creator = cutter.creator or self.creator
            if exceeded:
                # A body may be that grows without end when it is unpacked.
                self.packed = True
                self._leave_packed()

    def _leave_packed(self) -> None:
        if PACKED_BODIES not in self._arguments:
            self._arguments += ["-o", PACKED_BODIES]

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


def _plainly(run: Run, cutter: Cutter, take: Take, longest: int) -> None:
    """Hand on each packet as its last line is read. Raises OverflowError at a line longer than it may be."""
    while line := run.stdout.readline(longest):
        if len(line) == longest:
            raise OverflowError("a line of PDML is too long")
        packet = cutter.packet(line.rstrip(b"\n"))
        if packet is not None and not take(packet):
            return


def _through_pyshark(run: Run, cutter: Cutter, take: Take, longest: int) -> None:
    """The same through pyshark, which is loaded while tshark is at work."""
    from reporter.extract.pysharkpass import PdmlCapture

    PdmlCapture(run, cutter, longest).run(take)


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
