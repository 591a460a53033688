"""How many frames each of many display filters lets through, and the first and the last: one pass of tshark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reporter.errors import CaptureTrouble
from reporter.extract.filter import matching_each
from reporter.extract.troubles import tail_of_capture, trouble_of
from reporter.extract.tshark import Limits, running

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
#: The row of tshark's table that holds the values, in the order of the columns asked for.
_ROW = re.compile(r"^\|\s*[\d.]+\s*<>\s*(?:[\d.]+|Dur)\s*\|(.*)\|\s*$")


@dataclass(frozen=True, slots=True)
class Tally:
    """The frames that a display filter lets through: how many, the first and the last (0 when there are none).

    Without a comma in the filter's own grammar (`-z io,stat` splits at commas) that is all tshark says in the
    pass; `frames` are the first few where they are known.
    """

    count: int
    first: int
    last: int
    frames: tuple[int, ...] = ()


def tally(path: Path, filters: Sequence[str], decode_as: tuple[str, ...] = ()) -> list[Tally]:
    """One tally for each filter. The filters are expected to be right (`refusals` tells).

    Raises as `matching_frames` does.
    """
    written = [_without_commas(each) for each in filters]
    together = [index for index, each in enumerate(written) if each is not None]
    found: dict[int, Tally] = {}
    if together:
        counted = _count(path, [written[index] or "" for index in together], decode_as)
        found = dict(zip(together, counted, strict=True))
    rest = [index for index in range(len(filters)) if index not in found]
    for index, frames in zip(rest, matching_each(path, [filters[index] for index in rest], decode_as), strict=True):
        found[index] = tally_of(sorted(frames))
    return [found[index] for index in range(len(filters))]


def tally_of(frames: Sequence[int]) -> Tally:
    """The tally of frames in their order."""
    return Tally(len(frames), *((frames[0], frames[-1]) if frames else (0, 0)), tuple(frames[:5]))


def _without_commas(display_filter: str) -> str | None:
    """The filter with the commas of its strings written as escapes; None when a comma is left."""
    written = _STRING.sub(lambda found: found.group().replace(",", "\\x2c"), display_filter)
    return None if "," in written or re.search(r"[\x00-\x1f]", written) else written


def _count(path: Path, filters: Sequence[str], decode_as: tuple[str, ...]) -> list[Tally]:
    columns = []
    for each in filters:
        columns += [each, f"MIN(frame.number)frame.number && ({each})", f"MAX(frame.number)frame.number && ({each})"]
    arguments = ["-2", "-q", "-r", str(path)]
    for rule in decode_as:
        arguments += ["-d", rule]
    arguments += ["-z", "io,stat,0," + ",".join(columns)]
    with running(arguments, Limits.for_file(path.stat().st_size)) as run:
        text = run.stdout.read().decode("utf-8", "replace")
        code = run.process.wait()
        messages = run.messages()
        if run.timed_out or code < 0:
            raise CaptureTrouble(
                "tshark did not finish with the display filters",
                where=str(path),
                to_do="save a smaller part of the capture (File > Export Specified Packets) and use that",
                code="timed-out",
            )
        if code and not tail_of_capture(messages):
            raise trouble_of(path, messages, code, decode_as=decode_as)
    rows = [found[1] for line in text.splitlines() if (found := _ROW.match(line))]
    if not rows:
        return [Tally(0, 0, 0) for _ in filters]
    values = [int(cell.strip() or 0) for cell in rows[-1].split("|")]
    # Frames and bytes of the filter, then the smallest and the largest frame number.
    return [Tally(values[place], values[place + 2], values[place + 3]) for place in range(0, 4 * len(filters), 4)]
