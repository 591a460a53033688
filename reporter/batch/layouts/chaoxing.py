"""学习通 (超星): one `<学号>-<姓名>.zip` for each student, with the attachments and `答题记录.doc` inside.

No document of the vendor describes it; what other people's tools read is taken as the rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from reporter.batch.layouts import Listing, by_name, layout, stem
from reporter.batch.submission import Claim

_NAME = re.compile(r"^(?P<id>[A-Za-z]{0,3}\d{5,18}[A-Z]?)[-_](?P<name>[^\W\d_][^-_()（）]{0,30})\.zip$")


@layout("chaoxing", order=50)
def claims(listing: Listing) -> Mapping[str, Claim]:
    """All entries are zips of students: else it is the looser layout of numbers and names."""
    found = by_name(listing, _claim)
    return found if found and len(found) == len(listing.names) else {}


def _claim(name: str) -> Claim | None:
    found = _NAME.match(name)
    if found is None:
        return None
    return Claim(person=found["id"], id=found["id"], name=found["name"].strip(), text=stem(name))
