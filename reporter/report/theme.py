"""Themes: which sections a report has, in what order, how it looks, and where its templates are.

A theme is a folder `reports/<name>` with a `theme.toml` (`reporter.report.themefile` says what may stand in it);
what it does not say itself is taken from the theme that it extends, in the end from `lab`. Folders of a course or a
user are looked through before ours, so that they may add a theme, or replace single files of one of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reporter.errors import UsageTrouble
from reporter.handwritten import nearest
from reporter.options import LANGUAGES
from reporter.report.look import Look, look_of
from reporter.report.themefile import FILE, LIMITS, line_in, read_theme_file
from reporter.resources import inside, templates_dir

DEFAULT = "lab"


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme ready for use. `folders` hold its templates, the first that has a file wins."""

    name: str
    folders: tuple[Path, ...]
    sections: tuple[str, ...]
    limits: Mapping[str, int] = field(default_factory=dict)
    look: Look = field(default_factory=Look)
    languages: tuple[str, ...] = LANGUAGES
    cover: tuple[str, ...] = ()

    def limit(self, name: str) -> int:
        """How much of something is shown at most (`LIMITS`)."""
        return self.limits.get(name, LIMITS[name])

    @property
    def foreign(self) -> tuple[Path, ...]:
        """Those of its folders that are not ours: what is in them is not trusted."""
        home = templates_dir().resolve()
        return tuple(folder for folder in self.folders if not folder.resolve().is_relative_to(home / "reports"))

    @property
    def overlays(self) -> tuple[Path, ...]:
        """The folders whose words replace ours, those nearer to the reader last."""
        return tuple(folder for folder in reversed(self.foreign) if (folder / "prose").is_dir())

    def find(self, name: str) -> Path | None:
        """The file of that name in the first folder that has it."""
        return next(filter(None, (inside(folder, name) for folder in self.folders)), None)


def themes(roots: Sequence[Path] = ()) -> list[str]:
    """The names of the themes there are, sorted."""
    return sorted({file.parent.name for root in (*roots, templates_dir()) for file in root.glob(f"reports/*/{FILE}")})


def find_theme(wanted: str, roots: Sequence[Path] = ()) -> Theme:
    """The theme of that name, or in that folder. `roots` hold folders `reports/<name>` that come before ours.

    Raises UsageTrouble for a theme that does not exist or cannot be read.
    """
    theme, troubles = read_theme(wanted, roots)
    if troubles:
        raise troubles[0]
    return theme


def read_theme(wanted: str, roots: Sequence[Path] = ()) -> tuple[Theme, list[UsageTrouble]]:
    """The theme as far as it can be read, and everything wrong in its theme.toml.

    Raises UsageTrouble for a theme that does not exist.
    """
    places = [root / "reports" for root in roots] + [templates_dir() / "reports"]
    folders: list[Path] = []
    said: list[tuple[Path, dict[str, Any]]] = []
    troubles: list[UsageTrouble] = []
    name = wanted
    extended_in = ""
    seen: set[str] = set()
    while name not in seen:
        seen.add(name)
        found = _folders(name, places)
        here = [(folder, *read_theme_file(folder / FILE)) for folder in found if (folder / FILE).is_file()]
        if not here:
            what = "there is no theme" if name == wanted else f"the theme {wanted!r} extends one that is not there:"
            raise UsageTrouble(
                f"{what} {name!r}{nearest(name, themes(roots))}",
                where=extended_in or "--theme, or theme in report.toml",
                to_do=_cure(name, roots),
            )
        folders += [folder for folder in found if folder not in folders]
        said += [(folder, table) for folder, table, _ in here]
        troubles += [each for _, _, wrong in here for each in wrong]
        extends = ((folder, table["extends"]) for folder, table, _ in here)
        folder, name = next((each for each in extends if isinstance(each[1], str) and each[1]), (found[0], DEFAULT))
        extended_in = line_in(folder, "extends", name)
    troubles = troubles or _unplaced(said)
    if troubles:
        return Theme(Path(wanted).name, tuple(folders), ()), troubles
    tables = [table for _, table in said]
    languages = next((tuple(table["languages"]) for table in tables if table.get("languages")), LANGUAGES)
    cover = next((tuple(table["cover"]) for table in tables if "cover" in table), ())
    look = look_of(said)
    return Theme(
        Path(wanted).resolve().name if "/" in wanted or wanted in (".", "..") else wanted,
        tuple(folders),
        _sections(tables),
        _limits(tables),
        look,
        languages,
        cover,
    ), []


def _cure(name: str, roots: Sequence[Path]) -> str:
    if inside(Path(), f"{name}/{FILE}") is not None:
        return f"write ./{name} for the folder of that name here"
    return f"use one of {', '.join(themes(roots))}, or the path of a folder with a {FILE}, such as ./my-school"


def _folders(name: str, places: Iterable[Path]) -> list[Path]:
    if "/" in name or "\\" in name or name in ("", ".", ".."):
        return [Path(name)]
    return [place / name for place in places if (place / name).is_dir()]


def _sections(tables: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    sections: list[str] = []
    for table in reversed(tables):
        sections = list(dict.fromkeys(table.get("sections", sections)))
        left_out = set(table.get("without", ()))
        sections = [name for name in sections if name not in left_out]
        for placed in table.get("section", ()):
            _place(sections, placed)
    return tuple(sections)


def _unplaced(said: Sequence[tuple[Path, Mapping[str, Any]]]) -> list[UsageTrouble]:
    """The sections that are left out, or that others are put beside, and that no theme of the chain has."""
    placing = [(folder, placed) for folder, table in said for placed in table.get("section", ())]
    known = dict.fromkeys(name for _, table in said for name in table.get("sections", ()))
    known |= dict.fromkeys(str(placed["name"]) for _, placed in placing)
    named = [(folder, key, placed[key]) for folder, placed in placing for key in ("before", "after") if key in placed]
    named += [(folder, "without", name) for folder, table in said for name in table.get("without", ())]
    return [
        UsageTrouble(
            f"there is no section {name!r}{nearest(name, known)}",
            where=line_in(folder, key, name),
            to_do="sections are " + ", ".join(sorted(known)),
        )
        for folder, key, name in named
        if name not in known
    ]


def _place(sections: list[str], placed: Mapping[str, str]) -> None:
    """Put a section before or after another, at the end without a word on it or when that one is left out."""
    name = placed["name"]
    if name in sections:
        sections.remove(name)
    other = placed.get("before") or placed.get("after")
    index = sections.index(other) + ("before" not in placed) if other in sections else len(sections)
    sections.insert(index, name)


def _limits(tables: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    limits: dict[str, int] = {}
    for table in reversed(tables):
        limits |= table.get("limits", {})
    return limits
