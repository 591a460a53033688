"""Wireshark itself: where it is, which folders it uses, and opening a capture in it. It runs as the user has it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from reporter.errors import ToolTrouble
from reporter.extract.tshark import find_tshark

#: Set to use a Wireshark that is not on PATH.
WIRESHARK_VARIABLE = "REPORTER_WIRESHARK"
_USUAL_PLACES = (
    "/Applications/Wireshark.app/Contents/MacOS/Wireshark",
    "C:\\Program Files\\Wireshark\\Wireshark.exe",
)
_PATIENCE = 30


def find_wireshark() -> Path:
    """The Wireshark program. Raises ToolTrouble when there is none."""
    named = os.environ.get(WIRESHARK_VARIABLE)
    found = shutil.which(named or "wireshark")
    if found is None and not named:
        found = next((place for place in _USUAL_PLACES if os.access(place, os.X_OK)), None)
    if found is None:
        raise ToolTrouble(
            "Wireshark was not found",
            where=f"{WIRESHARK_VARIABLE}={named}" if named else "PATH",
            to_do="install it (Debian and Ubuntu: apt install wireshark; macOS: brew install --cask wireshark; "
            "else https://www.wireshark.org)",
        )
    return Path(found)


def folders() -> dict[str, str]:
    """The folders that Wireshark uses, by the labels of `tshark -G folders`. Raises ToolTrouble.

    Unlike all other calls this one sees the user's own environment, for it is the user's folders that are asked for.
    """
    tshark = find_tshark()
    try:
        done = subprocess.run(
            [str(tshark), "-G", "folders"],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolTrouble(
            "tshark cannot be asked for Wireshark's folders", where=str(tshark), to_do=str(error)
        ) from None
    found: dict[str, str] = {}
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        label, _, folder = line.partition(":")
        if folder.strip():
            found.setdefault(label.strip(), folder.strip())
    if "Personal configuration" not in found:
        raise ToolTrouble(
            "tshark does not say where Wireshark keeps its configuration",
            where=f"{tshark} -G folders",
            to_do="install tshark 3.6 or later, then run reporter doctor",
        )
    return found


def guessed_folders(system: str = sys.platform) -> dict[str, str]:
    """The same for the usual places of a Wireshark that is not there any more."""
    home = Path.home()
    if system == "win32":
        roaming = os.environ.get("APPDATA") or str(home / "AppData" / "Roaming")
        return {"Personal configuration": str(Path(roaming) / "Wireshark")}
    named = os.environ.get("WIRESHARK_CONFIG_DIR")
    general = os.environ.get("XDG_CONFIG_HOME") or str(home / ".config")
    return {"Personal configuration": named or str(Path(general) / "wireshark")}


def open_capture(path: Path, *, profile: str | None = None, frame: int | None = None) -> None:
    """Open a capture in Wireshark, which goes on by itself. Raises ToolTrouble."""
    command = [str(find_wireshark())]
    command += ["-C", profile] if profile else []
    command += ["-g", str(frame)] if frame else []
    try:
        subprocess.Popen(
            [*command, "-r", str(path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise ToolTrouble("Wireshark cannot be started", where=command[0], to_do=str(error)) from error
