"""Which frames a Wireshark display filter lets through: tshark decides, and explains a filter it refuses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

from reporter.errors import CaptureTrouble, Trouble, UsageTrouble
from reporter.extract.troubles import tail_of_capture, trouble_of
from reporter.extract.tshark import Limits, Run, running

#: What tshark says of a filter without showing the place.
_OF_A_FILTER = re.compile(r'tshark: [^"/]*filter expression\.?')


class Frames(Set[int]):
    """A set of frame numbers, one bit each: small even for millions of frames."""

    __slots__ = ("_bits", "_count")

    def __init__(self, frames: Iterable[int] = ()) -> None:
        self._bits = bytearray()
        self._count = 0
        for frame in frames:
            self._add(frame)

    def _add(self, frame: int) -> None:
        place, bit = frame >> 3, 1 << (frame & 7)
        if place >= len(self._bits):
            self._bits.extend(bytes(max(place + 1 - len(self._bits), len(self._bits) // 2)))
        if not self._bits[place] & bit:
            self._bits[place] |= bit
            self._count += 1

    def __contains__(self, frame: object) -> bool:
        if not isinstance(frame, int) or frame < 0:
            return False
        place = frame >> 3
        return place < len(self._bits) and bool(self._bits[place] & (1 << (frame & 7)))

    def __iter__(self) -> Iterator[int]:
        return (8 * place + bit for place, byte in enumerate(self._bits) if byte for bit in range(8) if byte >> bit & 1)

    def __len__(self) -> int:
        return self._count


def matching_frames(path: Path, display_filter: str, decode_as: tuple[str, ...] = ()) -> Frames:
    """The frames that a display filter lets through.

    Raises UsageTrouble with tshark's own words for a filter that it refuses, CaptureTrouble or ToolTrouble
    for the rest.
    """
    arguments = ["-2", "-r", str(path)]
    for rule in decode_as:
        arguments += ["-d", rule]
    arguments += ["-Y", display_filter, "-T", "fields", "-e", "frame.number"]
    with running(arguments, Limits.for_file(path.stat().st_size)) as run:
        frames = Frames(int(line) for line in run.stdout if line.strip().isdigit())
        code = run.process.wait()
        messages = run.messages()
        if code and not (code == 2 and tail_of_capture(messages)):
            raise _trouble(path, run, messages, code, display_filter, decode_as)
    return frames


def _trouble(
    path: Path, run: Run, messages: list[str], code: int, display_filter: str, decode_as: tuple[str, ...]
) -> Trouble:
    if run.timed_out or code < 0:
        return CaptureTrouble(
            "tshark did not finish with the display filter",
            where=str(path),
            to_do="save a smaller part of the capture (File > Export Specified Packets) and use that",
        )
    marked = _marked(messages, display_filter)
    if marked is None:
        return trouble_of(path, messages, code, decode_as=decode_as)
    return UsageTrouble(
        f"tshark refuses the display filter: {marked[0]}",
        where="\n".join(["--filter", *marked[1:]]),
        to_do="try it in Wireshark's filter bar, which turns green when it is right; "
        "for example --filter 'http' or --filter 'tcp.port == 80'",
    )


def _marked(messages: list[str], display_filter: str) -> list[str] | None:
    """What tshark says of the filter, the filter, the marks below it; None when it speaks of no filter."""
    written = {line.strip() for line in display_filter.splitlines()}
    for index, line in enumerate(messages):
        if line.startswith("tshark: "):
            rest = messages[index + 1 :]
            place = [each for each in rest if each.strip() in written or set(each.strip()) <= {"^", "~"}]
            if place or _OF_A_FILTER.fullmatch(line):
                return [line.removeprefix("tshark: "), *place]
    return None
