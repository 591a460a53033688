"""In which encoding something is whose writer did not say so: decided for all names of an archive, or a file, at once.

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
    """The encoding of them all: UTF-8 if they are that and it makes sense, else GB18030 (which holds GBK)."""
    told = [each for each in raws if not each.isascii()]
    whole = b"\n".join(told)
    read = {encoding: _read(whole, encoding) for encoding in _ENCODINGS}
    text, chinese = read["utf-8"], read["gb18030"]
    if text is None and chinese is None:
        return max(_ENCODINGS, key=lambda encoding: sum(_read(each, encoding) is not None for each in told))
    if text is None:
        return "gb18030"
    return "gb18030" if chinese is not None and not _makes_sense(text) and _is_common(chinese) else "utf-8"


def decoded(raw: bytes, encoding: str | None = None) -> str:
    """A text in the encoding of those that it came with; where it is not in that, in whatever it can be."""
    wanted = encoding or encoding_of([raw])
    texts = (_read(raw, each) for each in (wanted, *_ENCODINGS))
    return next((text for text in texts if text is not None), raw.decode("latin-1"))


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
