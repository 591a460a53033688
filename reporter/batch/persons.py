"""Persons within a name of a file: which of its words are somebody's, and which are of a task or a class.

Nothing here is sure. Where two words may be the person's, neither is said to be.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Set

from reporter.batch.numbers import is_date, is_phone, numbers_in

#: Letters of Chinese, Japanese and Korean, in which names have no spaces.
CJK = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
_OTHER = rf"[^\W\d_{CJK}]"
_DOTS = "·•・‧"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭"
    "陆汪范廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷黎龙史陶贺毛郝顾龚邵万覃武戴孔汤康易乔赖文樊殷施洪翟安颜倪严牛温"
    "芦季俞章鲁葛伍申尤毕聂柴焦柳邢岳齐梅莫庄辛管祝左涂谷耿牟卜詹苗凌费靳盛童欧甄项曲游阳裴席卫查屈鲍霍翁隋甘景薄司柏"
    "宁柯阮桂闵柴华车冉房辜饶刁瞿戚丘古米池滕晋苑邬臧宫苟褚廉简娄盖符奚穆党燕郎冀姬屠郜晏栾郁商蒙喻窦迟敖冷卓花仇艾蓝"
    "巩井练仲虞卞封竺冼楚佟栗匡宗巫鞠桑荆谌银伏岑习蔺钱佘蒲"
    "張劉陳楊黃趙吳孫馬羅鄭謝許韓馮鄧蕭葉蘇呂盧鍾韋賈鄒龍賀顧龔萬湯喬賴顏嚴溫蘆魯畢聶齊莊費項陽衛鮑"
)
#: Words: with a Chinese surname before other letters (陈Mary), Chinese with or without a dot, of other letters.
_WORD = re.compile(
    rf"[{_SURNAMES}]{_OTHER}{{2,}}|[{CJK}]+(?:[{_DOTS}][{CJK}]+)*|{_OTHER}+(?:['’.]{_OTHER}+)*\.?", re.UNICODE
)
#: In place of what may be a student number.
_GAP = "|"
#: What may stand between the words of one name that is written with spaces.
_WITHIN = re.compile(r"^(?:[ _-]|, ?)$")
#: Words of a task, not of a person.
TASK = re.compile(
    "实验|作业|报告|网络|课程|计算机|抓包|握手|挥手|班|组|最终|提交|学号|姓名|第.{1,3}[次版稿]|.版$|修改|更新|订正|专业|学院|分析|副本|新建|路由|安全|"
    "数据|文件|文档|连接|方案|程序|高级|请求|响应|报文|名单|成绩|评分|答案"
)
_TASK_WORD = re.compile(
    r"(labs?|homework|home|hw|work|final|reports?|exp|experiments?|tasks?|tests?|assignments?|https?|tcp|udp|dns|tls|ip|"
    r"web|wireshark|captures?|pcap|pcapng|cap|traces?|packets?|ports?|groups?|teams?|class|version|ver|new|old|copy|"
    r"submissions?|submit|answers?|networks?|computer|cs|no|id|the|of|and|my|student|name|part|draft|week|v)\.?",
    re.IGNORECASE,
)
#: Between a task and a person that are written without a space.
_GLUE = re.compile("第.{1,3}次|实验报告|实验[一二三四五六七八九十]*|作业|报告|抓包|最终版?|提交")
_LONG_SURNAMES = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "皇甫",
    "东方",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "司徒",
    "端木",
    "歐陽",
    "司馬",
)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def words(text: str) -> list[tuple[int, int, str]]:
    """The words of a name, each with where it begins and ends in its NFKC form; numbers part them."""
    return [(found.start(), found.end(), found[0]) for found in _WORD.finditer(_blanked(_fold(text)))]


def _blanked(text: str) -> str:
    """The text with something between words in place of what may be a student number, with its letters."""
    for number in numbers_in(text):
        text = text.replace(number, _GAP * len(number), 1)
    return text


def is_chinese(word: str) -> bool:
    """Whether a word is of Chinese, Japanese or Korean letters, which part no words by spaces."""
    return bool(re.search(f"[{CJK}]", word))


def is_surnamed(word: str) -> bool:
    """Whether a word is plainly a person's: a common Chinese surname first, or parts with a dot, or kana or Hangul."""
    if re.search(f"[{_DOTS}\u3040-\u30ff\uac00-\ud7a3]", word):
        return len(word) > 1
    if not re.fullmatch(f"[{CJK}]+", word):
        return is_chinese(word) and word[0] in _SURNAMES
    return (len(word) in (2, 3) and word[0] in _SURNAMES) or (len(word) in (3, 4) and word.startswith(_LONG_SURNAMES))


