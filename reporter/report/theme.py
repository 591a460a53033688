"""Themes: which sections a report has, in what order, how long its lists may be, and where its templates are.

A theme is a folder `reports/<name>` with a `theme.toml`:

    extends = "lab"                     # what it does not say itself is taken from there
    sections = ["overview", "summary"]  # in this order; a section with nothing to say leaves itself out
    without = ["commentary"]            # or: all of the other theme but these
    [limits]
    packet-list = 12                    # rows on paper

Folders of a course or a user are looked through before ours, so that they may add a theme, or replace single files
of one of ours.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reporter.errors import UsageTrouble
from reporter.resources import templates_dir

DEFAULT = "lab"
_FILE = "theme.toml"
_KEYS = {"extends", "sections", "without", "limits"}
#: How much of a long matter is shown at most. `...-on-paper` counts rows of the PDF, the others are for both.
LIMITS: Mapping[str, int] = {
    "packet-list": 1000,
    "packet-list-on-paper": 30,
    "rungs": 60,
    "remarks": 1000,
    "remarks-on-paper": 160,
    "ledger": 2000,
    "ledger-on-paper": 45,
    "requests": 200,
    "requests-on-paper": 40,
    "windows": 6,
}


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme ready for use. `folders` hold its templates, the first that has a file wins."""

    name: str
    folders: tuple[Path, ...]
    sections: tuple[str, ...]
    limits: Mapping[str, int] = field(default_factory=dict)

    def limit(self, name: str) -> int:
        """How much of something is shown at most (`LIMITS`)."""
        return self.limits.get(name, LIMITS[name])


def themes(roots: Sequence[Path] = ()) -> list[str]:
    """The names of the themes there are, sorted."""
    return sorted({file.parent.name for root in (*roots, templates_dir()) for file in root.glob(f"reports/*/{_FILE}")})


def find_theme(wanted: str, roots: Sequence[Path] = ()) -> Theme:
    """The theme of that name, or in that folder. `roots` hold folders `reports/<name>` that come before ours.

    Raises UsageTrouble for a theme that does not exist or cannot be read.
    """
    places = [root / "reports" for root in roots] + [templates_dir() / "reports"]
    folders: list[Path] = []
    tables: list[dict[str, Any]] = []
    name = wanted
    seen: set[str] = set()
    while name not in seen:
        seen.add(name)
        found = _folders(name, places)
        said = [_table(folder / _FILE) for folder in found if (folder / _FILE).is_file()]
        if not said:
            what = "there is no theme" if name == wanted else f"the theme {wanted!r} extends one that is not there:"
            raise UsageTrouble(
                f"{what} {name!r}",
                where=f"{folders[-1] / _FILE}" if folders else "--theme, or theme in report.toml",
                to_do=f"use one of {', '.join(themes(roots))}, or the path of a folder with a {_FILE}",
            )
        folders += [folder for folder in found if folder not in folders]
        tables += said
        name = next((table["extends"] for table in said if table.get("extends")), DEFAULT)
    return Theme(Path(wanted).name, tuple(folders), _sections(tables), _limits(tables))


def _folders(name: str, places: Iterable[Path]) -> list[Path]:
    if "/" in name or "\\" in name or name in ("", ".", ".."):
        return [Path(name)]
    return [place / name for place in places if (place / name).is_dir()]


def _table(file: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageTrouble(f"the theme cannot be read: {error}", where=str(file), to_do="correct that line") from None
    for key, value in table.items():
        if key not in _KEYS:
            _refuse(file, f"unknown key {key!r}", f"known are {', '.join(sorted(_KEYS))}")
        if key in ("sections", "without") and not _texts(value):
            _refuse(file, f"{key} must be a list of names", f'write {key} = ["summary"]')
    if not isinstance(table.get("extends", ""), str):
        _refuse(file, "extends must be the name of a theme", 'write extends = "lab"')
    limits = table.get("limits", {})
    if not isinstance(limits, dict):
        _refuse(file, "limits is a table", "write [limits] and its keys below")
    for key, value in limits.items():
        if key not in LIMITS:
            _refuse(file, f"unknown limit {key!r}", f"known are {', '.join(LIMITS)}")
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= 10_000:
            _refuse(file, f"the limit {key} must be a number from 1 to 10000", f"write {key} = {LIMITS[key]}")
    return table


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _refuse(file: Path, what: str, to_do: str) -> None:
    raise UsageTrouble(what, where=str(file), to_do=to_do)


def _sections(tables: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    sections: list[str] = []
    for table in reversed(tables):
        sections = list(table.get("sections", sections))
        left_out = set(table.get("without", ()))
        sections = [name for name in sections if name not in left_out]
    return tuple(dict.fromkeys(sections))


def _limits(tables: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    limits: dict[str, int] = {}
    for table in reversed(tables):
        limits |= table.get("limits", {})
    return limits
