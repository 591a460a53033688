"""Names as they come in class downloads: compared, and made safe for a file system."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from reporter.explain.visible import UNSAFE

#: What file systems, shells and spreadsheets take amiss in a file name.
_AWKWARD = re.compile(r'[\\/:*?"<>|%#&;$`\'\s]+')
#: Bytes of a folder or file name of ours; most file systems allow 255.
_LONGEST = 80
#: Letters that people write without their bar, and that Unicode takes for letters of their own.
_BARRED = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"}
_JUNK = re.compile(r"^(\._.*|\.DS_Store|Thumbs\.db|desktop\.ini|~\$.*|.*\.part|.*\.crdownload)$", re.IGNORECASE)
_JUNK_FOLDERS = frozenset(("__MACOSX", ".git", ".svn", ".idea", ".vscode", "node_modules", "__pycache__"))


def parts_of(name: str) -> tuple[tuple[str, ...], bool]:
    """The parts of a path within an archive, and whether it tried to lead out of it.

    Roots, drive letters and `..` are dropped; backslashes are separators, as Windows programs write them.
    """
    written = name.replace("\\", "/")
    path = PurePosixPath(re.sub(r"^[A-Za-z]:", "", written))
    kept = tuple(part for part in path.parts if part not in ("/", "//", "..", "."))
    outside = len(kept) != len(path.parts) or bool(re.match(r"[A-Za-z]:/", written))
    return kept, outside


def is_junk(parts: tuple[str, ...]) -> bool:
    """Whether a file or folder is there only because a program left it behind."""
    return not parts or bool(_JUNK.match(parts[-1])) or any(part in _JUNK_FOLDERS for part in parts)


def plain(text: str) -> str:
    """A name on one line, without characters that hide or reorder text."""
    return " ".join(UNSAFE.sub(" ", unicodedata.normalize("NFC", text)).split())


def slug(text: str, *, longest: int = _LONGEST, otherwise: str = "_") -> str:
    """A name for a file or folder: nothing in it is special to a system, a shell, a URL or a spreadsheet."""
    safe = _AWKWARD.sub("_", plain(text)).lstrip("=+-@.~_").rstrip(". ")
    encoded = safe.encode("utf-8")[:longest]
    return encoded.decode("utf-8", "ignore").rstrip(". ") or otherwise


def file_name(name: str) -> str:
    """A safe name for a file, which keeps its ending."""
    path = PurePosixPath(plain(name))
    ending = "".join(
        slug(each.lstrip("."), longest=12, otherwise="") and f".{slug(each.lstrip('.'), longest=12)}"
        for each in path.suffixes[-2:]
    )
    stem = path.name[: len(path.name) - sum(map(len, path.suffixes[-2:]))]
    return slug(stem, longest=_LONGEST - len(ending.encode()), otherwise="file") + ending


def comparable(name: str) -> str:
    """A person's name as it is compared: without case, spaces, punctuation, width and the accents of Latin letters."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(_unaccented(each) for each in folded if each.isalnum())


def _unaccented(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0]
    return _BARRED.get(letter, base if base.isascii() else letter)


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key by which names sort as people sort them: `a2` before `a10`."""
    pieces = re.findall(r"\d{1,18}|\D+|\d+", text)
    return tuple((0, int(each), each) if each.isascii() and each.isdigit() else (1, 0, each) for each in pieces)
