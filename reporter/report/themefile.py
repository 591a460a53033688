"""What a `theme.toml` may say, and what is wrong with one, by line.

context = 1                         # the version of the template context that it was written for
about = "One line for `reporter template list`"
extends = "lab"                     # what it does not say itself is taken from there
languages = ["zh", "en"]
sections = ["overview", "summary"]  # in this order; a section with nothing to say leaves itself out
without = ["commentary"]            # or: all of the other theme but these
cover = ["student", "student_id"]   # the lines of the cover
logo = "images/logo.svg"
[page]                              # size = "A4", margin = "30mm 23mm 24mm"
[colours]                           # accent = "#1d4f7c"
[fonts]                             # sans, serif, mono: lists of families
[[font]]                            # a font that comes along: family, file, weight, style
[[section]]                         # a section put elsewhere, or one of the theme's own: name, before, after
[limits]                            # packet-list = 12: rows on paper
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from reporter.errors import UsageTrouble
from reporter.handwritten import nearest, place, place_of, read_toml
from reporter.options import LANGUAGES
from reporter.report.look import check_look
from reporter.resources import templates_dir

FILE = "theme.toml"
#: The version of the context that templates are given. A change that breaks a template raises it.
CONTEXT = 1
_LISTS = ("sections", "without", "cover", "languages")
_KEYS = ("context", "about", "extends", *_LISTS, "logo", "page", "colours", "fonts", "font", "section", "limits")
_PLACING = ("name", "before", "after")
NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
#: How much of a long matter is shown at most. `...-on-paper` counts rows of the PDF, the others are for both.
#: `pieces` are the rows of the table of a message's segments; 0 leaves it and its heading out.
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
    "pieces": 12,
    "windows": 6,
}
_MAY_BE_NONE = ("pieces",)


def read_theme_file(file: Path) -> tuple[dict[str, Any], list[UsageTrouble]]:
    """The tables of a theme.toml, always with `extends`, and everything wrong with them."""
    try:
        text, table = read_toml(file, "the theme")
    except UsageTrouble as wrong:
        return {"extends": ""}, [wrong]
    checked = _Checked(file, text, table)
    checked.all()
    return {"extends": "", **table}, checked.troubles


@cache
def colours() -> tuple[str, ...]:
    """The names of the colours that a theme may set: those of the lab report."""
    table = tomllib.loads((templates_dir() / "reports" / "lab" / FILE).read_text(encoding="utf-8"))
    return tuple(table["colours"])


def line_in(folder: Path, key: str, value: str) -> str:
    """Where the theme.toml of a folder says so: `path, line N`, or its path when it does not."""
    try:
        text = (folder / FILE).read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        text = ""
    return place_of(folder / FILE, text, key, value)


class _Checked:
    def __init__(self, file: Path, text: str, table: Mapping[str, Any]) -> None:
        self._file, self._text, self._table = file, text, table
        self.troubles: list[UsageTrouble] = []

    def refuse(self, what: str, key: str, to_do: str) -> None:
        self.troubles.append(UsageTrouble(what, where=place(self._file, self._text, key), to_do=to_do))

    def all(self) -> None:
        for key in self._table:
            if key not in _KEYS:
                self.refuse(f"unknown key {key!r}{nearest(key, _KEYS)}", key, f"known are {', '.join(sorted(_KEYS))}")
        self._version()
        for key in _LISTS:
            if not _names(self._table.get(key, [])):
                self.refuse(f"{key} must be a list of names", key, f'write {key} = ["summary"]')
        languages = self._table.get("languages", [])
        for name in languages if _names(languages) else ():
            if name not in LANGUAGES:
                self.refuse(f"there is no language {name!r}", "languages", "languages are " + ", ".join(LANGUAGES))
        if not isinstance(self._table.get("extends", ""), str):
            self.refuse("extends must be the name of a theme", "extends", 'write extends = "lab"')
        if not isinstance(self._table.get("about", ""), str):
            self.refuse("about must be text", "about", 'write about = "Two pages for a busy reader"')
        check_look(self._file.parent, self._table, colours(), self.refuse)
        self._limits()
        self._sections()

    def _version(self) -> None:
        version = self._table.get("context", CONTEXT)
        if isinstance(version, bool) or not isinstance(version, int):
            self.refuse("context is a whole number", "context", f"write context = {CONTEXT}")
        elif version != CONTEXT:
            older = version < CONTEXT
            self.refuse(
                f"the theme was written for version {version} of the template context, and this reporter has {CONTEXT}",
                "context",
                f"bring its templates up to version {CONTEXT} (docs/reference/templates.md), then write "
                f"context = {CONTEXT}"
                if older
                else "use a newer reporter, or an older copy of the theme",
            )

    def _limits(self) -> None:
        limits = self._table.get("limits", {})
        if not isinstance(limits, dict):
            self.refuse("limits is a table", "limits", "write [limits] and its keys below")
            return
        for key, value in limits.items():
            if key not in LIMITS:
                self.refuse(f"unknown limit {key!r}{nearest(key, LIMITS)}", key, f"known are {', '.join(LIMITS)}")
                continue
            least = 0 if key in _MAY_BE_NONE else 1
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= 10_000:
                told = f"the limit {key} must be a number from {least} to 10000"
                self.refuse(told, key, f"write {key} = {LIMITS[key]}")

    def _sections(self) -> None:
        placed = self._table.get("section", [])
        if not isinstance(placed, list) or not all(isinstance(each, dict) for each in placed):
            self.refuse("sections are put in place by several tables", "section", "write [[section]] with two brackets")
            return
        for each in placed:
            for key in each:
                if key not in _PLACING:
                    what = f"unknown key {key!r} in [[section]]{nearest(key, _PLACING)}"
                    self.refuse(what, key, "known are " + ", ".join(_PLACING))
            if not isinstance(each.get("name"), str) or not NAME.fullmatch(each["name"]):
                self.refuse("a [[section]] has no name", "section", 'write name = "marking", in small letters')
            for key in ("before", "after"):
                if key in each and not isinstance(each[key], str):
                    self.refuse(f"{key} must be the name of a section", key, f'write {key} = "summary"')
            if "before" in each and "after" in each:
                self.refuse("a section is put before or after another, not both", "before", "leave one of them out")


def _names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
