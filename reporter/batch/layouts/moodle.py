"""Moodle: `<Full name>_<id>_assignsubmission_file[_<file>]`, folder or file; the language does not matter."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reporter.batch.layouts import Listing, by_name, layout
from reporter.batch.submission import Claim

_NAME = re.compile(r"^(?P<name>.*?)_(?P<id>\d+)_assignsubmission_(?P<plugin>[a-z]+)_?(?P<file>.*)$", re.DOTALL)
#: What an anonymous assignment calls a student, in any language: one word and the number itself.
_BLIND = re.compile(r"^\S+[ _](\d+)$")


@layout("moodle", order=20)
def claims(listing: Listing) -> Mapping[str, Claim]:
    """Of a blind assignment only the number is known."""
    return by_name(listing, _claim)


def _claim(name: str) -> Claim | None:
    found = _NAME.match(name)
    if found is None:
        return None
    person, number = found["name"].replace("_", " ").strip(), found["id"]
    blind = _BLIND.match(person)
    if blind is not None and blind[1] == number:
        person = ""
    return Claim(person=number, name=person, lms_id=number, file=found["file"])