def candidates(text: str) -> list[tuple[int, str]]:
    """Everything within a name that may be a person's, with where it begins: without words of a task."""
    whole = _fold(text)
    blanked = _blanked(whole) + _GAP
    found: list[tuple[int, str]] = []
    phrase: list[tuple[int, int, str]] = []

    def end_phrase() -> None:
        if phrase and max(len(word) for _, _, word in phrase) > 1:
            found.append((phrase[0][0], whole[phrase[0][0] : phrase[-1][1]].replace("_", " ")))
        phrase.clear()

    for start, end, word in words(text):
        if is_chinese(word):
            end_phrase()
            # A class or a task has its number right behind it.
            counted = whole[end : end + 1].isdigit() and blanked[end] != _GAP
            found += [(start, each) for each in _chinese(word) if is_surnamed(each) or not counted]
        elif _TASK_WORD.fullmatch(word):
            end_phrase()
        else:
            if len(phrase) == 4 or (phrase and not _WITHIN.match(whole[phrase[-1][1] : start])):
                end_phrase()
            phrase.append((start, end, word))
    end_phrase()
    return found


def _chinese(word: str) -> list[str]:
    """What may be a person within a word of Chinese letters."""
    mixed = re.fullmatch(rf"([{CJK}]+)({_OTHER}+)", word)
    if mixed is not None and (not is_surnamed(word) or _TASK_WORD.fullmatch(mixed[2])):
        return _chinese(mixed[1])
    if not TASK.search(word):
        return [word] if 2 <= len(word) <= 20 else []
    return [each for each in _GLUE.split(word) if is_surnamed(each) and not TASK.search(each)]


def person_in(text: str, common: Set[str] = frozenset()) -> str:
    """The person within a name, empty where none or several may be meant. `common` are words of the whole class."""
    found = list(dict.fromkeys(each for _, each in candidates(text)))
    found = [each for each in found if each not in common] or found
    plain = [each for each in found if is_surnamed(each)] or found
    return plain[0] if len(plain) == 1 else ""


def pairs_in(text: str, common: Set[str] = frozenset()) -> list[tuple[str, str]]:
    """The numbers and names of a group (`20990001示例甲_20990002示例乙`), in turn; empty where it is no plain one."""
    whole = _fold(text)
    numbers = [each for each in numbers_in(whole) if not (is_date(each) or is_phone(each))]
    if len(set(numbers)) < max(2, len(numbers)) or len({len(each) for each in numbers}) > 1:
        return []
    placed = [(whole.index(each), each) for each in numbers]
    people = [pair for pair in candidates(text) if pair[1] not in common]
    for names in (people, [pair for pair in people if is_surnamed(pair[1])]):
        turn = sorted([*((at, True, each) for at, each in placed), *((at, False, each) for at, each in names)])
        kinds = [is_number for _, is_number, _ in turn]
        if len(names) == len(numbers) and all(one != other for one, other in itertools.pairwise(kinds)):
            said = [each for _, _, each in turn]
            return [(a, b) if kinds[0] else (b, a) for a, b in zip(said[::2], said[1::2], strict=True)]
    return []


def words_common(texts: Iterable[tuple[str, str]]) -> Set[str]:
    """Words that are no names, as most of a class have them; from pairs of somebody's number and their file's name."""
    people: dict[str, set[str]] = {}
    everybody = set()
    for number, text in texts:
        everybody.add(number)
        for _, each in candidates(text):
            people.setdefault(each, set()).add(number)
    return frozenset(each for each, whose in people.items() if len(whose) > 2 and 2 * len(whose) > len(everybody))
