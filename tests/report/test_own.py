"""A person's own words: what Markdown becomes, what is refused and where, and that nothing of it acts in the page."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape
from PIL import Image, ImageCms, ImageOps
from PIL.PngImagePlugin import PngInfo

from reporter.errors import UsageTrouble
from reporter.render.highlight import highlighted, numbered
from reporter.render.prose import prose
from reporter.report.own.files import own_words
from reporter.report.own.markdown import written
from reporter.report.own.pictures import Unfit, picture
from reporter.report.own.pieces import Listing, Shown, Text, Title
from reporter.report.prose import Element

SECTIONS = ["method", "handshake", "summary"]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'


def drawn(form="PNG", size=(8, 4)):
    out = io.BytesIO()
    Image.new("RGB", size, (40, 90, 160)).save(out, form)
    return out.getvalue()


def html(text, folder):
    pieces = written(text, "a.md", folder).pieces
    return "".join(prose(piece.elements, escape, _table) for piece in pieces if isinstance(piece, Text))


def _table(_: Element, inner: Markup) -> Markup:
    return Markup("<table>{}</table>").format(inner)


def test_what_markdown_becomes(tmp_path):
    (tmp_path / "a.png").write_bytes(drawn())
    (tmp_path / "s.js").write_text("one\ntwo\nthree\n")
    text = (
        "# T\n\nHello *you*, **all** of `it`.\n\n## U\n\n![Cap](a.png)\n\n"
        '```js file=s.js lines=2-3 title="The server"\n```\n\n1. x\n2. y\n\n| a | b |\n|--|--|\n| 1 | 2 |\n'
    )
    pieces = written(text, "a.md", tmp_path).pieces
    assert [type(piece) for piece in pieces] == [Title, Text, Title, Shown, Listing, Text]
    assert pieces[0] == Title("T", 1)
    assert pieces[4] == Listing("two\nthree", "js", "The server", 2)
    shown = pieces[3]
    assert isinstance(shown, Shown)
    assert (shown.caption, shown.shot.media, shown.shot.width) == ("Cap", "image/png", 8)
    assert html("Hello *you*, **all** of `it`.", tmp_path) == (
        "<p>Hello <em>you</em>, <strong>all</strong> of <code>it</code>.</p>"
    )
    assert "<ol><li><p>x</p></li><li><p>y</p></li></ol>" in html(text, tmp_path)
    assert "<th>a</th>" in html(text, tmp_path)


def test_lines_of_chinese_are_joined_without_a_space(tmp_path):
    assert html("三次\n握手\nof TCP", tmp_path) == "<p>三次握手 of TCP</p>"


@given(st.text(alphabet=st.sampled_from(list("<>&\"'`*_#-|[]()!\n abc/:=x\u202e\x1b"))))
def test_no_text_becomes_markup_of_its_own(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp()
    try:
        made = html(text, folder)
    except UsageTrouble:
        return
    tags = set(re.findall(r"<\s*/?([^\s>]*)", made))
    names = "p em strong s code pre a br hr ul ol li blockquote table thead tbody tr th td"
    assert tags <= {*names.split()}
    assert not re.search("[\u202e\x1b]", made)


def test_markup_in_markdown_stays_text(tmp_path):
    made = html("<script>alert(1)</script>\n\na <b onclick=x>b</b>\n", tmp_path)
    assert "<script" not in made
    assert "&lt;script&gt;" in made
    assert "&lt;b onclick=x&gt;" in made


@pytest.mark.parametrize(
    ("text", "says", "line"),
    [
        ("\n![x](none.png)", "no file 'none.png'", 2),
        ("![x](../out.png)", "outside the folder", 1),
        ("![x](/etc/passwd)", "outside the folder", 1),
        ("![x](link.png)", "outside the folder", 1),
        ("![x](http://example.org/a.png)", "nothing is fetched", 1),
        ("![x](//example.org/a.png)", "nothing is fetched", 1),
        ("![x](data:image/png;base64,AAAA)", "nothing is fetched", 1),
        ("![x](pictur.png)", "did you mean 'picture.png'", 1),
        ("![x](text.png)", "not a whole PNG", 1),
        ("a\n\nb ![x](picture.png) c", "in the middle of a text", 3),
        ("a\nb [c](javascript:alert)", "a link leads to 'javascript:alert'", 2),
        ("[c](file:///etc/passwd)", "a link leads to", 1),
        ("a\n\nb[^1]\n\n[^1]: note", "footnotes are not known", 3),
        ("```htm\nx\n```", "no language 'htm'", 1),
        ("```js fil=a.js\n```", "did you mean 'file'", 1),
        ("```js file=none.js\n```", "no file 'none.js'", 1),
        ("```js file=a.js lines=9-10\n```", "not a part of 1-2", 1),
        ("```js file=../a.js\n```", "outside the folder", 1),
        ("```js file=picture.png\n```", "not UTF-8", 1),
    ],
)
def test_what_cannot_be_is_told_with_its_line(tmp_path, text, says, line):
    folder = tmp_path / "lab"
    folder.mkdir()
    (tmp_path / "out.png").write_bytes(drawn())
    (folder / "link.png").symlink_to(tmp_path / "out.png")
    (folder / "picture.png").write_bytes(drawn())
    (folder / "text.png").write_text("no picture")
    (folder / "a.js").write_text("1\n2\n")
    with pytest.raises(UsageTrouble) as caught:
        written(text, "a.md", folder)
    assert says in caught.value.what
    assert caught.value.where == f"a.md, line {line}"
    assert caught.value.to_do


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_pictures_are_decoded(form):
    data = drawn(form)
    assert picture(data).media == f"image/{form.lower()}"
    with pytest.raises(Unfit):
        picture(data[: len(data) // 2])


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_photograph_tells_neither_place_nor_camera_but_keeps_its_pixels(form):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0110] = 6, "示例相机", "SECRET-CAMERA"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 50.5), 29: "SECRET-DATE"})
    noise = Image.effect_noise((40, 30), 90).convert("RGB")
    chunks = PngInfo()
    chunks.add_text("Author", "SECRET-AUTHOR")
    more = {"pnginfo": chunks, "xmp": b"<x>SECRET-XMP</x>", "comment": b"SECRET-COMMENT", "lossless": True}
    out = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    noise.save(out, form, exif=exif, icc_profile=profile, progressive=True, **more)
    data = out.getvalue() + b"SECRET-FILM"
    assert data.count(b"SECRET") >= 4
    kept = picture(data).data
    assert b"SECRET" not in kept
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(kept)) as after:
        assert after.tobytes() == before.tobytes()
        assert after.info["icc_profile"] == profile
        assert dict(after.getexif()) == {0x0112: 6}
        assert ImageOps.exif_transpose(after).size == (30, 40)


def test_a_photograph_without_an_orientation_is_left_without_one():
    exif = Image.Exif()
    exif[0x010F] = "SECRET"
    out = io.BytesIO()
    Image.new("RGB", (8, 4)).save(out, "JPEG", exif=exif)
    assert b"Exif" not in picture(out.getvalue()).data


def test_a_picture_with_broken_exif_is_shown_without_it():
    out = io.BytesIO()
    Image.new("RGB", (8, 4)).save(out, "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff" + bytes(20))
    assert b"Exif" not in picture(out.getvalue()).data


def test_a_picture_of_too_many_pixels_is_not_decoded():
    data = bytearray(drawn())
    data[16:24] = (100_000).to_bytes(4, "big") * 2
    with pytest.raises(Unfit):
        picture(bytes(data))


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<foreignObject/>",
        '<rect onload="x()"/>',
        '<image href="http://example.org/a.png"/>',
        '<use href="http://example.org/a.svg#x"/>',
        '<use xmlns:x="http://www.w3.org/1999/xlink" x:href="file:///etc/passwd"/>',
        '<rect style="fill:url(http://example.org)"/>',
        "<style>@import 'http://example.org'</style>",
        "<style>rect{fill:u\\72l(http://example.org)}</style>",
        '<set attributeName="href" to="x"/>',
    ],
)
def test_a_drawing_that_acts_is_refused(inside):
    assert picture(SVG.format('<rect fill="url(#a)"/>').encode()).media == "image/svg+xml"
    with pytest.raises(Unfit):
        picture(SVG.format(inside).encode())
    with pytest.raises(Unfit):
        picture(SVG.format("").encode(), drawings=False)


def test_a_drawing_with_entities_is_refused():
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + SVG.format("<title>&b;</title>")
    for text in (bomb, '<?xml-stylesheet href="http://example.org"?>' + SVG.format("")):
        with pytest.raises(Unfit):
            picture(text.encode())


def test_the_names_of_files_say_where_they_belong(tmp_path):
    (tmp_path / "before-handshake.md").write_text("a\n\n# b\n")
    (tmp_path / "instead-of-summary.md").write_text("c")
    (tmp_path / "README.md").write_text("not in the report")
    words = own_words(tmp_path, SECTIONS, SECTIONS)
    assert [(each.way, each.section) for each in words.files] == [("before", "handshake"), ("instead-of", "summary")]
    assert words.pieces("after", "handshake") == ()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("before-handshak.md", "the section 'handshak' does not exist; did you mean 'handshake'?"),
        ("after-commentary.md", "the section 'commentary' is not in this report"),
        ("befor-handshake.md", "did you mean 'before-handshake.md'"),
        ("notes.md", "does not say where"),
    ],
)
def test_a_name_that_says_nothing_is_told(tmp_path, name, says):
    (tmp_path / name).write_text("x")
    with pytest.raises(UsageTrouble) as caught:
        own_words(tmp_path, SECTIONS, [*SECTIONS, "commentary"])
    assert says in caught.value.what
    assert name in caught.value.where


def test_words_that_are_not_utf_8(tmp_path):
    (tmp_path / "after-summary.md").write_bytes("好\n坏".encode("gbk"))
    with pytest.raises(UsageTrouble, match="not UTF-8"):
        own_words(tmp_path, SECTIONS, SECTIONS)


class TestListings:
    def test_words_are_marked_and_text_is_kept(self):
        text = 'const a = "<b>"; // x\n\n\tlast'
        shown = highlighted(text, "js")
        assert shown.count("<span>") == 3
        assert '<span class="t-comment">// x</span>' in shown
        assert "<b>" not in shown
        plain = re.sub(r"<[^>]*>", "", shown)
        assert plain == str(escape(text.expandtabs(4))) + "\n"

    def test_numbers_begin_where_they_are_told_to(self):
        shown = re.sub(r"<[^>]*>", "", numbered("a\nb", "", 99))
        assert shown == " 99  a\n100  b"

    def test_long_lines_are_broken_on_paper(self):
        shown = re.sub(r"<[^>]*>", "", numbered("x" * 50, "python", 1, 24))
        assert shown == " 1  " + "x" * 20 + "\n    " + "x" * 20 + "\n    " + "x" * 10

    @given(st.text(alphabet="ab'\"/*<>\n\t(){}#;宽"), st.sampled_from(["", "html", "js", "python", "http", "none"]))
    def test_no_character_is_lost(self, text, language):
        shown = re.sub(r"<[^>]*>", "", highlighted(text, language))
        assert shown == "".join(f"{escape(line)}\n" for line in text.rstrip("\n").expandtabs(4).split("\n"))
