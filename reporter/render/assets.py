"""Pictures and fonts of a theme, carried by the page itself: nothing is loaded from elsewhere."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from reporter.errors import UsageTrouble

LARGEST = 4_000_000
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"OTTO", "font/otf"),
    (b"\x00\x01\x00\x00", "font/ttf"),
    (b"true", "font/ttf"),
)
_SVG = re.compile(rb"^\s*+(?:<\?xml[^>]*+>\s*+)?+(?:<!--(?>.*?-->)\s*+)*+<svg[\s>]", re.DOTALL)
#: What a drawing could use to reach out or to run something. A link within the drawing (`#a`) stays.
_ACTIVE = re.compile(
    rb"<!DOCTYPE|<!ENTITY|<script|<foreignObject|<\?xml-stylesheet|@import|\son\w+\s*="
    rb"|(?:href|src)\s*=\s*[\"'](?!#|data:image/(?:png|jpeg|gif|webp)[;,])|url\(\s*+[\"']?+(?!#)",
    re.IGNORECASE,
)
#: A CSS url, quoted or not, in the group that is not empty.
_URL = re.compile(r"""url\(\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^"'()\s]*))\s*\)""", re.IGNORECASE)


@cache
def data_uri(file: Path, where: str = "") -> str:
    """The file as a `data:` URI. Raises UsageTrouble for what is no picture or font, too large, or not passive."""
    place = where or str(file)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageTrouble(f"the file cannot be read: {error.strerror}", where=place, to_do="check it") from error
    if len(data) > LARGEST:
        what = f"{file.name} has {len(data):,} bytes; a page carries files of at most {LARGEST:,}"
        raise UsageTrouble(what, where=place, to_do="make it smaller")
    kind = _kind(data)
    if not kind:
        what = f"{file.name} is no PNG, JPEG, GIF, WebP or SVG picture and no TrueType, OpenType or WOFF font"
        raise UsageTrouble(what, where=place, to_do="convert it to one of these")
    if kind == "image/svg+xml":
        active = _ACTIVE.search(data)
        if active:
            line = data.count(b"\n", 0, active.start()) + 1
            found = active[0].decode(errors="replace")
            what = f"the drawing refers to something outside it, or runs something: {found!r}"
            raise UsageTrouble(what, where=f"{file}, line {line}", to_do="draw with paths and text only")
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def inlined(css: str, find: Callable[[str], Path | None], where: str) -> str:
    """The style with the theme's own files in place of their names. Raises UsageTrouble for a file that is not there.

    Addresses that are none of the theme's files are left as they are, for the inspection of the page to refuse.
    """

    def carried(found: re.Match[str]) -> str:
        name = next(filter(None, found.groups()), "")
        if not name or name.startswith(("#", "//", "/")) or re.match(r"[a-z][a-z0-9+.-]*:", name, re.IGNORECASE):
            return found[0]
        line = css.count("\n", 0, found.start()) + 1
        file = find(name)
        if file is None:
            what = f"there is no file {name!r} in the theme"
            raise UsageTrouble(what, where=f"{where}, line {line}", to_do="name a file of the theme's folder")
        return f'url("{data_uri(file)}")'

    return _URL.sub(carried, css)


def quoted(families: tuple[str, ...]) -> str:
    """Font families as CSS writes them."""
    generic = ("serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui")
    return ", ".join(each if each in generic else f'"{each}"' for each in families)


def variables(values: Mapping[str, str]) -> str:
    """Custom properties: `--accent: #1d4f7c; …`."""
    return " ".join(f"--{name}: {value};" for name, value in values.items())


def _kind(data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if _SVG.match(data[:2000]):
        return "image/svg+xml"
    return next((kind for magic, kind in _MAGIC if data.startswith(magic)), "")
