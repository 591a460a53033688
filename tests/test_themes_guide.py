"""The guide to themes, tried as its reader would: its files, as printed there, make a theme that is in order."""

import re

import pytest

from reporter.options import ReportOptions
from reporter.pipeline.report import make_document
from reporter.pipeline.themes import check_theme
from reporter.render.html import render_html
from tests.captures import BUNDLED, ROOT

GUIDES = {language: (ROOT / "docs" / f"themes.{language}.md").read_text(encoding="utf-8") for language in ("zh", "en")}
EXAMPLES = ROOT / "templates" / "examples"
CAPTURE = BUNDLED / "page-node-curl.pcapng"


def files(language, theme):
    """The files of a theme as the guide prints them."""
    found = re.findall(rf"^<!-- file: {theme}/(\S+) -->\n```\w+\n(.*?)^```$", GUIDES[language], re.M | re.S)
    return dict(found)


def written(folder, language, theme):
    for name, text in files(language, theme).items():
        file = folder / theme / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder / theme


def page(folder, language, **cover):
    options = ReportOptions(lang=language, theme=str(folder), **cover)
    return render_html(make_document([CAPTURE], options=options, progress=lambda *_: None))


@pytest.mark.parametrize("theme", ["university", "compact"])
def test_the_guide_prints_the_examples_whole_in_both_languages(theme):
    there = {
        str(file.relative_to(EXAMPLES / theme)): file.read_text(encoding="utf-8")
        for file in (EXAMPLES / theme).rglob("*")
        if file.is_file()
    }
    assert files("zh", theme) == files("en", theme) == there


@pytest.mark.tshark
@pytest.mark.slow
@pytest.mark.parametrize("theme", ["university", "compact"])
def test_a_theme_written_from_the_guide_is_in_order(theme, tmp_path):
    found = check_theme(written(tmp_path, "en", theme), [CAPTURE], lambda *_: None)
    assert [f"{each.what} {each.where}" for each in found] == []


@pytest.mark.tshark
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_university_theme_shows_all_that_it_changes(language, tmp_path):
    html = page(written(tmp_path, language, "university"), language, student="李示例", school="示例大学")
    body = html.partition("</style>")[2].partition("<body>")[2]
    titles = re.findall(r'<h2><span class="num">(\d+)</span> ([^<]*)</h2>', body)
    words = {
        "zh": ("计算机网络实验报告", "实验结论", "评分表", "实验小组", "以下由教师填写", "捕获完整，过滤恰当"),
        "en": ("Computer Networks: Lab Report", "Conclusion", "Marks", "Group", "is for the teacher", "well filtered"),
    }[language]
    assert titles[0] == ("1", words[1]), "the summary comes first, under its own name"
    assert words[2] in [title for _, title in titles], "the added section"
    assert 'class="cover school"' in body
    assert '<img src="data:image/svg+xml;base64,' in body
    assert "--accent: #7a1f2b;" in html
    assert 'class="table flags"' in body, "the figure that the theme draws itself"
    assert 'class="bit-on"' not in body
    for each in words:
        assert each in body
    assert re.search(r"<b>(表|Table) \d+</b> (评分标准与得分|Criteria and marks)", body), "numbered with the others"


@pytest.mark.tshark
def test_the_compact_theme_is_in_english_on_letter(tmp_path):
    folder = written(tmp_path, "en", "compact")
    html = page(folder, "en", student="Example Student")
    assert "size: Letter; margin: 22mm" in html
    assert '"DejaVu Serif"' in html
    assert "What the capture shows" in html
    assert 'class="commentary"' not in html
    from reporter.errors import UsageTrouble

    with pytest.raises(UsageTrouble, match="written in en only"):
        page(folder, "zh")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_the_guides_link_to_is_there(language):
    for name in (f"themes.{language}.md", f"themes-from-word.{language}.md"):
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / "docs" / link).exists(), link
