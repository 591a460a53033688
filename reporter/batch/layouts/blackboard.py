"""Blackboard: `<Assignment>_<username>_attempt_<date>[_<file>]`; the last attempt counts."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

from reporter.batch.layouts import Listing, layout
from reporter.batch.numbers import numbers_in
from reporter.batch.submission import Claim

_NAME = re.compile(r"^(?P<whose>.*_[^_]+)_attempt_(?P<date>\d{4}(?:-\d{1,2}){5})(?:_(?P<file>.*)|\.txt)?$", re.DOTALL)


@layout("blackboard", order=40)
def claims(listing: Listing) -> Mapping[str, Claim]:
    """The username, often the student number, is what follows the assignment, which all names begin with."""
    found = {name: match for name in listing.names if (match := _NAME.match(name)) is not None}
    whose = {match["whose"] for match in found.values()}
    pairs = zip(min(whose), max(whose), strict=False) if len(whose) > 1 else ()
    same = "".join(one for one, _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)).rpartition("_")[0]
    return {name: _claim(name, match, same) for name, match in found.items()}


def _claim(name: str, match: re.Match[str], same: str) -> Claim:
    whose = match["whose"]
    user = whose[len(same) + 1 :] if same else whose.rpartition("_")[2]
    number = next(iter(numbers_in(user)), "")
    return Claim(person=whose, id=number, login=user, attempt=match["date"], file=match["file"] or name, text=whose)
