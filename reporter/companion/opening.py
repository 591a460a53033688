"""A capture shown in Wireshark, with our profile where it is installed."""

from __future__ import annotations

from pathlib import Path

from reporter.companion.install import installed
from reporter.companion.places import PROFILE, places_of
from reporter.extract.wireshark import find_wireshark, folders, open_capture


def show(capture: Path, *, frame: int | None = None) -> bool:
    """Open the capture; False when our profile is not installed and Wireshark's usual one is used. Raises Trouble."""
    find_wireshark()
    ours = installed(places_of(folders())) is not None
    open_capture(capture, profile=PROFILE if ours else None, frame=frame)
    return ours
