"""No layout at all: each folder or file is a student, called as it is called."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reporter.batch.layouts import Listing, is_archive, layout, stem
from reporter.batch.submission import Claim

#: Loose files that a teacher or an LMS keeps beside the submissions.
_LISTS = re.compile(r"\.(csv|xlsx?|yml|yaml|toml|html?)$|^readme", re.IGNORECASE)


def is_list(name: str) -> bool:
    """Whether a file is one that a teacher or an LMS keeps beside the submissions."""
    return bool(_LISTS.search(name))


@layout("folders", order=90)
def claims(listing: Listing) -> Mapping[str, Claim]:
    """The last to be asked: it recognises everything but lists of the class."""
    found = {}
    for name in (*listing.folders, *(each for each in listing.files if not is_list(each))):
        person = name if name in listing.folders else stem(name)
        attempt = name if name in listing.folders or is_archive(name) else ""
        found[name] = Claim(person=person, name=person, login=person, attempt=attempt, file=name, text=person)
    return found
