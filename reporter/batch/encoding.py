"""In which encoding something is whose writer did not say so: all names of an archive, or lines of a file, say it.

One name alone misleads: the GBK bytes of 郑爽 are UTF-8 too, of two letters that never stand together.
"""

from __future__ import annotations

from collections.abc import Iterable

_ENCODINGS = ("utf-8", "gb18030")
#: Letters with which people write names and titles below U+0800, a script a row; others there are chance.
_SCRIPTS = (
    "\u00a0\u00a0\u00b7\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f\u0218-\u021b",
    "\u0386-\u03ce",
    "\u0401-\u0457\u0490\u0491",
    "\u05d0-\u05ea",
    "\u0621-\u064a",
)


def encoding_of(raws: Iterable[bytes]) -> str:
    """The encoding of most of them: UTF-8, or GB18030 (which holds GBK).

    Three bytes that are one character of UTF-8 are hardly ever anything else; two that are one may be by chance.
    """
    told = [each for each in raws if not each.isascii()]
    texts = [_read(each, "utf-8") for each in told]
    sure = sum(text is not None and max(text) > "\u07ff" for text in texts)
    other = texts.count(None)
    if sure or other:
        return "gb18030" if other > sure else "utf-8"
    return "gb18030" if _by_chance(b"\n".join(told), "\n".join(filter(None, texts))) else "utf-8"


def decoded(raw: bytes, encoding: str | None = None) -> str:
    """A text in the encoding of most of those that it came with, unless it is plainly in the other."""
    wanted = encoding or encoding_of([raw])
    text, chinese = _read(raw, "utf-8"), _read(raw, "gb18030")
    if text is None or chinese is None:
        return text or chinese or raw.decode("latin-1")
    if wanted == "gb18030":
        return text if max(text, default="") > "\u07ff" and _is_common(text) else chinese
    return chinese if _by_chance(raw, text) else text


def _by_chance(raw: bytes, text: str) -> bool:
    """Whether it is Chinese, and UTF-8 only by chance: in that it would be letters that never stand together."""
    chinese = _read(raw, "gb18030")
    return chinese is not None and not _makes_sense(text) and _is_common(chinese)


def _read(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _makes_sense(text: str) -> bool:
    """Whether the letters between ASCII and the Chinese ones are of one script, and of its everyday letters."""
    below = {each for each in text if "\x7f" < each < "\u0800"}
    return not below or any(all(_within(each, script) for each in below) for script in _SCRIPTS)


def _within(letter: str, script: str) -> bool:
    ranges = script.replace("-", "")
    pairs = zip(ranges[::2], ranges[1::2], strict=True)
    return any(first <= letter <= last for first, last in pairs)


def _is_common(text: str) -> bool:
    """Whether it is Chinese of the characters that GB 2312 already has."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
