"""A submission that is a folder with a report.toml: the student's own words and settings beside our report.

The folder is put together anew from copies, so that nothing in it leads out. The roster decides who the student is
and the teacher which course and theme is used; what is wrong in the student's files costs the words, not the report.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from reporter.batch.submission import Piece, Student
from reporter.handwritten import read_toml
from reporter.options import ReportOptions
from reporter.report.own.files import OwnWords
from reporter.report.own.folder import CONFIG, sources_of, submission
from reporter.report.own.pieces import Title

_THEME = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Own:
    """What a student's folder asks for: its captures at their new places, and options."""

    captures: tuple[Piece, ...]
    options: ReportOptions


def own_report(
    captures: Sequence[Piece], others: Sequence[Piece], student: Student, options: ReportOptions, place: Path
) -> Own | None:
    """The folder of the report.toml nearest the top, made in `place`; None without one.

    `options` are the teacher's. Raises UsageTrouble or CaptureTrouble for what is wrong in it.
    """
    found = [each for each in others if PurePosixPath(each.name).name.lower() == CONFIG]
    if not found:
        return None
    config = min(found, key=lambda each: (each.name.count("/"), each.name))
    base = config.name[: -len(CONFIG)]
    pieces = {}
    for each in (*captures, *others):
        if each.name.startswith(base):
            path = place / (CONFIG if each is config else each.name[len(base) :])
            if _put(each.path, path, place):
                pieces[path] = replace(each, path=path)
    chosen = {"student": student.name or None, "student_id": student.id or None}
    paths, _, settings = submission(place, [], chosen, None)
    asked = settings.options
    mine = replace(
        asked,
        lang=asked.lang if "lang" in read_toml(config.path, CONFIG)[1] else options.lang,
        course=options.course,
        theme=asked.theme if _THEME.fullmatch(asked.theme) else options.theme,
        decode_as=(*options.decode_as, *asked.decode_as),
        timezone=asked.timezone or options.timezone,
        redact=options.redact,
        folder=place,
        sources=sources_of(settings.feeds, (), paths),
    )
    return Own(tuple(pieces[path] for path in dict.fromkeys(paths)), mine)


def sections_of(words: OwnWords) -> tuple[str, ...]:
    """What the student has written of: sections of their own by title, and those of ours that have their words."""
    found: dict[str, None] = {}
    for each in words.files:
        titles = [piece.text for piece in each.text.pieces if isinstance(piece, Title) and piece.level == 1]
        own_title = each.text.pieces[:1] and isinstance(each.text.pieces[0], Title) and each.text.pieces[0].level == 1
        if each.text.pieces and (each.way == "instead-of" or not own_title):
            found[each.section] = None
        found |= dict.fromkeys(titles)
    return tuple(found)


def _put(source: Path, path: Path, place: Path) -> bool:
    """Whether a copy could be put there; a link to the same bytes where the disk can."""
    try:
        if not path.resolve().is_relative_to(place.resolve()) or path.exists():
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, path)
        except OSError:
            shutil.copyfile(source, path)
    except (OSError, ValueError):
        return False
    return True
