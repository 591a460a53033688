"""Where in a user's home Wireshark looks for what we add, by its version and the system."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROFILE = "Lab report"
#: Written into the profile's folder: what was installed, so that it can be taken away again.
MANIFEST = "reporter.json"
_LAUNCHER = "reporter-extcap"


@dataclass(frozen=True, slots=True)
class Places:
    """The folders and files of an installation. `system` is as sys.platform names it."""

    system: str
    profile: Path
    launcher: Path

    @property
    def manifest(self) -> Path:
        """The file that says what was installed."""
        return self.profile / MANIFEST


def places_of(folders: Mapping[str, str], system: str = sys.platform) -> Places:
    """The places, from what `tshark -G folders` says.

    Wireshark 4.2 and later name the personal folder for capture programs (extcap). Earlier ones name only the
    global one; theirs is in the personal configuration.
    """
    personal = Path(folders["Personal configuration"])
    named = {label.lower(): Path(folder) for label, folder in folders.items()}
    extcap = named.get("personal extcap path", personal / "extcap")
    name = _LAUNCHER + (".bat" if system == "win32" else "")
    return Places(system, personal / "profiles" / PROFILE, extcap / name)


def launcher(system: str, python: str, script: str, language: str) -> bytes:
    """The program that Wireshark starts: it only starts Python, which takes a few milliseconds."""
    if system == "win32":
        lines = ["@echo off", f'"{python}" -P -X utf8 "{script}" {language} %*', ""]
        return "\r\n".join(lines).encode()
    mark = "# Made by 'reporter wireshark install', removed by 'reporter wireshark uninstall'."
    return f'#!/bin/sh\n{mark}\nexec {_quoted(python)} -P -X utf8 {_quoted(script)} {language} "$@"\n'.encode()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
