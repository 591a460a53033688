"""`{student.id}` and `{student.name}` within the strings of a display filter, put in so that they stay strings."""

from __future__ import annotations

import re
from typing import Any

from reporter.batch.checks import Wrong, text
from reporter.batch.submission import Student

_STRING = re.compile(r'(?P<raw>\b[rR])?"(?P<inner>(?:[^"\\]|\\.)*)"')
_PLACE = re.compile(r"\{student\.(id|name)\}")
_ANY = re.compile(r"\{\s*student[^}]*\}")
_MATCHES = re.compile(r"(\bmatches|~)\s*$")
#: A student for whom a filter is tried out.
SAMPLE = Student("20260000", "示例")


def display_filter(value: Any) -> str:
    """A display filter whose placeholders are right. Raises Wrong."""
    written = text(value)
    outside = _STRING.sub("", written)
    if _ANY.search(outside):
        raise Wrong('may use {student.id} and {student.name} only within a string: http contains "{student.id}"')
    for found in _STRING.finditer(written):
        unknown = [each for each in _ANY.findall(found["inner"]) if not _PLACE.fullmatch(each)]
        if unknown:
            raise Wrong(f"knows no {unknown[0]}; there are {{student.id}} and {{student.name}}")
        if found["raw"] and _PLACE.search(found["inner"]):
            raise Wrong('may use {student.id} and {student.name} in "…", not in r"…"')
    return written


def needed(written: str) -> frozenset[str]:
    """What a filter asks of the student: `id`, `name`, both or nothing."""
    return frozenset(_PLACE.findall(written))


def filled(written: str, student: Student) -> str:
    """The filter for one student. After `matches` the value is taken literally, not as a pattern."""

    def fill(found: re.Match[str]) -> str:
        pattern = bool(_MATCHES.search(written[: found.start()]))

        def value(place: re.Match[str]) -> str:
            said = student.id if place[1] == "id" else student.name
            said = "".join(each for each in said if each.isprintable())
            return (re.escape(said) if pattern else said).replace("\\", "\\\\").replace('"', '\\"')

        return f'{found["raw"] or ""}"{_PLACE.sub(value, found["inner"])}"'

    return _STRING.sub(fill, written)
