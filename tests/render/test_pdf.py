"""The PDF report: the same bytes for the same document, readable by machines, made without a network."""

import dataclasses
import hashlib
import io
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest

from reporter.errors import ToolTrouble, UsageTrouble
from reporter.render import html, justify, pdf
from reporter.render.pdf import PdfOptions, render_pdf
from reporter.report.theme import find_theme
from tests.render.long_document import listed_document
from tests.render.sample_document import sample

ROOT = Path(__file__).parents[2]
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


def run(code, **environment):
    """Python in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module", params=["zh", "en"])
def made(request):
    written = render_pdf(sample(request.param))
    return request.param, written, pypdf.PdfReader(io.BytesIO(written))


def test_what_the_file_says_of_itself(made):
    language, _, reader = made
    assert reader.metadata.title == sample(language).title
    assert reader.metadata.author == sample(language).author
    assert reader.metadata.subject == sample(language).subject
    assert "Wireshark" in reader.metadata["/Keywords"]
    assert reader.trailer["/Root"]["/Lang"] == {"zh": "zh-CN", "en": "en"}[language]
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_bookmarks_follow_the_sections(made):
    language, _, reader = made

    def titles(outline):
        for item in outline:
            if isinstance(item, list):
                yield from titles(item)
            else:
                yield item.title.replace("\xa0", " ")

    found = list(titles(reader.outline))
    expected = [f"{s.number} {s.title}" for top in sample(language).sections for s in (top, *top.sections)]
    assert found[1:] == expected, "the first is the list of contents"


def test_contents_name_the_pages(made):
    language, _, reader = made
    contents = reader.pages[1].extract_text()
    for top in sample(language).sections:
        number = next(
            reader.get_destination_page_number(item) + 1
            for item in reader.outline
            if not isinstance(item, list) and item.title.endswith(top.title)
        )
        line = next(line for line in contents.splitlines() if top.title in line)
        assert line.rstrip().endswith(str(number))


def test_fonts_are_embedded_and_few(made):
    _, _, reader = made
    fonts = {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            fonts[font["/BaseFont"]] = "/FontFile3" in descriptor or "/FontFile2" in descriptor
    assert all(fonts.values())
    assert len(fonts) <= 7, "serif, sans and mono, some bold, one oblique"
    assert all(name[7:8] == "+" for name in fonts), "subsets are named so"


def test_nothing_to_complain_of(caplog):
    """Every property and address is understood, every character has a glyph."""
    with caplog.at_level("WARNING", logger="weasyprint"):
        render_pdf(sample("zh"))
    assert not caplog.messages


@pytest.mark.slow
def test_thirty_pages_are_small():
    written = render_pdf(sample("zh", packets=200, rungs=50, list_rows=60))
    assert len(pypdf.PdfReader(io.BytesIO(written)).pages) >= 30
    assert len(written) < 1_500_000


@pytest.mark.slow
def test_same_document_same_bytes():
    code = (
        "import hashlib\n"
        "from tests.render.sample_document import sample\n"
        "from reporter.render.pdf import render_pdf\n"
        "print(hashlib.sha256(render_pdf(sample('zh'))).hexdigest())"
    )
    digests = {run(code, PYTHONHASHSEED=seed).stdout.strip() for seed in ("1", "2")}
    assert digests == {hashlib.sha256(render_pdf(sample("zh"))).hexdigest()}


def test_fonts_once_found_are_kept_but_for_pages_that_bring_their_own():
    document, options = sample("zh"), PdfOptions()
    page = html.html_here(document, True)
    first = pdf.pages_of(document, options, page)
    assert pdf.pages_of(document, options, page).font_config is first.font_config
    brought = page.replace("<style>", "<style>@font-face { font-family: own; src: url(data:font/ttf;base64,AAAA) }")
    assert brought != page
    assert pdf.pages_of(document, options, brought).font_config is not first.font_config


def test_nothing_is_fetched(tmp_path, monkeypatch):
    """Even of a page that was not looked through before."""
    monkeypatch.setattr(html, "inspect", lambda *_, **__: None)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        secret = tmp_path / "secret.txt"
        secret.write_text("secret")
        (tmp_path / "theme").mkdir()
        (tmp_path / "theme" / "cover.html.j2").write_text(
            f"<link rel=stylesheet href='{address}/a.css'>"
            f"<img src='{address}/a.png'><img src='{secret.as_uri()}'><h1 class='cover-title'>T</h1>"
            f"<style>@import '{address}/b.css'; h1 {{ background: url({address}/c.png) }}</style>"
            f"<img width=10 height=10 src='data:image/png;base64,{PIXEL}'>"
            f"<a rel=attachment href='{secret.as_uri()}'>x</a>"
        )
        document = sample("zh")
        document = dataclasses.replace(document, theme=html.theme_of(document, tmp_path / "theme"))
        written, _ = pdf.laid_out(document, pdf.PdfOptions())
        with pytest.raises(TimeoutError):
            server.accept()
    reader = pypdf.PdfReader(io.BytesIO(written))
    assert len(reader.pages[0].images) == 2, "the pictures that the cover and the report itself carry"
    assert not reader.attachments


@pytest.mark.parametrize(("missing", "told"), [(["\u200b", "🎉"], ["🎉"]), (["\u200b"], []), ([], [])])
def test_characters_that_no_font_has_are_told(monkeypatch, missing, told):
    monkeypatch.setattr(pdf, "missing_characters", lambda _: missing)
    heard: list[str] = []
    render_pdf(dataclasses.replace(sample("en"), sections=()), lacking=heard.append)
    assert heard == told


def test_the_packet_list_of_the_brief_fills_its_wider_line():
    document = dataclasses.replace(listed_document(3), theme=find_theme("brief"))
    text = html.html_here(document, True)
    lines = [line for cell in re.findall('<td class="c-[^>]*>([^<]*)</td>', text) for line in cell.split("\n")]
    assert 122 < max(map(len, lines)) <= 134


def test_without_weasyprint(monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(ToolTrouble, match="not installed") as trouble:
        render_pdf(sample("zh"))
    assert "pip install" in trouble.value.to_do


def test_without_pango(monkeypatch, tmp_path):
    (tmp_path / "weasyprint.py").write_text("raise OSError(\"cannot load library 'libpango-1.0-0'\\nand more\")")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    with pytest.raises(ToolTrouble, match="libpango") as trouble:
        render_pdf(sample("zh"))
    assert "apt install" in trouble.value.to_do
    assert "\n" not in trouble.value.what


@pytest.mark.slow
@pytest.mark.parametrize(("language", "message"), [("zh", "no font for Chinese"), ("en", "no font on this machine")])
def test_without_chinese_fonts(tmp_path, language, message):
    folders = [Path("/usr/share/fonts/truetype") / name for name in ("dejavu", "liberation")]
    latin = next((folder for folder in folders if folder.is_dir()), None)
    if latin is None:
        pytest.skip("no other font here")
    configuration = tmp_path / "fonts.conf"
    configuration.write_text(f"<fontconfig><dir>{latin}</dir><cachedir>{tmp_path}</cachedir></fontconfig>")
    code = (
        "from tests.render.sample_document import sample\n"
        "from reporter.render.pdf import render_pdf\n"
        "from reporter.errors import ToolTrouble\n"
        f"try:\n    render_pdf(sample({language!r}))\n"
        "except ToolTrouble as trouble:\n    print(trouble.what, trouble.to_do)"
    )
    done = run(code, FONTCONFIG_FILE=str(configuration), PYTHONIOENCODING="utf-8")
    assert message in done.stdout, done.stderr
    assert "fonts-noto-cjk" in done.stdout


def test_a_bad_theme_is_no_bug(tmp_path):
    (tmp_path / "cover.html.j2").write_text("{{ no_such_thing }}")
    with pytest.raises(UsageTrouble):
        render_pdf(sample("zh"), theme=tmp_path)


def test_untagged_is_smaller():
    assert len(render_pdf(sample("en"), options=PdfOptions(tagged=False))) < len(render_pdf(sample("en")))


def test_a_figure_that_fits_is_not_torn_for_the_list_after_it():
    """A list that has no room goes overleaf alone: the bytes of the window stay where they are without it."""
    import weasyprint

    page = html.render_html(sample("zh"), paged=True)
    style = page[page.index("<style>") : page.index("</style>")]
    window = '<div class="frame"><pre class="tree">a\nb</pre><pre class="hex">c\nd</pre></div>'
    figure = f'<figure class="window">{window}<figcaption class="caption">C</figcaption></figure>'

    def first_page(room: int, after: str) -> set[str]:
        body = f'<section><div style="height: {680 - room}pt"></div>{figure}{after}</section>'
        pages = weasyprint.HTML(string=f'<html class="paged">{style}</style><body>{body}').render().pages
        return {box.element.get("class") for box in pages[0]._page_box.descendants() if box.element_tag == "pre"}

    alone = [first_page(room, "") for room in range(60, 110, 10)]
    assert alone == [first_page(room, '<ul class="bullets"><li>one<li>two</ul>') for room in range(60, 110, 10)]
    assert {"tree"} in alone
    assert {"tree", "hex"} in alone


@pytest.mark.parametrize("ems", [10, 40, 60, 90])
def test_the_cover_has_room_for_its_title(ems):
    document = sample("zh")
    rows = (*document.cover.rows, *((f"更多{number}", "示例" * 14) for number in range(ems // 30)))
    cover = dataclasses.replace(document.cover, title="题" * ems, rows=rows)
    pages = pdf.pages_of(
        document, PdfOptions(), html.render_html(dataclasses.replace(document, cover=cover), paged=True)
    )
    ids = [{box.element.get("id") for box in page._page_box.descendants() if box.element} for page in pages.pages[:2]]
    assert "cover" in ids[0]
    assert "cover" not in ids[1]


def test_a_ladder_is_parted_where_a_phase_ends():
    """Wherever the page ends, the rows of one short phase are on one page."""
    import weasyprint

    page = html.render_html(sample("zh"), paged=True)
    style = page[page.index("<style>") : page.index("</style>")]
    ladders = re.findall(r'<figure class="drawing steps[^>]*>.*?</figure>', page, re.DOTALL)
    ladder = max(ladders, key=lambda each: each.count('class="tied"'))
    parted = 0
    for room in range(0, 640, 80):
        body = f'<section><div style="height: {room}pt"></div>{ladder}</section>'
        pages = weasyprint.HTML(string=f'<html class="paged">{style}</style><body>{body}').render().pages
        for each in pages:
            rows = [box.element.get("class") for box in each._page_box.descendants() if box.element_tag == "tr"]
            assert len(rows) < 2 or rows[1] != "tied"  # the first is the head, which is repeated
            parted += bool(rows)
    assert parted > 8, "some were parted"


class TestJustification:
    def test_this_weasyprint_can_be_taught(self):
        assert justify.install()
        assert justify.install(), "twice does no harm"

    def test_places(self):
        assert justify.places("abc def") == 0
        assert justify.places("a中文b") == 2
        assert justify.places("中文字") == 2
        assert justify.places("") == 0

    def test_chinese_lines_end_together(self):
        """Every full line of a Chinese paragraph is as wide as the column."""
        import weasyprint

        justify.install()
        text = "确认号等于对方数据之后的下一个序号，MSS=65495 是本端声明的值，TCP 因此知道已经收到多少字节。" * 4
        pages = weasyprint.HTML(
            string=f"<p style='width: 400px; margin: 0; text-align: justify; font: 16px Noto Sans CJK SC'>{text}</p>"
        ).render()
        block = next(box for box in pages.pages[0]._page_box.descendants() if box.element_tag == "p")
        lines = [line for line in block.children if getattr(line, "children", None)]
        assert len(lines) > 4
        widths = [sum(child.width for child in line.children) for line in lines[:-1]]
        assert widths == pytest.approx([400] * len(widths), abs=0.5)

    @pytest.mark.parametrize(("before", "flush"), [(6, False), (22, True)])
    def test_a_line_that_ends_early_is_not_blown_apart(self, before, flush):
        import weasyprint

        justify.install()
        text = "一" * before + "<span style='white-space: nowrap'>" + "/long" * 12 + "</span>" + "二" * 30
        pages = weasyprint.HTML(
            string=f"<p style='width: 400px; margin: 0; text-align: justify; font: 16px Noto Sans CJK SC'>{text}</p>"
        ).render()
        block = next(box for box in pages.pages[0]._page_box.descendants() if box.element_tag == "p")
        width = sum(child.width for child in block.children[0].children)
        assert (width == pytest.approx(400, abs=0.5)) == flush
