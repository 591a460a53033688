"""Chinese lines flush at both edges: the room left in a line is shared between characters, not spaces alone.

WeasyPrint widens only the spaces of a justified line. A Chinese line has few or none, so it would stay ragged
or show one gaping hole. Here every Chinese character counts as a place to widen, as typesetters do.
"""

from __future__ import annotations

import re
from typing import Any

#: Kana, ideographs, their punctuation and full-width forms.
_CHINESE = "\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60"
_RUN = re.compile(f"[{_CHINESE}]+")
_LONE = re.compile(f"[{_CHINESE}]")

#: How far characters and spaces are parted at most, in parts of the font size: a line that ends early before a long
#: address would be blown apart, and stays as it is.
_CHARACTERS, _SPACES = 0.35, 0.9


def places(text: str) -> float:
    """In how many places a text is widened: a character at its edge counts half, for it has one side."""
    count = float(len(_LONE.findall(text)))
    if count:
        count -= 0.5 * bool(_LONE.match(text[0])) + 0.5 * bool(_LONE.match(text[-1]))
    return count


def install() -> bool:
    """Teach WeasyPrint so, once. False, and nothing changed, where its inside is not the one known here."""
    try:
        from weasyprint.formatting_structure import boxes
        from weasyprint.layout import inline
        from weasyprint.text import line_break
        from weasyprint.text.ffi import TO_UNITS, ffi, pango

        usual_justify = inline.justify_line
        if getattr(inline, "_reporter", False):
            return True
        usual_count, usual_layout = inline.count_expandable_spaces, line_break.Layout
        pango.pango_attr_letter_spacing_new, pango.pango_attr_list_change  # noqa: B018 (are they there?)
    except (ImportError, AttributeError):
        return False

    def count(box: Any) -> Any:
        if isinstance(box, boxes.TextBox):
            return usual_count(box) + places(box.text)
        if isinstance(box, boxes.LineBox | boxes.InlineBox):
            return sum(count(child) for child in box.children)
        return 0

    def justify_line(context: Any, line: Any, extra_width: float) -> None:
        found = count(line)
        widest = _CHARACTERS if found > usual_count(line) else _SPACES
        if found and extra_width <= widest * found * line.style["font_size"]:
            usual_justify(context, line, extra_width)

    class Layout(usual_layout):  # type: ignore[misc, valid-type]
        def set_text(self, text: str, justify: bool = False) -> None:
            super().set_text(text, justify)
            if not (justify and self.justification_spacing):
                return
            runs = list(_RUN.finditer(self.text))
            if not runs:
                return
            attributes = pango.pango_layout_get_attributes(self.layout)
            if attributes == ffi.NULL:
                attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
            usual = self.style["letter_spacing"]
            spacing = self.justification_spacing + (0 if usual == "normal" else usual)
            for run in runs:
                attribute = pango.pango_attr_letter_spacing_new(int(spacing * TO_UNITS))
                attribute.start_index = len(self.text[: run.start()].encode())
                attribute.end_index = attribute.start_index + len(run.group().encode())
                pango.pango_attr_list_change(attributes, attribute)
            pango.pango_layout_set_attributes(self.layout, attributes)

    inline.count_expandable_spaces = count
    inline.justify_line = justify_line
    line_break.Layout = Layout
    inline._reporter = True
    return True
