"""A course made ready for use: read, and its filters put to tshark before any capture is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reporter.errors import UsageTrouble
from reporter.explain.course import Course, Note, load_course
from reporter.extract.filter import refusals


def ready_course(path: Path | None) -> Course | None:
    """The course at this path, None without one. Raises UsageTrouble for the first thing wrong with it."""
    if path is None:
        return None
    course = load_course(path)
    troubles = filter_troubles(course.file, course.notes)
    if troubles:
        raise troubles[0]
    return course


def filter_troubles(file: Path, notes: Sequence[Note]) -> list[UsageTrouble]:
    """A trouble for each note whose filter tshark refuses: tshark's message, and where it says the fault is."""
    refused = refusals([note.when for note in notes]) if notes else {}
    return [
        UsageTrouble(
            f"tshark refuses the display filter of a note: {said[0] if said else 'without saying why'}",
            where="\n".join([f"{file}, note in line {notes[index].line}, when", *said[1:]]),
            to_do="try it in Wireshark's filter bar, which turns green when it is right",
        )
        for index, said in sorted(refused.items())
    ]
