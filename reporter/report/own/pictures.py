"""Pictures proven to be what they say: decoded once, bounded in size, without metadata; an SVG that only draws."""

from __future__ import annotations

import io
import re
import warnings
from xml.etree import ElementTree

from reporter.report.own.metadata import without_metadata
from reporter.report.own.pieces import Shot

#: Endings that are looked at; what is in the file decides.
ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
MOST_BYTES, MOST_PIXELS = 5 << 20, 40_000_000
_FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
_SVG = "{http://www.w3.org/2000/svg}"
_DRAWN = frozenset(
    [
        "svg",
        "g",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "textPath",
        "defs",
        "use",
        "symbol",
        "clipPath",
        "mask",
        "pattern",
        "linearGradient",
        "radialGradient",
        "stop",
        "marker",
        "title",
        "desc",
        "style",
    ]
)
_LEADS_OUT = re.compile(r"url\(\s*['\"]?\s*(?!#)|@import|javascript:|expression\(|\\", re.IGNORECASE)


class Unfit(ValueError):
    """Why a picture is not shown."""


def picture(data: bytes, *, drawings: bool = True) -> Shot:
    """The picture in these bytes, `drawings` (SVG) too. Raises Unfit, with the reason, for anything else."""
    if len(data) > MOST_BYTES:
        raise Unfit(f"it is larger than {MOST_BYTES >> 20} MB")
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<") and drawings:
        return _drawing(data)
    return _decoded(data)


def _decoded(data: bytes) -> Shot:
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=list(_FORMATS)) as image:
                width, height = image.size
                if width * height > MOST_PIXELS:
                    raise Unfit(f"it has {width} × {height} pixels, more than {MOST_PIXELS // 1_000_000} million")
                image.load()
                kind = image.format or ""
                bare = without_metadata(data, image)
    except Unfit:
        raise
    except Exception as error:  # Pillow's decoders raise all sorts of things on broken data
        raise Unfit("it is not a whole PNG, JPEG, GIF, WebP or SVG picture") from error
    return Shot(_FORMATS[kind], bare, width, height)


def _drawing(data: bytes) -> Shot:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unfit("the SVG is not UTF-8 text") from None
    if "<!" in re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL) or "<?xml-stylesheet" in text:
        raise Unfit("the SVG has a document type, an entity or a style sheet of its own")
    try:
        # Without a document type there are no entities to expand.
        root = ElementTree.fromstring(text.encode())  # noqa: S314
    except ElementTree.ParseError as error:
        raise Unfit(f"the SVG is not well formed ({error})") from None
    if root.tag != _SVG + "svg":
        raise Unfit("it is XML, but no SVG picture")
    for element in root.iter():
        _harmless(element)
    return Shot("image/svg+xml", text.encode(), 0, 0)


def _harmless(element: ElementTree.Element) -> None:
    name = str(element.tag).removeprefix(_SVG)
    if name not in _DRAWN:
        raise Unfit(f"the SVG has an element <{name.rpartition('}')[2]}>, which is not only drawn")
    for key, value in element.attrib.items():
        local = key.rpartition("}")[2].lower()
        if local.startswith("on") or (local in ("href", "src") and not value.startswith("#")):
            raise Unfit(f"the SVG has an attribute {local}, which acts or leads out of it")
        if _LEADS_OUT.search(value):
            raise Unfit(f"the SVG has an attribute {local} that leads out of it")
    if name == "style" and _LEADS_OUT.search(element.text or ""):
        raise Unfit("the SVG has a style that leads out of it")
