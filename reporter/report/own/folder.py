"""A submission folder: a report.toml, captures and the student's own words, all in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reporter.errors import CaptureTrouble, UsageTrouble
from reporter.handwritten import nearest
from reporter.options import Source
from reporter.report.own.settings import Feed, Settings, settings_from

CONFIG = "report.toml"
OUTPUTS = ("report.pdf", "report.html")
_ENDINGS = (".pcapng", ".pcap", ".cap", ".pcapng.gz", ".pcap.gz", ".pcapng.zst", ".pcapng.lz4")


def submission(
    folder: Path, outputs: list[Path], chosen: Mapping[str, Any], config: Path | None
) -> tuple[list[Path], list[Path], Settings]:
    """The captures, the outputs and the settings of a folder; what was `chosen` or given as `outputs` comes first.

    Raises CaptureTrouble without a report.toml or a capture, UsageTrouble for what is wrong in the first.
    """
    file = config or folder / CONFIG
    if not file.is_file() and config is None:
        found = sorted(path.name for path in folder.glob("*.toml"))
        raise CaptureTrouble(
            f"this is a folder, and it has no {CONFIG}{nearest(CONFIG, found)}",
            where=str(folder),
            to_do=f"write one, or let 'reporter new' begin a folder; or name the capture: {folder}/NAME.pcapng",
        )
    settings = settings_from(file, chosen)
    captures = [_capture(folder, name, file) for name in settings.captures] or _captures(folder)
    written = outputs or [_inside(folder, name, file) for name in settings.outputs or OUTPUTS]
    return captures, written, settings


def _captures(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.iterdir() if path.name.lower().endswith(_ENDINGS) and path.is_file())
    if not found:
        raise CaptureTrouble(
            "the folder holds no capture", where=str(folder), to_do="put your capture into it, say lab.pcapng"
        )
    return found


def _capture(folder: Path, name: str, file: Path) -> Path:
    path = _inside(folder, name, file)
    if not path.exists():
        there = sorted(each.name for each in folder.iterdir() if each.name.lower().endswith(_ENDINGS))
        raise CaptureTrouble(
            f"there is no capture {name!r}{nearest(name, there)}",
            where=f"{file}, captures",
            to_do="put it into the folder, or correct its name",
        )
    return path


def _inside(folder: Path, name: str, file: Path) -> Path:
    path = folder / name
    if Path(name).is_absolute() or not path.resolve().is_relative_to(folder.resolve()):
        raise UsageTrouble(
            f"{name!r} is outside the folder", where=str(file), to_do="name a file inside the folder of the report"
        )
    return path


def sources_of(feeds: Sequence[Feed], texts: Sequence[str], captures: list[Path]) -> tuple[Source, ...]:
    """What [from] and then `--section` say, taken apart; the last one of a section counts. Raises UsageTrouble."""
    if not feeds and not texts:
        return ()
    from reporter.report.material import names_of
    from reporter.report.sources import checked, source_of

    names = names_of(captures)
    found = [checked(feed.section, feed.capture, names, feed.where) for feed in feeds]
    found += [source_of(text, names, f"--section {text}") for text in texts]
    return tuple({source.section: source for source in found}.values())
