"""How the parts that pip does not bring are installed, platform by platform: this machine's line comes first."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

PLATFORMS: Mapping[str, str] = {
    "debian": "Debian, Ubuntu",
    "fedora": "Fedora",
    "arch": "Arch",
    "macos": "macOS",
    "windows": "Windows",
}

#: What to type, by part and platform.
LINES: Mapping[str, Mapping[str, str]] = {
    "tshark": {
        "debian": "sudo apt install tshark",
        "fedora": "sudo dnf install wireshark-cli",
        "arch": "sudo pacman -S wireshark-cli",
        "macos": "brew install wireshark",
        "windows": "winget install WiresharkFoundation.Wireshark",
    },
    "pango": {
        "debian": "sudo apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
        "fedora": "sudo dnf install pango",
        "arch": "sudo pacman -S pango",
        "macos": "brew install pango",
        "windows": "in MSYS2: pacman -S mingw-w64-x86_64-pango; "
        "then set WEASYPRINT_DLL_DIRECTORIES=C:\\msys64\\mingw64\\bin",
    },
    "fonts": {
        "debian": "sudo apt install fonts-noto-cjk",
        "fedora": "sudo dnf install google-noto-sans-cjk-fonts google-noto-serif-cjk-fonts "
        "google-noto-sans-mono-cjk-vf-fonts",
        "arch": "sudo pacman -S noto-fonts-cjk",
        "macos": "brew install --cask font-noto-sans-cjk-sc font-noto-serif-cjk-sc",
        "windows": "Settings > System > Optional features > Chinese (Simplified) Supplemental Fonts",
    },
}


def platform(system: str = sys.platform, release: Path = Path("/etc/os-release")) -> str | None:
    """The key of this machine's platform in `PLATFORMS`, from `sys.platform` and os-release(5); None if unknown."""
    if system == "darwin":
        return "macos"
    if system in ("win32", "cygwin"):
        return "windows"
    try:
        text = release.read_text("utf-8", "replace")
    except OSError:
        return None
    pairs = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    names = " ".join(pairs.get(key, "").strip("\"'") for key in ("ID", "ID_LIKE")).split()
    alike = {"ubuntu": "debian", "rhel": "fedora", "centos": "fedora"}
    return next((found for name in names if (found := alike.get(name, name)) in PLATFORMS), None)


def lines(part: str, here: str | None = None) -> str:
    """What to type for a part (`tshark`, `pango`, `fonts`): this platform's line, or every platform's."""
    here = here or platform()
    known = LINES[part]
    if here is not None and here in known:
        return known[here]
    return "; ".join(f"{PLATFORMS[name]}: {line}" for name, line in known.items())


def advice(part: str) -> str:
    """The `to_do` of an error about a missing part."""
    return f"install it ({lines(part)}), then run reporter doctor, which knows the line for each system"
