"""Canvas: `<sortablename>[_LATE]_<user id>_<attachment id>_<file>`, everything in one folder.

What was typed in or linked to is `…_<user id>_text.html` or `…_link.html`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from reporter.batch.layouts import Listing, by_name, layout
from reporter.batch.submission import Claim

_NAME = re.compile(
    r"^(?P<name>[^\W_][^\s_]*|anon)(?P<late>_LATE)?_(?P<user>\d+|(?<=anon_)[A-Za-z0-9]{5})"
    r"_(?:\d+_(?P<file>.+)|(?P<online>text|link)\.html?)$",
    re.DOTALL,
)
#: A file that was handed in again is numbered before its ending.
_AGAIN = re.compile(r"-\d+(?=\.[^.]+$)")


@layout("canvas", order=30)
def claims(listing: Listing) -> Mapping[str, Claim]:
    """The name has lost its spaces and capitals; the roster has them."""
    return by_name(listing, _claim)


def _claim(name: str) -> Claim | None:
    found = _NAME.match(name)
    if found is None:
        return None
    anonymous = found["name"] == "anon"
    return Claim(
        person=found["user"],
        name="" if anonymous else found["name"],
        lms_id="" if anonymous else found["user"],
        file=_AGAIN.sub("", found["file"]) if found["file"] else f"{found['online']}.html",
        text="" if anonymous else found["name"],
    )
