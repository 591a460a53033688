"""The captures that tests read: the bundled ones, and shared ones where they are."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUNDLED = ROOT / "captures"
SHARED = ROOT.parent / "shared" / "captures"
_ENDINGS = (".pcap", ".pcapng", ".pcapng.gz")


def bundled() -> list[Path]:
    return _in(BUNDLED)


def shared(largest: int = 400_000) -> list[Path]:
    """Captures outside the project, none where there are none; big ones are left out."""
    return [path for path in _in(SHARED, "*/*") if path.stat().st_size <= largest]


def _in(folder: Path, pattern: str = "*") -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if path.name.endswith(_ENDINGS)) if folder.is_dir() else []
