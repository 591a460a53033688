"""What a theme brings along is carried by the page: pictures of the style sheet, fonts, on the screen and on paper."""

import dataclasses
import io
import subprocess
import sys

import pypdf
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from reporter.errors import UsageTrouble
from reporter.render.assets import data_uri
from reporter.render.html import render_html
from reporter.render.pdf import render_pdf
from reporter.report.theme import find_theme
from tests.render.sample_document import sample


def font(path):
    """A font with one box for the letters of `TCP`."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for point in ((0, 700), (500, 700), (500, 0)):
        pen.lineTo(point)
    pen.closePath()
    box = pen.glyph()
    made = FontBuilder(1000, isTTF=True)
    made.setupGlyphOrder([".notdef", "box"])
    made.setupCharacterMap({ord(letter): "box" for letter in "TCP"})
    made.setupGlyf({".notdef": box, "box": box})
    made.setupHorizontalMetrics({".notdef": (600, 0), "box": (600, 0)})
    made.setupHorizontalHeader(ascent=800, descent=-200)
    made.setupNameTable({"familyName": "School Box", "styleName": "Regular"})
    made.setupOS2(sTypoAscender=800, usWinAscent=800, usWinDescent=200)
    made.setupPost()
    made.save(path)


@pytest.fixture
def document(tmp_path):
    (tmp_path / "theme.toml").write_text(
        'context = 1\n[fonts]\nserif = ["School Box", "serif"]\n[[font]]\nfamily = "School Box"\nfile = "box.ttf"\n'
    )
    font(tmp_path / "box.ttf")
    (tmp_path / "dot.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><circle r="3"/></svg>')
    (tmp_path / "theme.css").write_text("h2 { background: url(dot.svg) no-repeat }")
    return dataclasses.replace(sample("en"), theme=find_theme(str(tmp_path)))


@pytest.mark.parametrize(
    ("text", "drawing"),
    [
        ("<svg/>", False),
        ("<svg></svg>", True),
        (' <?xml version="1.0"?>\n<!-- a -- > b --> <!----><svg xmlns=""></svg>', True),
        ("<!-- <svg> -->", False),
        ("<!-- a --> b <svg>", False),
        # Were a comment read in more than one way, this would take for ever; nothing can end it from within.
        ("<!---->" * 80 + "<swg>", False),
        ("<!--" * 20000, False),
    ],
)
def test_what_is_a_drawing_is_known_by_how_it_begins(text, drawing):
    program = "import sys; from reporter.render.assets import _SVG; print(bool(_SVG.match(sys.stdin.buffer.read())))"
    done = subprocess.run(
        [sys.executable, "-c", program], input=text.encode(), capture_output=True, timeout=60, check=True
    )
    assert done.stdout.decode().strip() == str(drawing)


def test_the_page_carries_fonts_and_pictures(document):
    html = render_html(document)
    assert (
        '@font-face { font-family: "School Box"; font-weight: 400; font-style: normal; src: url("data:font/ttf' in html
    )
    assert 'background: url("data:image/svg+xml;base64,' in html
    assert "font-src data:" in html


def test_the_font_is_in_the_pdf(document):
    reader = pypdf.PdfReader(io.BytesIO(render_pdf(document)))
    assert "School" in str([_flat(page.get("/Resources")) for page in reader.pages])


def _flat(value, depth=0):
    value = value.get_object() if hasattr(value, "get_object") else value
    if isinstance(value, dict) and depth < 4:
        return {str(key): _flat(inner, depth + 1) for key, inner in value.items()}
    return str(value)


def test_a_picture_in_the_style_that_is_not_there_is_told_with_its_line(document, tmp_path):
    (tmp_path / "theme.css").write_text("\n\nh2 { background: url('dott.svg') }")
    with pytest.raises(UsageTrouble, match=r"no file 'dott\.svg'") as trouble:
        render_html(document)
    assert trouble.value.where.endswith("theme.css, line 3")


def test_what_is_no_picture_or_too_large_is_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(5_000_000))
    with pytest.raises(UsageTrouble, match="at most 4,000,000"):
        data_uri(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"MZ")
    with pytest.raises(UsageTrouble, match="is no PNG"):
        data_uri(tmp_path / "b.png")
