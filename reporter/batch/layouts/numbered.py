"""学号-姓名 in any order and with anything around it, as classes agree on for mail and chat groups."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reporter.batch.layouts import Listing, is_archive, layout, stem
from reporter.batch.submission import Claim

#: A student number: the longest run of 6 to 14 digits that is no date of this century.
_DIGITS = re.compile(r"(?<!\d)\d{6,14}(?!\d)")
_DATE = re.compile(r"^20[0-3]\d(0[1-9]|1[0-2])([0-2]\d|3[01])$")
_CHINESE = re.compile("(?<![\u4e00-\u9fff·])[\u4e00-\u9fff]{1,3}·?[\u4e00-\u9fff]{1,8}(?![\u4e00-\u9fff·])")
_LATIN = re.compile(r"[A-Za-z][A-Za-z.'’]+(?:[ -][A-Za-z][A-Za-z.'’]+){0,3}")
#: Words of a task, not of a person.
_TASK = re.compile(
    "实验|作业|报告|网络|课程|计算机|抓包|握手|挥手|班|组|最终|提交|学号|姓名|第.{1,3}次|专业|学院|分析|副本|新建"
)
_SEPARATORS = re.compile(r"[-_\s+,，、()（）\[\]【】.—–]+")


@layout("numbered", order=60)
def claims(listing: Listing) -> Mapping[str, Claim]:
    """Each folder or archive of a student is an attempt; loose files of one student belong together."""
    found = {}
    for name in listing.names:
        folder = name in listing.folders
        claim = _claim(name, "" if not (folder or is_archive(name)) else name, folder)
        if claim is not None:
            found[name] = claim
    return found


def _claim(name: str, attempt: str, folder: bool) -> Claim | None:
    text = name if folder else stem(name)
    numbers = _DIGITS.findall(text)
    number = max((each for each in numbers if not _DATE.match(each)), key=len, default="") or (
        max(numbers, key=len, default="")
    )
    if not number:
        return None
    return Claim(person=number, id=number, name=_person(text.replace(number, "-", 1)), attempt=attempt, file=name)


def _person(text: str) -> str:
    words = [each for each in _SEPARATORS.split(text) if each]
    chinese = [each for each in words if _CHINESE.fullmatch(each) and 2 <= len(each) <= 12 and not _TASK.search(each)]
    if chinese:
        return min(chinese, key=lambda each: (not 2 <= len(each) <= 4, words.index(each)))
    if any(_CHINESE.search(each) for each in words):
        glued = re.sub(f"({_TASK.pattern}).*", "", "".join(words))
        glued = "".join(re.findall("[\u4e00-\u9fff·]", glued))
        return glued if 2 <= len(glued) <= 4 else ""
    latin = [
        each
        for each in _LATIN.findall(text.replace("_", " "))
        if not re.search(r"lab|home|work|final|report", each, re.I)
    ]
    return latin[0].strip() if latin else ""
