"""What a theme.toml says of the look: colours, fonts, paper, logo. Only plain values get into the style."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reporter.handwritten import nearest
from reporter.resources import inside

FAMILIES = ("sans", "serif", "mono")
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})|[a-z]{3,20}")
_LENGTH = r"\d+(?:\.\d+)?(?:mm|cm|in|pt|px)"
_LENGTHS = re.compile(rf"{_LENGTH}(?: {_LENGTH}){{0,3}}")
_SIZES = ("A3", "A4", "A5", "B4", "B5", "Letter", "Legal", "Ledger")
_SIZE = re.compile(rf"(?:{'|'.join(_SIZES)})(?: (?:portrait|landscape))?|{_LENGTH} {_LENGTH}", re.IGNORECASE)
_FAMILY = re.compile(r"[\w .+-]{1,80}")
_FONT_FILES = (".ttf", ".otf", ".woff", ".woff2")
_FACE = ("family", "file", "weight", "style")

#: Enters a trouble: what is wrong, the key it stands at, what to do.
Refuse = Callable[[str, str, str], None]


@dataclass(frozen=True, slots=True)
class Face:
    """A font that a theme brings along."""

    family: str
    file: Path
    weight: int = 400
    style: str = "normal"


@dataclass(frozen=True, slots=True)
class Look:
    """Colours by name, families by style, paper, the logo's file and the fonts that come with the theme.

    `chosen` are the styles whose families are the theme's own, not those of the lab report.
    """

    colours: Mapping[str, str] = field(default_factory=dict)
    fonts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    faces: tuple[Face, ...] = ()
    size: str = "A4"
    margin: str = ""
    logo: Path | None = None
    chosen: tuple[str, ...] = ()


def check_look(folder: Path, table: Mapping[str, Any], colours: Iterable[str], refuse: Refuse) -> None:
    """Enter a trouble for everything wrong in what one theme.toml says of the look."""
    _each(table, "colours", refuse, lambda key, value: _colour(key, value, tuple(colours), refuse))
    _each(table, "fonts", refuse, lambda key, value: _families(key, value, refuse))
    _each(table, "page", refuse, lambda key, value: _paper(key, value, refuse))
    logo = table.get("logo")
    if logo is not None:
        _file(folder, "logo", logo, refuse)
    faces = table.get("font", [])
    if not isinstance(faces, list) or not all(isinstance(face, dict) for face in faces):
        refuse("fonts that a theme brings are several tables", "font", "write [[font]] with two brackets")
        return
    for face in faces:
        _face(folder, face, refuse)


def look_of(said: Sequence[tuple[Path, Mapping[str, Any]]]) -> Look:
    """The look that checked tables add up to; the first is nearest to the reader."""
    colours: dict[str, str] = {}
    fonts: dict[str, tuple[str, ...]] = {}
    faces: list[Face] = []
    page: dict[str, str] = {}
    logo: Path | None = None
    for folder, table in reversed(said):
        colours |= table.get("colours", {})
        fonts |= {name: tuple(families) for name, families in table.get("fonts", {}).items()}
        page |= table.get("page", {})
        logo = inside(folder, table["logo"]) if table.get("logo") else None if "logo" in table else logo
        for face in table.get("font", []):
            file = inside(folder, face["file"])
            if file is not None:
                faces.append(Face(face["family"], file, face.get("weight", 400), face.get("style", "normal")))
    lab = said[-1][1].get("fonts", {}) if said else {}
    chosen = tuple(style for style, families in fonts.items() if list(families) != lab.get(style))
    return Look(colours, fonts, tuple(faces), page.get("size", "A4"), page.get("margin", ""), logo, chosen)


def _each(table: Mapping[str, Any], name: str, refuse: Refuse, check: Callable[[str, Any], None]) -> None:
    inner = table.get(name, {})
    if not isinstance(inner, dict):
        refuse(f"{name} is a table", name, f"write [{name}] and its keys below")
        return
    for key, value in inner.items():
        check(key, value)


def _colour(key: str, value: Any, known: Sequence[str], refuse: Refuse) -> None:
    if known and key not in known:
        refuse(f"there is no colour {key!r}{nearest(key, known)}", key, f"the colours are {', '.join(known)}")
    elif not isinstance(value, str) or not _COLOUR.fullmatch(value):
        refuse(f"{key} is no colour: {value!r}", key, f'write {key} = "#1d4f7c", or the name of a CSS colour')


def _families(key: str, value: Any, refuse: Refuse) -> None:
    if key not in FAMILIES:
        refuse(f"unknown key {key!r} in [fonts]{nearest(key, FAMILIES)}", key, "known are " + ", ".join(FAMILIES))
    elif (
        not isinstance(value, list)
        or not value
        or not all(isinstance(each, str) and _FAMILY.fullmatch(each) for each in value)
    ):
        refuse(f"{key} must be a list of font families", key, f'write {key} = ["Noto Sans CJK SC"]')


def _paper(key: str, value: Any, refuse: Refuse) -> None:
    if key not in ("size", "margin"):
        refuse(f"unknown key {key!r} in [page]{nearest(key, ('size', 'margin'))}", key, "known are size, margin")
    elif key == "size" and not (isinstance(value, str) and _SIZE.fullmatch(value)):
        hint = nearest(value, _SIZES) if isinstance(value, str) else ""
        refuse(f"{value!r} is no size of paper{hint}", key, f'use {", ".join(_SIZES)}, or "210mm 297mm"')
    elif key == "margin" and not (isinstance(value, str) and _LENGTHS.fullmatch(value)):
        refuse(f"{value!r} is no margin", key, 'write margin = "25mm 20mm", one to four lengths')


def _face(folder: Path, face: Mapping[str, Any], refuse: Refuse) -> None:
    for key in face:
        if key not in _FACE:
            refuse(f"unknown key {key!r} in [[font]]{nearest(key, _FACE)}", key, "known are " + ", ".join(_FACE))
    if not isinstance(face.get("family"), str) or not _FAMILY.fullmatch(face["family"]):
        refuse("a [[font]] has no family", "font", 'write family = "Source Serif"')
    if "file" not in face:
        refuse("a [[font]] has no file", "font", 'write file = "fonts/name.woff2"')
    elif _file(folder, "file", face["file"], refuse) and not str(face["file"]).lower().endswith(_FONT_FILES):
        refuse(f"{face['file']} is no font that pages can carry", "file", "use " + ", ".join(_FONT_FILES))
    weight = face.get("weight", 400)
    if isinstance(weight, bool) or not isinstance(weight, int) or not 1 <= weight <= 1000:
        refuse("weight is a number from 1 to 1000", "weight", "write weight = 700 for bold")
    if face.get("style", "normal") not in ("normal", "italic", "oblique"):
        refuse(f"there is no style {face['style']!r}", "style", "use normal, italic or oblique")


def _file(folder: Path, key: str, name: Any, refuse: Refuse) -> bool:
    if isinstance(name, str) and inside(folder, name) is not None:
        return True
    there = [str(each.relative_to(folder)) for each in sorted(folder.rglob("*"))[:500] if each.is_file()]
    hint = nearest(name, there) if isinstance(name, str) else ""
    refuse(f"{key}: there is no file {name!r} in the theme{hint}", key, "name a file of the theme's folder")
    return False
