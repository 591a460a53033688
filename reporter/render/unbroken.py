"""What no line is broken in: a number and its unit, a short sum, an option, a path or a version.

Nothing is written into the text for it, neither spaces of another kind nor boxes: searching the PDF and copying
from it find what was said. Pango is told where a line may not end.
"""

from __future__ import annotations

import re

#: Longer than this, a piece would leave a hole in the line before it.
_LONGEST = 28
#: In cells where anything may be parted, pieces stay together that have room; how wide a character may be for that.
_WIDE = 0.62
_UNIT = r"(?:ms|µs|s|bytes?|octets?|[kKMG]i?B|B|[kMG]?bit/s|字节)(?![A-Za-z])"
_PIECE = re.compile(
    "|".join(
        (
            # 101.48 ms
            rf"\d {_UNIT}",
            # 435 = 1 + 434
            rf"(?<![-+−×=] )(?<![\d.])\d+(?: [-+−×=] \d+){{1,3}}(?! [-+−×=] )(?: {_UNIT})?",
            # frame 6
            r"(?:第|\b[Ff]rames?) \d+(?: 帧)?",
            # --stream, HTTP/1.1, */*;q=0.8; words joined by hyphens may be parted there
            r"(?<![!-~])(?![(]?[A-Za-z]+(?:-[A-Za-z]+)+[.,;:)]*(?![!-~]))(?=[!-~]*[-/?])[!-~]{2,}",
            # the end of a Chinese text: a last line of one character looks lost
            r"[\u4e00-\u9fff]{2}[。，、：；！？）”]*\Z",
        )
    )
)


def pieces(text: str) -> list[tuple[int, int]]:
    """Where the pieces that stay together begin and end in a text, in characters."""
    found = (each.span() for each in _PIECE.finditer(text))
    return [(start, end) for start, end in found if end - start <= _LONGEST]


def install() -> bool:
    """Teach WeasyPrint so, once. False, and nothing changed, where its inside or Pango is not as known here."""
    try:
        from weasyprint.text import line_break
        from weasyprint.text.ffi import ffi, pango

        usual = line_break.Layout
        if getattr(usual, "_unbroken", False):
            return True
        if not hasattr(pango, "pango_attr_allow_breaks_new"):
            ffi.cdef("PangoAttribute * pango_attr_allow_breaks_new(gboolean allow_breaks);")
        pango.pango_attr_allow_breaks_new, pango.pango_attr_list_insert  # noqa: B018 (are they there?)
    except (ImportError, AttributeError):
        return False

    class Layout(usual):  # type: ignore[misc, valid-type]
        _unbroken = True

        def set_text(self, text: str, justify: bool = False) -> None:
            super().set_text(text, justify)
            # What is justified is drawn, and has been broken into lines.
            if justify or not (found := pieces(self.text)):
                return
            if self.style["overflow_wrap"] == "anywhere":
                room = self.max_width / (_WIDE * self.style["font_size"]) if self.max_width else 0
                found = [(start, end) for start, end in found if end - start <= room]
                if not found:
                    return
            attributes = pango.pango_layout_get_attributes(self.layout)
            if attributes == ffi.NULL:
                attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
            for start, end in found:
                attribute = pango.pango_attr_allow_breaks_new(False)
                attribute.start_index = len(self.text[:start].encode())
                attribute.end_index = attribute.start_index + len(self.text[start:end].encode())
                pango.pango_attr_list_insert(attributes, attribute)
            pango.pango_layout_set_attributes(self.layout, attributes)

    line_break.Layout = Layout
    return True
