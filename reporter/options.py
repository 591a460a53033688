"""What the caller of a report may choose."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

#: What a report can be written in.
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Source:
    """The capture that a section shows, by its name in the report, and the stream of it, None for the best one."""

    section: str
    file: str
    stream: int | None = None


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """The choices for one report; the cover leaves out what is None.

    `display_filter` selects the packets that are shown, never those that are analysed. `timezone` is an IANA
    name (`Asia/Shanghai`); None means UTC. `course` is a folder or `course.toml` with a teacher's notes and words,
    `course_name` what the cover calls the course. `theme` is the name of a theme or the path of its folder.
    `sources` say which capture feeds which section, where that is not left to us; `sections` are those of the
    report, in order, where the theme is not to say it. `folder` holds a person's own words.
    `redact` masks secrets, `anonymize` replaces addresses and host names.
    """

    lang: str = "zh"
    stream: int | None = None
    display_filter: str | None = None
    decode_as: tuple[str, ...] = ()
    title: str | None = None
    student: str | None = None
    student_id: str | None = None
    major: str | None = None
    school: str | None = None
    course_name: str | None = None
    teacher: str | None = None
    date: str | None = None
    timezone: str | None = None
    course: Path | None = None
    theme: str = "lab"
    sources: tuple[Source, ...] = ()
    redact: bool = True
    anonymize: bool = False
    sections: tuple[str, ...] = ()
    folder: Path | None = None
