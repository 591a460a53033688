"""Canvas: `<sortablename>[_LATE]_<user id>_<attachment id>_<file>`, everything in one folder.

What was typed in or linked to is `…_<user id>_text.html` or `…_link.html`. A class may call its files so by itself,
with student numbers and dates in these places: the numbers of all files together tell whether they are Canvas's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from reporter.batch.layouts import Listing, layout
from reporter.batch.numbers import is_date, is_phone
from reporter.batch.submission import Claim

_NAME = re.compile(
    r"^(?P<name>(?=[^\s_]*[^\W\d_])[^\W_][^\s_]*|anon)(?P<late>_LATE)?_(?P<user>\d+|(?<=anon_)[A-Za-z0-9]{5})"
    r"_(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<online>text|link)\.html?)$",
    re.DOTALL,
)
#: Digits of what may be a student number as well as the id of a user, and of what is too long for such an id.
_SHORT, _LONG = 6, 8
#: Attachments of one assignment were numbered at about one time, and on no site are there so many for each user.
_APART, _FOR_EACH = 10_000, 100_000


@layout("canvas", order=30)
def claims(listing: Listing) -> Mapping[str, Claim]:
    """The name has lost its spaces and capitals; the roster has them."""
    read = {name: found for name in listing.files if (found := _NAME.match(name)) is not None and _plausible(found)}
    return {name: _claim(found) for name, found in read.items()} if _proven(list(read.values())) else {}


def _plausible(found: re.Match[str]) -> bool:
    """Whether the two numbers of one name may be those of a user and of an attachment, which are many more."""
    user, attachment = found["user"], found["attachment"]
    if found["name"] == "anon":
        return True
    if attachment is None:
        return len(user) < _LONG
    fewer = len(user) < _SHORT or int(user) < int(attachment)
    return fewer and int(attachment) < int(user) * _FOR_EACH and not (is_date(attachment) or is_phone(attachment))


def _proven(read: Sequence[re.Match[str]]) -> bool:
    """Whether the numbers of all names are Canvas's: no attachment twice, no user of two names, few namesakes."""
    attachments = [int(each["attachment"]) for each in read if each["attachment"]]
    if len(set(attachments)) < len(attachments) or (attachments and _far_apart(attachments)):
        return False
    named = [each for each in read if each["name"] != "anon"]
    users: dict[str, set[str]] = defaultdict(set)
    for each in named:
        users[each["user"]].add(each["name"])
    if len(users) == 1:
        return all(len(number) < _LONG for each in named for number in (each["user"], each["attachment"] or ""))
    names = {each["name"] for each in named}
    return (all(len(each) == 1 for each in users.values()) and 2 * len(names) > len(users)) or not named


def _far_apart(numbers: Sequence[int]) -> bool:
    return max(numbers) > 2 * min(numbers) + _APART


def _claim(found: re.Match[str]) -> Claim:
    anonymous = found["name"] == "anon"
    numbers = (found["name"], found["user"], found["attachment"])
    return Claim(
        person=found["user"],
        name="" if anonymous else found["name"],
        lms_id="" if anonymous else found["user"],
        file=found["file"] or f"{found['online']}.html",
        text="" if anonymous else "_".join(each for each in numbers if each),
    )
