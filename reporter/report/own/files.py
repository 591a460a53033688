"""Which Markdown files a folder holds, and where in the report each belongs: their names say it.

    before-handshake.md       before what the section says
    after-handshake.md        after it
    instead-of-handshake.md   in its place

What comes before the first heading `# …` of such a file stands in the section itself, under its title; each `# …`
begins a section of its own, which comes before or after that section.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reporter.errors import UsageTrouble
from reporter.handwritten import nearest
from reporter.report.own.folder import CONFIG
from reporter.report.own.inside import as_text, read_inside
from reporter.report.own.pieces import Piece, Shown, Used, Written

WAYS = ("before", "after", "instead-of")
MOST_TEXT, MOST_PICTURES = 512 << 10, 30 << 20
_NAMED = re.compile(rf"({'|'.join(WAYS)})-(.+)\.md", re.IGNORECASE)
_NOT_OURS = ("readme.md",)


@dataclass(frozen=True, slots=True)
class Words:
    """One file of a person's own words: what it is called, its SHA-256, how it stands to which section."""

    file: str
    sha256: str
    way: str
    section: str
    text: Written


@dataclass(frozen=True, slots=True)
class OwnWords:
    """All that a person's folder adds to the report, by the section where it stands."""

    files: tuple[Words, ...] = ()
    settings: Used | None = None

    @property
    def used(self) -> tuple[Used, ...]:
        """All files of the folder, other than captures, that the report is made of, each once."""
        written = [Used(each.file, each.sha256) for each in self.files]
        shown = (each for words in self.files for each in words.text.shows)
        return tuple(dict.fromkeys([*([self.settings] if self.settings else []), *written, *shown]))

    def pieces(self, way: str, section: str) -> tuple[Piece, ...]:
        """What stands so to the section; nothing when there is no such file."""
        return next((each.text.pieces for each in self.files if (each.way, each.section) == (way, section)), ())


def own_words(folder: Path | None, sections: Sequence[str], known: Sequence[str]) -> OwnWords:
    """The Markdown files of a folder. `sections` are those of this report, `known` all there are.

    Raises UsageTrouble for a file that belongs nowhere, and for what is wrong in one.
    """
    if folder is None:
        return OwnWords()
    found: list[Words] = []
    for path in sorted(folder.iterdir(), key=lambda each: each.name):
        if path.suffix.lower() not in (".md", ".markdown") or path.name.lower() in _NOT_OURS:
            continue
        way, section = _place(path, sections, known)
        if any((each.way, each.section) == (way, section) for each in found):
            raise UsageTrouble(f"two files are called {way}-{section}", where=str(path), to_do="put them together")
        from reporter.report.own.markdown import written

        content = read_inside(folder, path.name, MOST_TEXT, (".md",), path)
        text = written(as_text(content, path.name, path), str(path), folder)
        found.append(Words(path.name, hashlib.sha256(content).hexdigest(), way, section, text))
    _check_size(folder, found)
    return OwnWords(tuple(found), _settings(folder))


def _settings(folder: Path) -> Used | None:
    try:
        return Used(CONFIG, hashlib.sha256((folder / CONFIG).read_bytes()).hexdigest())
    except OSError:
        return None


def _place(path: Path, sections: Sequence[str], known: Sequence[str]) -> tuple[str, str]:
    match = _NAMED.fullmatch(path.name)
    if match is None:
        names = [f"{way}-{section}.md" for way in WAYS for section in sections]
        raise UsageTrouble(
            f"the name of {path.name!r} does not say where in the report it belongs{nearest(path.name, names)}",
            where=str(path),
            to_do="call it before-SECTION.md, after-SECTION.md or instead-of-SECTION.md; or README.md to leave it out",
        )
    way, section = match[1].lower(), match[2]
    if section not in sections:
        what = "is not in this report" if section in known else "does not exist"
        raise UsageTrouble(
            f"the section {section!r} {what}{nearest(section, sections)}",
            where=str(path),
            to_do="the sections of this report are " + ", ".join(sections),
        )
    return way, section


def _check_size(folder: Path, found: Sequence[Words]) -> None:
    shown = (piece for each in found for piece in each.text.pieces if isinstance(piece, Shown))
    if sum(len(piece.shot.data) for piece in shown) > MOST_PICTURES:
        raise UsageTrouble(
            f"the pictures are larger than {MOST_PICTURES >> 20} MB together",
            where=str(folder),
            to_do="make them smaller",
        )
