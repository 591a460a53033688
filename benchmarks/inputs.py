"""The captures that are measured: small ones of the project, and large ones made of them in build/bench."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measure import ROOT
from benchmarks.multiply import write

#: A web page loaded by a browser: most packets are full segments of large answers.
PAGE = ROOT / "captures" / "page-nginx-browser.pcapng"
#: Connections of 19 packets each, with requests, keep-alives and a close.
SHORT = ROOT / "captures" / "keepalive-full.pcapng"
#: The capture of an ordinary lab: 46 packets.
LAB = ROOT / "captures" / "page-node-browser.pcapng"
FOLDER = ROOT / "build" / "bench"


def large(source: Path, packets: int) -> Path:
    """At least so many packets, whole copies of `source`; made once."""
    path = FOLDER / f"{source.name.partition('.')[0]}-{packets}.pcap"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        made = path.with_suffix(".part")
        write(source, made, packets)
        made.rename(path)
    return path
