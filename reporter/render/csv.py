"""The explanation as CSV: a packet a row, for spreadsheets; no cell is a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from reporter.analyse.seen import Seen
from reporter.explain.engine import Finding
from reporter.explain.visible import escaped
from reporter.explain.words import Words
from reporter.model.stream import State

#: The names of the columns: those of the JSON; `rules` are the codes of the findings.
COLUMNS = (
    *("frame", "time", "source", "destination", "stream", "sender", "protocol", "length"),
    *("info", "client", "server", "rules", "text"),
)
#: UTF-8 says so at the beginning of the file, else spreadsheets guess.
MARK = "\ufeff"
#: What makes a spreadsheet take a text for a formula, also behind spaces.
_FORMULA = re.compile(r"^\s*[=+\-@\t\r|%]")


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe is put before one that looks like it."""
    return f"'{text}" if _FORMULA.match(text) else text


def header() -> str:
    """The mark and the names of the columns."""
    return MARK + _line(COLUMNS)


def packet_row(seen: Seen, findings: Iterable[Finding], words: Words) -> str:
    """One packet with its findings; times in seconds since the first, addresses with ports where there are any."""
    packet, step = seen.packet, seen.step
    tcp = packet.tcp
    said = tuple(findings)
    return _line(
        (
            packet.frame,
            f"{packet.time:f}" if packet.timed else "",
            harmless(escaped(packet.source)),
            harmless(escaped(packet.destination)),
            "" if tcp is None else tcp.stream,
            "" if step is None else step.sender.value,
            harmless(escaped(packet.protocol)),
            packet.length,
            harmless(escaped(packet.info)),
            _state(step.after.client if step is not None else None),
            _state(step.after.server if step is not None else None),
            " ".join(each.rule for each in said),
            harmless(words.join([escaped(words.text(each)) for each in said])),
        )
    )


def _state(state: State | None) -> str:
    return "" if state is None else state.value


def _line(cells: Iterable[object]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()
