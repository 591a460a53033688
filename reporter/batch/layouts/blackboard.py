"""Blackboard: `<Assignment>_<username>_attempt_<date>[_<file>]`; the last attempt counts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reporter.batch.layouts import Listing, by_name, layout
from reporter.batch.submission import Claim

_NAME = re.compile(r"^.*_(?P<user>[^_]+)_attempt_(?P<date>\d{4}(?:-\d{1,2}){5})(?:_(?P<file>.*)|\.txt)?$", re.DOTALL)
_NUMBER = re.compile(r"\d{6,14}")


@layout("blackboard", order=40)
def claims(listing: Listing) -> Mapping[str, Claim]:
    """The username is often the student number."""
    return by_name(listing, _claim)


def _claim(name: str) -> Claim | None:
    found = _NAME.match(name)
    if found is None:
        return None
    user = found["user"]
    number = _NUMBER.search(user)
    return Claim(
        person=user, id=number[0] if number else "", login=user, attempt=found["date"], file=found["file"] or name
    )
