"""The one streaming pass of tshark over a capture: rows of fields become packets as they arrive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from reporter.errors import CaptureTrouble, ToolTrouble
from reporter.extract.bounds import LONGEST_ROW, LONGEST_VALUE, bounded
from reporter.extract.build import Builder
from reporter.extract.fields import AT, FIELD_SEPARATOR, FIELDS, VALUE_SEPARATOR
from reporter.extract.impostor import refuse_impostor
from reporter.extract.troubles import rejected_fields, tail_of_capture, trouble_of
from reporter.extract.tshark import PACKED_BODIES, Limits, Run, find_tshark, running
from reporter.model.packet import Packet

_CHUNK = 1 << 18
#: Fields that a tshark (by path and time of change) has refused, so that the question is asked once.
_refused: dict[tuple[str, float], frozenset[str]] = {}


def arguments_for(
    path: Path | str, fields: tuple[str, ...], decode_as: tuple[str, ...] = (), *, passes: int = 2
) -> list[str]:
    """The tshark arguments of the pass: two-pass analysis unless said, separators that no packet text contains."""
    # Bodies are not unpacked: nothing of them is read here, and one of a megabyte may become a gigabyte.
    arguments = [*(["-2"] if passes == 2 else []), "-o", PACKED_BODIES, "-r", str(path), "-T", "fields"]
    arguments += [
        "-E",
        f"separator={FIELD_SEPARATOR}",
        "-E",
        "occurrence=a",
        "-E",
        f"aggregator={VALUE_SEPARATOR}",
    ]
    for rule in decode_as:
        arguments += ["-d", rule]
    for name in fields:
        arguments += ["-e", name]
    return arguments


class FieldPass:
    """Packets of one capture, in order. `start()` launches tshark at once, iterating reads what it prints.

    After the iteration: `count` packets were read; `tail` is `""`, `"cut short"` or `"damaged"`; of `cut` packets
    text was left out because it was too long (see `bounds`), first of frame `first_cut`.
    Raises CaptureTrouble, UsageTrouble or ToolTrouble when no packet can be had for a reason.
    """

    def __init__(self, path: Path, *, decode_as: tuple[str, ...] = ()) -> None:
        self.path = path
        self.decode_as = decode_as
        self.count = 0
        self.tail = ""
        self.cut = self.first_cut = 0
        self.unknown_fields: frozenset[str] = frozenset()
        self._stack = ExitStack()
        self._run: Run | None = None
        self._state: tuple[int, ...] = ()
        self._tshark = find_tshark()

    def start(self) -> FieldPass:
        """Launch tshark (idempotent)."""
        if self._run is None:
            key = (str(self._tshark), self._tshark.stat().st_mtime)
            self.unknown_fields = _refused.get(key, frozenset())
            self._state = state_of(self.path)
            size = self._state[0] if self._state else 0
            asked = tuple(name for name in FIELDS if name not in self.unknown_fields)
            self._run = self._stack.enter_context(
                running(
                    arguments_for(self.path, asked, self.decode_as),
                    Limits.for_file(size),
                    tshark=self._tshark,
                )
            )
        return self

    def close(self) -> None:
        """End tshark if it still runs."""
        self._stack.close()
        self._run = None

    def __enter__(self) -> FieldPass:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Packet]:
        try:
            while True:
                self.start()
                yield from self._packets()
                if not self._renegotiate():
                    break
        finally:
            self.close()

    def _packets(self) -> Iterator[Packet]:
        assert self._run is not None
        build = Builder().packet
        asked = [name for name in FIELDS if name not in self.unknown_fields]
        places = None if len(asked) == len(FIELDS) else [AT[name] for name in asked]
        width = len(asked)
        for line in lines_of_output(self._run):
            row = line.split(FIELD_SEPARATOR)
            long = len(line) > LONGEST_VALUE
            if len(row) != width:
                if len(row) > width or not long:
                    continue  # a message of tshark between the rows, never a packet: packets have every separator
                row += [""] * (width - len(row))
            if places is not None:
                full = [""] * len(FIELDS)
                for place, text in zip(places, row, strict=True):
                    full[place] = text
                row = full
            self.count += 1
            cut = long and (bounded(row) or len(line) >= LONGEST_ROW)
            packet = build(row, cut)
            if cut:
                self.cut += 1
                self.first_cut = self.first_cut or packet.frame
            if self.count == 1:
                refuse_impostor(self.path, packet)
            yield packet

    def _renegotiate(self) -> bool:
        """Judge how tshark ended; True when it must be run again with fewer fields."""
        run = self._run
        assert run is not None
        code = run.process.wait()
        messages = run.messages()
        refused = frozenset(rejected_fields(messages)) & frozenset(FIELDS)
        if code and refused and not self.count:
            if "frame.number" in refused or "tcp.stream" in refused:
                raise ToolTrouble(
                    "this tshark lacks fields that the report needs: " + ", ".join(sorted(refused)),
                    where=str(self._tshark),
                    to_do="install tshark 3.6 or later",
                )
            key = (str(self._tshark), self._tshark.stat().st_mtime)
            _refused[key] = self.unknown_fields | refused
            self.close()
            return True
        if run.timed_out:
            raise CaptureTrouble(
                f"tshark did not finish in time; {self.count} packets had been read",
                where=str(self.path),
                to_do="save a smaller part of the capture (File > Export Specified Packets) and use that",
                code="timed-out",
            )
        if state_of(self.path) != self._state:
            raise CaptureTrouble(
                "the capture changed while it was read",
                where=str(self.path),
                to_do="stop the capture, or wait until the file is complete; then try again",
                code="changed",
            )
        self.tail = tail_of_capture(messages)
        if code < 0:
            raise CaptureTrouble(
                f"tshark was ended by signal {-code} after {self.count} packets",
                where=str(self.path),
                to_do="save a smaller part of the capture (File > Export Specified Packets) and use that",
                code="tshark-ended",
            )
        if code and not (self.count and self.tail):
            raise trouble_of(self.path, messages, code, decode_as=self.decode_as)
        return False


def state_of(path: Path) -> tuple[int, ...]:
    """Size, time of change and number of a file: others when it was written to or replaced; empty without one."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_size, status.st_mtime_ns, status.st_ino


def lines_of_output(run: Run) -> Iterator[str]:
    """Lines of tshark's output, none longer than LONGEST_ROW; bytes that are no UTF-8 become U+FFFD."""
    parts: list[bytes] = []
    held = 0
    while True:
        chunk = run.stdout.read1(_CHUNK) if hasattr(run.stdout, "read1") else run.stdout.read(_CHUNK)
        if not chunk:
            break
        *lines, rest = chunk.split(b"\n")
        for line in lines:
            if parts:
                line = b"".join([*parts, line[: LONGEST_ROW - held]])
                parts, held = [], 0
            yield line.decode("utf-8", "replace")
        if held < LONGEST_ROW:
            parts.append(rest[: LONGEST_ROW - held])
            held += len(parts[-1])
    if held:
        yield b"".join(parts).decode("utf-8", "replace")
