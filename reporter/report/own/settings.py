"""report.toml: options from a file, under those of the command line."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from reporter.errors import UsageTrouble
from reporter.handwritten import nearest, place, read_toml
from reporter.options import LANGUAGES, ReportOptions

#: Keys of the [cover] table and of the file itself, and the option each one sets.
COVER = {
    "title": "title",
    "student": "student",
    "id": "student_id",
    "major": "major",
    "school": "school",
    "course": "course_name",
    "teacher": "teacher",
    "date": "date",
}
TOP = {
    "lang": "lang",
    "stream": "stream",
    "filter": "display_filter",
    "decode_as": "decode_as",
    "timezone": "timezone",
    "course": "course",
    "theme": "theme",
    "redact": "redact",
    "anonymize": "anonymize",
    "captures": "captures",
    "output": "outputs",
    "sections": "sections",
    "from": "feeds",
}
_LISTS = {"captures": "lab.pcapng", "output": "report.pdf", "sections": "handshake"}
#: What report.toml says beside the options: files, and which of them feeds which section.
_BESIDE = ("captures", "outputs", "feeds")


@dataclass(frozen=True, slots=True)
class Feed:
    """`section = "capture"` of the table [from], and where it stands."""

    section: str
    capture: str
    where: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What a report.toml and the command line say together. `captures` and `outputs` are names beside the file.

    `filter_at` is where the file says the filter, empty when it is not from the file.
    """

    options: ReportOptions
    captures: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    feeds: tuple[Feed, ...] = ()
    filter_at: str = ""


def settings_from(config: Path | None, chosen: Mapping[str, Any]) -> Settings:
    """What was `chosen`, else what the file says. Raises UsageTrouble."""
    reader = None if config is None else _Reader(config)
    values = {} if reader is None else reader.values()
    said = "display_filter" in values and chosen.get("display_filter") is None
    filter_at = reader.where("filter") if reader is not None and said else ""
    beside = {name: values.pop(name) for name in _BESIDE if name in values}
    values |= {name: value for name, value in chosen.items() if value is not None}
    named_here = "--timezone" if reader is None or chosen.get("timezone") is not None else reader.where("timezone")
    check_timezone(values.get("timezone"), named_here)
    return Settings(ReportOptions(**values), **beside, filter_at=filter_at)


def options_from(config: Path | None, chosen: Mapping[str, Any]) -> ReportOptions:
    """The options of a report: what was `chosen`, else what the file says. Raises UsageTrouble."""
    return settings_from(config, chosen).options


def check_timezone(name: Any, where: str) -> None:
    """Raise UsageTrouble when there is no such time zone; `where` tells who named it."""
    if name is None:
        return
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        known = sorted(zoneinfo.available_timezones())
        raise UsageTrouble(
            f"there is no time zone {name!r}{nearest(name, known)}",
            where=where,
            to_do="use a name such as Asia/Shanghai or UTC",
        ) from None


class _Reader:
    """Reads one file; everything it does not understand is an error that names the line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._text, self._table = read_toml(path, "the configuration file")

    def values(self) -> dict[str, Any]:
        table = self._table
        cover = table.pop("cover", {})
        if not isinstance(cover, dict):
            self._refuse("cover", "cover is a table: write [cover] and its keys below")
        return {name: self._top(key, value) for key, name, value in self._named(table, TOP, "")} | {
            name: self._cover(key, value) for key, name, value in self._named(cover, COVER, " in [cover]")
        }

    def _named(self, table: Mapping[str, Any], known: Mapping[str, str], place: str) -> list[tuple[str, str, Any]]:
        for key in table:
            if key not in known:
                names = [*known, *(["cover"] if known is TOP else [])]
                hint = nearest(key, names)
                if known is TOP and key in COVER:
                    hint = "; it belongs in the table [cover]"
                self._refuse(key, f"unknown key {key!r}{place}{hint}", to_do="known are " + ", ".join(names))
        return [(key, known[key], value) for key, value in table.items()]

    def _cover(self, key: str, value: Any) -> str:
        if isinstance(value, datetime.date):
            return value.isoformat()
        if isinstance(value, bool) or not isinstance(value, str | int):
            self._refuse(key, f"{key} must be text", to_do=f'write {key} = "…"')
        return str(value)

    def _feeds(self, table: Any) -> tuple[Feed, ...]:
        if not isinstance(table, dict):
            self._refuse("from", "from is a table: write [from] and its keys below")
        for key, value in table.items():
            if not isinstance(value, str):
                self._refuse(key, f"{key} must be text", to_do=f'write {key} = "lab.pcapng"')
        return tuple(Feed(key, value, self.where(key)) for key, value in table.items())

    def _list(self, key: str, value: Any) -> tuple[str, ...]:
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
            self._refuse(key, f"{key} must be a list of names", to_do=f'write {key} = ["{_LISTS[key]}"]')
        if key == "sections":
            from reporter.report.sources import check_sections

            check_sections(names, self.where(key))
        return tuple(names)

    def _top(self, key: str, value: Any) -> Any:
        if key == "from":
            return self._feeds(value)
        if key in _LISTS:
            return self._list(key, value)
        if key == "lang" and value not in LANGUAGES:
            self._refuse(key, f"there is no language {value!r}", to_do='write lang = "zh" or lang = "en"')
        if key == "stream" and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            self._refuse(key, "stream must be a number from 0", to_do="write stream = 0")
        if key == "decode_as":
            rules = [value] if isinstance(value, str) else value
            if not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules):
                self._refuse(
                    key,
                    "decode_as must be a list of texts",
                    to_do='write decode_as = ["tcp.port==8888,http"]',
                )
            return tuple(rules)
        if key in ("filter", "timezone", "course", "theme") and not isinstance(value, str):
            self._refuse(key, f"{key} must be text", to_do=f'write {key} = "…"')
        if key == "theme" and "/" in value:
            return str(self._path.parent / value)
        if key in ("redact", "anonymize") and not isinstance(value, bool):
            self._refuse(key, f"{key} must be true or false", to_do=f"write {key} = true or {key} = false")
        return self._path.parent / value if key == "course" else value

    def _refuse(self, key: str, what: str, *, to_do: str = "") -> NoReturn:
        raise UsageTrouble(what, where=self.where(key), to_do=to_do)

    def where(self, key: str) -> str:
        """The file, and the line in which the key stands."""
        return place(self._path, self._text, key)
