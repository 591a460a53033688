"""What stays together at the end of a line, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from reporter.render import justify, unbroken

STAY = [
    "101.48 ms",
    "0.3 s",
    "497 bytes",
    "497 字节",
    "435 = 1 + 434",
    "--stream",
    "“HTTP/1.1”",
    "*/*;q=0.8",
    "“/late”",
    "第 6 帧",
    "657 = 80 + 577 bytes",
]


@pytest.mark.parametrize("piece", STAY)
def test_a_piece_is_found_whole(piece: str) -> None:
    text = f"before {piece}，after"
    (found,) = unbroken.pieces(text)
    assert text[slice(*found)] in piece
    assert not set(" -/") & set(piece.replace(text[slice(*found)], "")), "all places where it could be torn"


def test_a_chinese_text_does_not_end_in_a_line_of_one_character() -> None:
    text = "它只说明这一方不再发送数据，并不说明另一方也是如此，详见后面的说明。"
    assert [text[slice(*each)] for each in unbroken.pieces(text)] == ["说明。"]


@pytest.mark.parametrize(
    "text", ["three-way half-closed (end-to-end).", "5 seconds", "1 + 2 + 3 + 4 + 5 + 6", "/a" * 30]
)
def test_what_may_be_parted_is(text: str) -> None:
    assert unbroken.pieces(text) == []


@pytest.mark.parametrize("align", ["left", "justify"])
def test_no_line_ends_within_a_piece(align: str) -> None:
    weasyprint = pytest.importorskip("weasyprint", exc_type=ImportError)
    assert justify.install()
    assert unbroken.install()
    assert unbroken.install(), "twice does no harm"
    style = f"p {{ text-align: {align}; overflow-wrap: break-word; font: 10pt sans-serif }}"
    style += "@page { size: 190pt 9000pt; margin: 0 }"
    ends = set()
    for piece in STAY:
        text = "".join(f"<p>{'ab ' * 3}{'c' * count} {piece}，and so on." for count in range(24))
        lines = list(lines_of(weasyprint.HTML(string=f"<style>{style}</style>{text}").render().pages[0]._page_box))
        assert "".join("".join(lines).split()).count("".join(piece.split())) == 24
        assert sum(piece in line for line in lines) == 24, piece
        ends |= {line[-1] for line in lines}
    assert len(ends) > 3, "lines end in many places"


def lines_of(box: Any) -> Iterator[str]:
    if type(box).__name__ == "LineBox":
        yield "".join(each.text for each in box.descendants() if hasattr(each, "text"))
        return
    for child in getattr(box, "children", ()):
        yield from lines_of(child)
