"""Gradescope's export: `submission_metadata.yml` beside one folder for each of its keys."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reporter.batch.layouts import Listing, layout
from reporter.batch.submission import Claim, Student

METADATA = "submission_metadata.yml"
_KEY = re.compile(r"""^["']?([^\s:"'][^:"']*)["']?:\s*$""")
_FIELD = re.compile(r"^\s+(-\s+)?:(name|sid|email):\s*(.*?)\s*$")
_SECTION = re.compile(r"^  :(\w+):")


@layout("gradescope", order=10)
def claims(listing: Listing) -> Mapping[str, Claim]:
    """The students of each key; several are a group."""
    if METADATA not in listing.files:
        return {}
    people = submitters(listing.text(METADATA))
    found = {}
    for key, students in people.items():
        if key not in listing.names or not students:
            continue
        first = students[0]
        members = tuple(Student(each.get("sid", ""), each.get("name", "")) for each in students)
        found[key] = Claim(
            person=key,
            id=first.get("sid", ""),
            name=first.get("name", ""),
            lms_id=re.sub(r"^submission_", "", key),
            login=first.get("email", ""),
            members=members if len(members) > 1 else (),
            logins=tuple(each.get("email", "") for each in students) if len(members) > 1 else (),
        )
    return found


def submitters(text: str) -> dict[str, list[dict[str, str]]]:
    """The submitters of each key: the only part of the file that is read, by its lines."""
    found: dict[str, list[dict[str, str]]] = {}
    people: list[dict[str, str]] | None = None
    section = ""
    for line in text.splitlines():
        if key := _KEY.match(line):
            people, section = found.setdefault(key[1], []), ""
        elif people is None:
            continue
        elif at := _SECTION.match(line):
            section = at[1]
        elif section == "submitters" and (field := _FIELD.match(line)):
            if field[1] or not people:
                people.append({})
            people[-1][field[2]] = _scalar(field[3])
    return found


def _scalar(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) > 1 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return "" if text in ("null", "~") else text
