"""Which frames a Wireshark display filter lets through: tshark decides, and explains a filter it refuses."""

from __future__ import annotations

import re
import struct
import tempfile
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from reporter.errors import CaptureTrouble, Trouble, UsageTrouble
from reporter.extract.troubles import tail_of_capture, trouble_of
from reporter.extract.tshark import PACKED_BODIES, Limits, Run, running
from reporter.model.numbers import Numbers

#: What tshark says of a filter without showing the place.
_OF_A_FILTER = re.compile(r'tshark: [^"/]*filter expression\.?')
#: How many filters one pass decides: with n filters there are 2**n - 1 colouring rules.
_TOGETHER = 5
_COLOURS = "[65535,65535,65535][0,0,0]"
_NOT_COMPILED = "Could not compile"
_EMPTY_PCAP = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
#: A filter of nothing but fields outside bodies, relations and values that are no words.
_OUTSIDE_BODIES = re.compile(
    r"""(?: \s | [()!=<>&|{},.:\[\]~+-]++ | \b(?:0x[0-9a-f]+|[0-9][0-9a-f:.]*)\b | "[^"]*"
    | \b(?:and|or|not|xor|in|eq|ne|gt|ge|lt|le|contains|matches)\b
    | \b(?:tcp|udp|ip|ipv6|eth|arp|icmp|icmpv6|dns|tls)\.[\w.-]+ | \bframe\.(?:number|len|cap_len|time\w*)\b
    | \bhttp\.(?:request|response|host|user_agent|cookie|referer|server|connection|location|date)[\w.]*
    | \b(?:tcp|udp|ip|ipv6|eth|arp|icmp|icmpv6|dns|tls|http)\b(?!\s*(?:contains|matches|~|\[)) )*+""",
    re.VERBOSE,
)


class Frames(Numbers):
    """The frames that a filter lets through."""


def matching_frames(path: Path, display_filter: str, decode_as: tuple[str, ...] = ()) -> Frames:
    """The frames that a display filter lets through.

    Raises UsageTrouble with tshark's own words for a filter that it refuses, CaptureTrouble or ToolTrouble
    for the rest.
    """
    arguments = ["-2", *unpacking([display_filter]), "-r", str(path)]
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


def matching_each(path: Path, filters: Sequence[str], decode_as: tuple[str, ...] = ()) -> list[Frames]:
    """The frames that each filter lets through, several filters decided in one pass.

    The filters are expected to be right (`refusals` tells); raises as `matching_frames` does.
    """
    together = [index for index, each in enumerate(filters) if _fits_a_rule(each)]
    found: dict[int, Frames] = {}
    for start in range(0, len(together), _TOGETHER):
        part = together[start : start + _TOGETHER]
        if len(part) > 1:
            frames = _decide(path, [filters[index] for index in part], decode_as)
            found |= dict(zip(part, frames, strict=True)) if frames is not None else {}
    return [
        found[index] if index in found else matching_frames(path, each, decode_as) for index, each in enumerate(filters)
    ]


def refusals(filters: Sequence[str]) -> dict[int, list[str]]:
    """Of the filters that tshark refuses, by index: its message, then the filter and the line that marks the place."""
    with tempfile.TemporaryDirectory(prefix="reporter-") as folder:
        empty = Path(folder) / "empty.pcap"
        empty.write_bytes(_EMPTY_PCAP)
        doubtful = list(range(len(filters)))
        together = [index for index in doubtful if _fits_a_rule(filters[index])]
        if len(together) > 1:
            rules = "".join(f"@{index}@{filters[index]}@{_COLOURS}\n" for index in together)
            with running(["--color", "-r", str(empty)], Limits.for_file(0), colour_rules=rules) as run:
                run.stdout.read()
                if not run.process.wait() and not any(_NOT_COMPILED in line for line in run.messages()):
                    doubtful = [index for index in doubtful if index not in together]
        found: dict[int, list[str]] = {}
        for index in doubtful:
            with running(["-r", str(empty), "-Y", filters[index]], Limits.for_file(0)) as run:
                run.stdout.read()
                if run.process.wait():
                    messages = run.messages()
                    found[index] = _marked(messages, filters[index]) or messages
        return found


def unpacking(filters: Sequence[str]) -> list[str]:
    """Arguments that leave bodies packed where the filters ask nothing of them: one may unpack to gigabytes."""
    return ["-o", PACKED_BODIES] if all(_OUTSIDE_BODIES.fullmatch(each) for each in filters) else []


def _fits_a_rule(display_filter: str) -> bool:
    """Whether a filter can be written into a line of Wireshark's file of colouring rules."""
    return bool(display_filter.strip()) and not re.search(r"[@\x00-\x1f\x7f]", display_filter)


def _decide(path: Path, filters: Sequence[str], decode_as: tuple[str, ...]) -> list[Frames] | None:
    """One pass for some filters; None when tshark did not take them.

    tshark says of each frame which colouring rule was the first to match. There is one rule for each set of
    filters, larger sets first, so the first to match is the set of all filters that match.
    """
    indexes = range(len(filters))
    sets = [chosen for size in range(len(filters), 0, -1) for chosen in combinations(indexes, size)]
    rules = "".join(
        f"@{sum(1 << index for index in chosen)}@{' && '.join(f'({filters[index]})' for index in chosen)}@{_COLOURS}\n"
        for chosen in sets
    )
    arguments = ["-2", *unpacking(filters), "--color", "-r", str(path)]
    for rule in decode_as:
        arguments += ["-d", rule]
    arguments += ["-T", "fields", "-e", "frame.number", "-e", "frame.coloring_rule.name"]
    members: list[list[int]] = [[] for _ in filters]
    with running(arguments, Limits.for_file(path.stat().st_size), colour_rules=rules) as run:
        for line in run.stdout:
            number, _, mask = line.strip().partition(b"\t")
            if number.isdigit() and mask.isdigit():
                for index in indexes:
                    if int(mask) >> index & 1:
                        members[index].append(int(number))
        code = run.process.wait()
        messages = run.messages()
    cut = code == 2 and bool(tail_of_capture(messages))
    if (code and not cut) or any(_NOT_COMPILED in line for line in messages):
        return None
    return [Frames(each) for each in members]


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
