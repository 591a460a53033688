"""学号-姓名 in any order and with anything around it, as classes agree on for mail and chat groups."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from reporter.batch.layouts import Listing, is_archive, layout, stem
from reporter.batch.numbers import is_date, numbers_in
from reporter.batch.submission import Claim

_CHINESE = re.compile("(?<![\u4e00-\u9fff·])[\u4e00-\u9fff]{1,3}·?[\u4e00-\u9fff]{1,8}(?![\u4e00-\u9fff·])")
_LATIN = re.compile(r"[A-Za-z][A-Za-z.'’]+(?:[ -][A-Za-z][A-Za-z.'’]+){0,3}")
#: Words of a task, not of a person.
_TASK = re.compile(
    "实验|作业|报告|网络|课程|计算机|抓包|握手|挥手|班|组|最终|提交|学号|姓名|第.{1,3}次|专业|学院|分析|副本|新建"
)
_SEPARATORS = re.compile(r"[-_\s+,，、()（）\[\]【】.—–]+")


@layout("numbered", order=60)
def claims(listing: Listing) -> Mapping[str, Claim]:
    """Each folder or archive of a student is an attempt; loose files of one student belong together.

    A date with which several people's names begin is nobody's number.
    """
    found = {}
    people: dict[str, set[str]] = defaultdict(set)
    for name in listing.names:
        folder = name in listing.folders
        claim = _claim(name, "" if not (folder or is_archive(name)) else name, folder)
        if claim is not None:
            found[name] = claim
            people[claim.id].add(claim.name)
    return {name: _dated(claim) if _is_task(claim.id, people) else claim for name, claim in found.items()}


def _is_task(number: str, people: Mapping[str, set[str]]) -> bool:
    return is_date(number) and len(people[number] - {""}) > 1


def _dated(claim: Claim) -> Claim:
    return replace(claim, person=claim.name or claim.person, id="")


def _claim(name: str, attempt: str, folder: bool) -> Claim | None:
    text = unicodedata.normalize("NFKC", name if folder else stem(name))
    numbers = numbers_in(text)
    if not numbers:
        return None
    number = numbers[0]
    person = _person(text.replace(number, "-", 1))
    return Claim(person=number, id=number, name=person, attempt=attempt, file=name, text=text)


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
