"""tshark's own word on a capture, read without any of our code: what our evidence is held against."""

from __future__ import annotations

import os
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from reporter.extract.tshark import find_tshark

_SEPARATED = ("-E", "separator=\x02", "-E", "aggregator=\x03", "-E", "occurrence=a")
Values = dict[int, dict[str, list[str]]]


def values(path: Path, fields: Iterable[str]) -> Values:
    """Every value of these fields on every frame, by frame number; a frame without the field has none."""
    names = ["frame.number", *sorted(set(fields) - {"frame.number"})]
    asked = [part for name in names for part in ("-e", name)]
    with TemporaryDirectory() as home:
        done = subprocess.run(
            [str(find_tshark()), "-2", "-n", "-r", str(path), "-T", "fields", *asked, *_SEPARATED],
            capture_output=True,
            env={"PATH": os.environ["PATH"], "HOME": home, "WIRESHARK_CONFIG_DIR": home, "LC_ALL": "C.UTF-8"},
            timeout=120,
            check=False,
        )
    found: Values = defaultdict(dict)
    for line in done.stdout.decode("utf-8", "replace").split("\n"):
        row = line.split("\x02")
        if row[0].isdigit():
            found[int(row[0])] = {
                name: text.split("\x03") for name, text in zip(names, row, strict=True) if text or name == names[0]
            }
    return found
