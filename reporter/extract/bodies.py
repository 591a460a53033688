"""The bodies of a few HTTP responses, as tshark puts them together: without chunks, and decompressed where it can."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from reporter.errors import Trouble
from reporter.extract.tshark import Limits, running

#: How much of tshark's answer is read; a byte of a body takes two of it.
_MOST = 64 << 20


def bodies(path: Path, frames: Iterable[int], decode_as: tuple[str, ...] = ()) -> dict[int, bytes] | None:
    """The body of the first HTTP message that each of these frames completes (`http.file_data`).

    A frame without one, or whose body tshark does not give, is left out. None when a limit has ended tshark, or
    what it printed is too large to be read.
    """
    wanted = sorted(set(frames))
    if not wanted:
        return {}
    shown = f"frame.number in {{{', '.join(map(str, wanted))}}}"
    options = [part for rule in decode_as for part in ("-d", rule)]
    # Nothing after the last of them matters, so tshark reads no further.
    reading = ["--no-duplicate-keys", "-2", "-r", str(path), "-c", str(wanted[-1]), *options]
    arguments = [*reading, "-Y", shown, "-T", "json", "-x", "-J", "frame http"]
    try:
        with running(arguments, Limits.for_details(path.stat().st_size)) as run:
            text = run.stdout.read(_MOST)
            if len(text) == _MOST or run.exceeded():
                return None
        packets = json.loads(text.decode("utf-8", "replace"))
    except (Trouble, ValueError):
        return {}
    found: dict[int, bytes] = {}
    for packet in packets:
        layers = packet.get("_source", {}).get("layers", {})
        number = _number(layers.get("frame"))
        data = _data(layers.get("http"))
        if number is not None and data is not None:
            found[number] = data
    return found


def _number(frame: Any) -> int | None:
    number = frame.get("frame.number") if isinstance(frame, dict) else None
    return int(number) if isinstance(number, str) and number.isascii() and number.isdigit() else None


def _data(http: Any) -> bytes | None:
    """The field `http.file_data` of a message; of several messages in one frame, that of the first."""
    if isinstance(http, list):
        http = http[0] if http else None
    raw = http.get("http.file_data_raw") if isinstance(http, dict) else None
    try:
        return bytes.fromhex(raw[0]) if raw and isinstance(raw[0], str) else None
    except (TypeError, ValueError):
        return None
