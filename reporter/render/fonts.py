"""The Chinese fonts that a PDF can use, as fontconfig tells Pango: without one, Chinese is a row of boxes."""

from __future__ import annotations

import ctypes
import re
from functools import cache
from typing import Any

from reporter.errors import ToolTrouble
from reporter.install import advice

_LIBRARIES = (
    "libfontconfig.so.1",
    "libfontconfig.1.dylib",
    "libfontconfig-1.dll",
    "/opt/homebrew/lib/libfontconfig.1.dylib",
)
_STYLES = {
    "mono": re.compile(r"mono|等宽", re.IGNORECASE),
    "serif": re.compile(r"serif|song|ming|sung|kai|宋|明|楷", re.IGNORECASE),
    "sans": re.compile(r"sans|hei|gothic|pingfang|yahei|黑", re.IGNORECASE),
}


class _FontSet(ctypes.Structure):
    _fields_ = (
        ("count", ctypes.c_int),
        ("room", ctypes.c_int),
        ("fonts", ctypes.POINTER(ctypes.c_void_p)),
    )


def require_cjk_fonts() -> None:
    """Raise ToolTrouble when no font can show Chinese; not where fontconfig cannot be asked."""
    families = chinese_families()
    if families is not None and not families:
        raise ToolTrouble(
            "no font for Chinese is installed, so the PDF would show boxes", where="fontconfig", to_do=advice("fonts")
        )


def require_some_font() -> None:
    """Raise ToolTrouble when there is no font at all, where Pango would end the process; else as above."""
    families = _families(b"")
    if families is not None and not families:
        raise ToolTrouble(
            "no font is installed, so the PDF would have no letters", where="fontconfig", to_do=advice("fonts")
        )


def missing_characters(pages: Any) -> list[str]:
    """The characters that no font could show in a document that WeasyPrint has written, sorted."""
    codepoints = {point for font in pages.fonts.values() for point in font.missing if isinstance(point, int)}
    return [chr(point) for point in sorted(codepoints)]


@cache
def all_families() -> frozenset[str] | None:
    """The font families there are; None when fontconfig cannot be asked."""
    return _families(b"")


def chinese_of_style(style: str) -> list[str]:
    """Families of one style (`serif`, `sans`, `mono`), Simplified Chinese ones first."""
    found = [
        family
        for family in chinese_families() or ()
        if next((name for name, pattern in _STYLES.items() if pattern.search(family)), "sans") == style
    ]
    return sorted(found, key=lambda family: (not family.endswith(" SC"), family))


@cache
def chinese_families() -> frozenset[str] | None:
    """The font families that cover Simplified Chinese; None when fontconfig cannot be asked."""
    return _families(b":lang=zh-cn")


def _families(wanted_fonts: bytes) -> frozenset[str] | None:
    library = _fontconfig()
    if library is None:
        return None
    pattern = library.FcNameParse(wanted_fonts)
    wanted = library.FcObjectSetCreate()
    library.FcObjectSetAdd(wanted, b"family")
    found = library.FcFontList(None, pattern, wanted)
    try:
        if not found:
            return None
        name = ctypes.c_char_p()
        families = set()
        for index in range(found.contents.count):
            if library.FcPatternGetString(found.contents.fonts[index], b"family", 0, ctypes.byref(name)) == 0:
                families.add((name.value or b"").decode("utf-8", "replace"))
        return frozenset(families - {""})
    finally:
        if found:
            library.FcFontSetDestroy(found)
        library.FcObjectSetDestroy(wanted)
        library.FcPatternDestroy(pattern)


def _fontconfig() -> ctypes.CDLL | None:
    for name in _LIBRARIES:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        handle, text = ctypes.c_void_p, ctypes.c_char_p
        library.FcNameParse.restype = handle
        library.FcNameParse.argtypes = [text]
        library.FcObjectSetCreate.restype = handle
        library.FcObjectSetAdd.argtypes = [handle, text]
        library.FcFontList.restype = ctypes.POINTER(_FontSet)
        library.FcFontList.argtypes = [handle, handle, handle]
        library.FcPatternGetString.argtypes = [handle, text, ctypes.c_int, ctypes.POINTER(text)]
        library.FcFontSetDestroy.argtypes = [ctypes.POINTER(_FontSet)]
        library.FcObjectSetDestroy.argtypes = [handle]
        library.FcPatternDestroy.argtypes = [handle]
        return library
    return None
