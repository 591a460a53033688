"""A teacher's course: notes on packets by display filter, and words that replace ours. No Python needed.

A course is a folder with a file `course.toml` and, beside it, `prose/<language>/*.toml`; either may be missing.

    [[note]]
    when = "tcp.dstport == 8080"          a Wireshark display filter, evaluated by tshark
    zh = "这是实验服务器的端口。"
    en = "This is the port of the lab server."
    title = "实验服务器"                    optional; or {zh = "…", en = "…"}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reporter.errors import UsageTrouble
from reporter.explain.engine import Finding
from reporter.explain.evidence import word
from reporter.explain.words import Words
from reporter.handwritten import alike, line_of, nearest, place, read_toml
from reporter.options import LANGUAGES

FILE = "course.toml"
#: The rule of a finding that is a note, and its entry in the words.
NOTE = "note"
_KEYS = ("when", *LANGUAGES, "title")
#: Tables of the lexicon that may get further words; the others are complete.
_OPEN = frozenset(("lexicon.headers", "lexicon.methods", "lexicon.status", "lexicon.terms", "lexicon.layers"))
_RULE_KEYS = ("title", "text", "again", "ask")


@dataclass(frozen=True, slots=True)
class Note:
    """What a teacher says on every packet that the display filter `when` lets through; `line` is where it stands."""

    when: str
    texts: Mapping[str, str]
    titles: Mapping[str, str]
    line: int

    def finding(self, frame: int) -> Finding:
        """The note on a frame. It says nothing that is read from the packet, so it has no evidence."""
        title = word(self.titles) if self.titles else None
        return Finding(NOTE, frame, {"when": word(self.when), "said": word(self.texts), "own_title": title})


@dataclass(frozen=True, slots=True)
class Course:
    """A course that was read: `file` may not exist, `folder` is where its words are."""

    file: Path
    folder: Path
    notes: tuple[Note, ...] = ()


def load_course(path: Path) -> Course:
    """The course of a folder or of a file `course.toml`. Raises UsageTrouble for the first thing that is wrong."""
    course, troubles = read_course(path)
    if troubles:
        raise troubles[0]
    return course


def read_course(path: Path) -> tuple[Course, list[UsageTrouble]]:
    """The course as far as it can be read, and everything that is wrong with it, filters aside."""
    folder = path if path.is_dir() else path.parent
    file = path / FILE if path.is_dir() else path
    if not path.exists():
        to_do = "name a folder or its course.toml; for the name of the course on the cover use --course-name"
        return Course(file, folder), [UsageTrouble("there is no such course", where=str(path), to_do=to_do)]
    troubles: list[UsageTrouble] = []
    notes: tuple[Note, ...] = ()
    if file.exists():
        notes = _Reader(file, troubles).notes()
    elif not (folder / "prose").is_dir():
        to_do = f"put a file {FILE} or words in prose/zh and prose/en there"
        troubles.append(UsageTrouble("the folder holds no course", where=str(path), to_do=to_do))
    troubles += trouble_in_words(folder)
    return Course(file, folder, notes), troubles


def _tables(path: Path, what: str, troubles: list[UsageTrouble]) -> tuple[str, dict[str, Any]]:
    """The text and the tables of a TOML file; what is wrong is entered in `troubles`."""
    try:
        return read_toml(path, what)
    except UsageTrouble as trouble:
        troubles.append(trouble)
        return "", {}


class _Reader:
    """Reads one course file; everything it does not understand is a trouble that names the line."""

    def __init__(self, path: Path, troubles: list[UsageTrouble]) -> None:
        self._path, self._troubles = path, troubles
        self._text, self._table = _tables(path, "the course file", troubles)

    def notes(self) -> tuple[Note, ...]:
        for key in self._table:
            if key != NOTE:
                self._refuse(
                    f"unknown key {key!r}{nearest(key, [NOTE])}", key, to_do="a course file has [[note]] tables"
                )
        listed = self._table.get(NOTE, [])
        if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
            self._refuse("a note is one of several tables", NOTE, to_do="write [[note]] with two brackets")
            return ()
        starts = [found.start() for found in re.finditer(r"^[ \t]*\[\[[ \t]*note[ \t]*\]\]", self._text, re.MULTILINE)]
        starts += [0] * (len(listed) - len(starts))
        read = (self._note(each, start) for each, start in zip(listed, starts, strict=False))
        return tuple(note for note in read if note is not None)

    def _note(self, table: dict[str, Any], start: int) -> Note | None:
        before = len(self._troubles)
        for key in table:
            if key not in _KEYS:
                self._refuse(
                    f"unknown key {key!r} in [[note]]{nearest(key, _KEYS)}",
                    key,
                    start,
                    to_do="known are " + ", ".join(_KEYS),
                )
        for key in ("when", *LANGUAGES):
            if key in table and (not isinstance(table[key], str) or not table[key].strip()):
                self._refuse(f"{key} must be text", key, start, to_do=f'write {key} = "…"')
        titles = table.get("title", {})
        titles = dict.fromkeys(LANGUAGES, titles) if isinstance(titles, str) else titles
        if not isinstance(titles, dict) or not all(
            name in LANGUAGES and isinstance(title, str) and title.strip() for name, title in titles.items()
        ):
            self._refuse("title must be text", "title", start, to_do='write title = "…", or {zh = "…", en = "…"}')
        if len(self._troubles) > before:
            return None
        texts = {language: table[language].strip() for language in LANGUAGES if language in table}
        if "when" not in table or not texts:
            missing = "when" if "when" not in table else " or ".join(LANGUAGES)
            to_do = 'write when = "a display filter" and zh = "…", en = "…", or one of them'
            self._refuse(f"a [[note]] has no {missing}", NOTE, start, to_do=to_do)
            return None
        return Note(table["when"].strip(), texts, titles, line_of(self._text, start))

    def _refuse(self, what: str, key: str, start: int = 0, *, to_do: str) -> None:
        self._troubles.append(UsageTrouble(what, where=place(self._path, self._text, key, start), to_do=to_do))


def trouble_in_words(folder: Path, added: Iterable[str] = (), labels: Iterable[str] = ()) -> list[UsageTrouble]:
    """What is wrong with the words of a course or theme: files, tables, keys, values.

    `added` are tables of its own, with keys of its own, `labels` further keys of `[lexicon.report]`.
    """
    troubles: list[UsageTrouble] = []
    prose = folder / "prose"
    for each in sorted(prose.iterdir()) if prose.is_dir() else ():
        if each.is_dir() and each.name not in LANGUAGES and not each.name.startswith("."):
            to_do = "languages are " + ", ".join(LANGUAGES)
            troubles.append(UsageTrouble(f"there is no language {each.name!r}", where=str(each), to_do=to_do))
    for language in LANGUAGES:
        if (prose / language).is_dir():
            known = known_words(language) | dict.fromkeys(added, ())
            known["lexicon.report"] = (*known["lexicon.report"], *labels)
            for file in sorted((prose / language).glob("*.toml")):
                text, tables = _tables(file, "a file of words", troubles)
                _compare(file, text, tables, known, troubles, _OPEN | set(added))
    return troubles


def known_words(language: str) -> dict[str, tuple[str, ...]]:
    """The tables that our words of a language have, and the keys that each may have."""
    words = Words(language)
    known = {f"lexicon.{name}": tuple(table) for name, table in words.lexicon.items()}
    for code in words.codes():
        further = _RULE_KEYS if re.fullmatch(r"[A-Z]\d\d|note", code) else ("advice",) if "-" in code else ()
        known[code] = tuple(dict.fromkeys((*words.entry(code), *further)))
    return known


def _compare(
    file: Path,
    text: str,
    tables: dict[str, Any],
    known: Mapping[str, tuple[str, ...]],
    troubles: list[UsageTrouble],
    free: Set[str],
) -> None:
    lexicon = tables.pop("lexicon", {})
    given = {
        **tables,
        **({f"lexicon.{name}": table for name, table in lexicon.items()} if isinstance(lexicon, dict) else {}),
    }
    for name, table in given.items():
        header = re.search(rf"^[ \t]*\[[ \t]*{re.escape(name)}[ \t]*\]", text, re.MULTILINE)
        start = header.start() if header else 0
        where = f"{file}, line {line_of(text, start)}" if header else place(file, text, name)
        if name not in known:
            to_do = "a table is called as the rule, for example [H01]; reporter rules list names them"
            troubles.append(UsageTrouble(f"unknown table [{name}]{nearest(name, known)}", where=where, to_do=to_do))
            continue
        if not isinstance(table, dict):
            troubles.append(
                UsageTrouble(f"{name} must be a table", where=where, to_do=f"write [{name}] and its keys below")
            )
            continue
        for key, value in table.items():
            here = place(file, text, key, start)
            if key not in known[name] and name not in free:
                to_do = alike(key, known[name])
                troubles.append(
                    UsageTrouble(f"unknown key {key!r} in [{name}]{nearest(key, known[name])}", where=here, to_do=to_do)
                )
            elif not isinstance(value, str):
                troubles.append(UsageTrouble(f"{key} in [{name}] must be text", where=here, to_do=f'write {key} = "…"'))
