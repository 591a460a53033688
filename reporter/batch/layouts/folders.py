"""No layout at all: each folder or file is a student, called as it is called."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reporter.batch.layouts import Listing, is_archive, layout, stem
from reporter.batch.persons import person_in
from reporter.batch.submission import Claim

#: Loose files that a teacher or an LMS keeps beside the submissions.
_LISTS = re.compile(r"\.(csv|xlsx?|yml|yaml|toml|html?)$|^readme", re.IGNORECASE)


def is_list(name: str) -> bool:
    """Whether a file is one that a teacher or an LMS keeps beside the submissions."""
    return bool(_LISTS.search(name))


@layout("folders", order=90)
def claims(listing: Listing) -> Mapping[str, Claim]:
    """The last to be asked: it recognises everything. What may be a list of the class is told to be aside."""
    found = {}
    for name in listing.names:
        folder = name in listing.folders
        person = name if folder else stem(name)
        found[name] = Claim(
            person=person,
            name=person_in(person) or person,
            login=person,
            attempt=name if folder or is_archive(name) else "",
            file=name,
            text=person,
            aside=not folder and is_list(name),
        )
    return found
