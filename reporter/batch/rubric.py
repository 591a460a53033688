"""rubric.toml: the checks of a teacher. Each check has a kind, which is one file in `reporter.batch.checks`.

[[check]]
id = "handshake"
kind = "opening"
points = 10
any_of = ["three-way"]
pass = {zh = "完整抓到三次握手。", en = "The three-way handshake is there."}     optional
fail = {zh = "没有抓到三次握手。", en = "The three-way handshake is missing."}   optional
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reporter.batch.checks import KINDS, ORDERED, Kind, Wrong, kinds
from reporter.errors import UsageTrouble
from reporter.handwritten import nearest, place, read_toml
from reporter.options import LANGUAGES

_COMMON = ("id", "kind", "points", "pass", "fail")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what its kind needs is in `wants`; `texts` are the teacher's own words, by outcome and language."""

    id: str
    kind: str
    points: float
    wants: Mapping[str, Any]
    texts: Mapping[str, Mapping[str, str]]
    line: int = 0

    @property
    def filters(self) -> tuple[str, ...]:
        """The display filters it needs, with placeholders."""
        return KINDS[self.kind].filters(self.wants)


@dataclass(frozen=True, slots=True)
class Rubric:
    """The checks in the order of the file; `digest` stands for its content."""

    file: Path
    checks: tuple[Check, ...]
    digest: str

    @property
    def points(self) -> float:
        """The sum of the points of all checks."""
        return sum(check.points for check in self.checks)


def load_rubric(path: Path) -> Rubric:
    """The rubric of a file. Raises UsageTrouble for the first thing that is wrong; filters are not put to tshark."""
    rubric, troubles = read_rubric(path)
    if troubles:
        raise troubles[0]
    return rubric


def read_rubric(path: Path) -> tuple[Rubric, list[UsageTrouble]]:
    """The rubric as far as it can be read, and everything that is wrong with it, filters aside."""
    kinds()
    try:
        text, table = read_toml(path, "the rubric")
    except UsageTrouble as trouble:
        return Rubric(path, (), ""), [trouble]
    reader = _Reader(path, text)
    return Rubric(path, reader.checks(table), hashlib.sha256(path.read_bytes()).hexdigest()), reader.troubles


class _Reader:
    """Reads one file; everything it does not understand is a trouble that names the line."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._text = path, text
        self.troubles: list[UsageTrouble] = []

    def checks(self, table: Mapping[str, Any]) -> tuple[Check, ...]:
        for key in table:
            if key != "check":
                start = self._top(key, table[key])
                self._refuse(
                    f"unknown key {key!r}{nearest(key, ['check'])}", key, start, "a rubric has [[check]] tables"
                )
        listed = table.get("check", [])
        if not isinstance(listed, list) or not listed or not all(isinstance(each, dict) for each in listed):
            self._refuse(
                "the rubric has no checks", "check", 0, "write [[check]] with two brackets, and its keys below"
            )
            return ()
        starts = [found.start() for found in re.finditer(r"^[ \t]*\[\[[ \t]*check[ \t]*\]\]", self._text, re.MULTILINE)]
        starts += [0] * (len(listed) - len(starts))
        seen: set[str] = set()
        found = []
        for each, start in zip(listed, starts, strict=False):
            check = self._check(each, start)
            if check is None:
                continue
            if check.id in seen:
                self._refuse(f"the id {check.id!r} is there twice", "id", start, "give each check an id of its own")
            seen.add(check.id)
            found.append(check)
        return tuple(found)

    def _top(self, key: str, value: Any) -> int:
        """Where a key stands that is in no check; there may be one of that name in the checks before it."""
        if not isinstance(value, dict | list):
            return 0
        found = re.search(rf"^[ \t]*\[+[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*[\].]", self._text, re.MULTILINE)
        return found.start() if found is not None else 0

    def _check(self, table: dict[str, Any], start: int) -> Check | None:
        before = len(self.troubles)
        name = table.get("kind")
        kind = KINDS.get(name) if isinstance(name, str) else None
        if kind is None:
            hint = nearest(str(name), KINDS) if name else ""
            what = f"there is no kind of check {name!r}{hint}" if name else "a check has no kind"
            self._refuse(what, "kind", start, "kinds are " + ", ".join(KINDS))
            return None
        ident = table.get("id")
        if not isinstance(ident, str) or not _ID.fullmatch(ident):
            self._refuse("a check has no usable id", "id", start, 'write id = "handshake": letters, digits, - and _')
        points = table.get("points", 0)
        if isinstance(points, bool) or not isinstance(points, int | float) or not 0 <= points <= 10_000:
            self._refuse("points must be a number from 0", "points", start, "write points = 10")
        wants = self._wants(kind, table, start)
        texts = {outcome: self._text_of(table, outcome, start) for outcome in ("pass", "fail")}
        if len(self.troubles) > before:
            return None
        line = self._text.count("\n", 0, start) + 1
        return Check(str(ident), kind.name, points, wants, texts, line)

    def _wants(self, kind: Kind, table: Mapping[str, Any], start: int) -> dict[str, Any]:
        for key in table:
            if key not in _COMMON and key not in kind.keys:
                self._refuse(
                    f"unknown key {key!r} for the kind {kind.name}{nearest(key, [*kind.keys, *_COMMON])}",
                    key,
                    start,
                    "it may have " + ", ".join([*_COMMON, *kind.keys]),
                )
        wants: dict[str, Any] = {}
        for key, read in kind.keys.items():
            if key in table:
                try:
                    wants[key] = read(table[key])
                except Wrong as wrong:
                    self._refuse(f"{key} {wrong}", key, start, f"see the kind {kind.name} in the guide")
        lacking = next((key for key in kind.needs if key not in table), "")
        if lacking:
            self._refuse(f"a check of the kind {kind.name} needs {lacking}", "kind", start, f"write {lacking} = …")
        if kind.one_of and not any(key in table for key in kind.one_of):
            choice = " or ".join(kind.one_of)
            self._refuse(
                f"a check of the kind {kind.name} needs {choice}", "kind", start, f"write {kind.one_of[0]} = …"
            )
        for low, high in ORDERED:
            if low in wants and high in wants and wants[low] > wants[high]:
                what = f"{low} is above {high}, so that nothing can pass"
                self._refuse(what, low, start, "correct one of them, or leave one out")
        if wants.get("at_least") == 0 and "at_most" not in wants:
            self._refuse(
                "at_least = 0 asks for nothing, so that everything passes",
                "at_least",
                start,
                "write 1 or more; for things that may not be there, at_most = 0",
            )
        return wants

    def _text_of(self, table: Mapping[str, Any], outcome: str, start: int) -> dict[str, str]:
        given = table.get(outcome, {})
        if isinstance(given, str):
            return dict.fromkeys(LANGUAGES, given)
        if not isinstance(given, dict) or not all(
            key in LANGUAGES and isinstance(value, str) for key, value in given.items()
        ):
            self._refuse(f"{outcome} must be text", outcome, start, f'write {outcome} = {{zh = "…", en = "…"}}')
            return {}
        return dict(given)

    def _refuse(self, what: str, key: str, start: int, to_do: str) -> None:
        self.troubles.append(UsageTrouble(what, where=place(self._path, self._text, key, start), to_do=to_do))
