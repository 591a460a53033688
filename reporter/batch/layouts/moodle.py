"""Moodle: `<Full name>_<id>_assignsubmission_file[_<file>]`, folder or file; the language does not matter."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from reporter.batch.layouts import Listing, by_name, layout
from reporter.batch.submission import Claim

#: The default team of a site has a name and no id.
_NAME = re.compile(r"^(?P<name>.*?)(?:_(?P<id>\d+))?_assignsubmission_(?P<plugin>[a-z]+)_?(?P<file>.*)$", re.DOTALL)
#: What an anonymous assignment calls everybody, after the group where there is one; some sites repeat the number.
_BLIND = re.compile(
    r"(?:^|-)(?:participant|participante|partecipante|teilnehmer(?:[/-]?in)?|deelnemer|uczestnik|участник|参与者|參與者"
    r"|参加者|참가자)(?:[ _](?P<id>\d+))?$",
    re.IGNORECASE,
)
_REPEATED = re.compile(r"^\S+ (?P<id>\d+)$")
#: Some sites put the username before the name, whose own underscores Moodle makes spaces.
_USERNAME = re.compile(r"^(?P<login>[^\s_]*\d[^\s_]*)_(?P<name>.+)$", re.DOTALL)
#: So many of one name are no namesakes.
_MANY = 4


@layout("moodle", order=20)
def claims(listing: Listing) -> Mapping[str, Claim]:
    """Of a blind assignment only the number is known: all are called by one word, whatever the language."""
    found = by_name(listing, _claim)
    ids: dict[str, set[str]] = defaultdict(set)
    for claim in found.values():
        ids[claim.name].add(claim.lms_id)
    return {
        name: replace(claim, name="", text="") if len(ids) == 1 and len(ids[claim.name]) >= _MANY else claim
        for name, claim in found.items()
    }


def _claim(name: str) -> Claim | None:
    found = _NAME.match(name)
    if found is None:
        return None
    person, number = found["name"], found["id"] or ""
    username = _USERNAME.match(person)
    login, person = (username["login"], username["name"]) if username else ("", person)
    person = person.replace("_", " ").strip()
    repeated = _REPEATED.match(person)
    blind = _BLIND.search(person) or (repeated if repeated and repeated["id"] == number else None)
    if blind is not None:
        person, login, number = "", "", number or blind["id"] or ""
    whose = f"{login} {person}".strip()
    file = found["file"] or ("" if found["plugin"] == "file" else None)
    return Claim(person=number or whose, name=person, lms_id=number, login=login, file=file, text=whose)
