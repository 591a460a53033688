"""Themes: found by name, a course's folder first; what they may say; every part of a page has a block."""

import dataclasses
import typing
from pathlib import Path

import pytest

from reporter.errors import UsageTrouble
from reporter.render.html import render_html
from reporter.report import document as shapes
from reporter.report import sections
from reporter.report.added import order_of
from reporter.report.theme import find_theme, themes
from reporter.report.themefile import CONTEXT, LIMITS
from reporter.resources import templates_dir
from tests.render.sample_document import sample

LAB = templates_dir() / "reports" / "lab"


def made(root: Path, name: str, text: str) -> Path:
    folder = root / "reports" / name
    folder.mkdir(parents=True)
    (folder / "theme.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", themes())
def test_ours_can_be_used(name):
    theme = find_theme(name)
    assert order_of(theme)
    assert theme.folders[-1] == LAB
    assert theme.name == name


def test_there_are_three():
    assert themes() == ["brief", "lab", "plain"]


def test_what_a_theme_does_not_say_is_that_of_the_one_it_extends(tmp_path):
    folder = made(tmp_path, "mine", 'extends = "plain"\nwithout = ["commentary"]\n[limits]\nrungs = 9\n')
    theme = find_theme("mine", [tmp_path])
    assert theme.folders == (folder, LAB.parent / "plain", LAB)
    assert "commentary" not in theme.sections
    assert {*theme.sections, "commentary"} == set(find_theme("lab").sections)
    assert theme.limit("rungs") == 9
    assert theme.limit("requests") == LIMITS["requests"]


def test_a_folder_of_the_same_name_comes_before_ours_and_needs_no_theme_toml(tmp_path):
    mine = tmp_path / "reports" / "lab"
    (mine / "blocks").mkdir(parents=True)
    (mine / "blocks" / "paragraph.html.j2").write_text('<p class="mine">{{ rich(block.text) }}</p>')
    theme = find_theme("lab", [tmp_path])
    assert theme.folders == (mine, LAB)
    assert theme.sections == find_theme("lab").sections


def test_a_theme_may_be_a_folder(tmp_path):
    folder = made(tmp_path, "mine", 'sections = ["summary"]')
    assert find_theme(str(folder)).sections == ("summary",)


@pytest.mark.parametrize(
    "text",
    [
        "extends = 1",
        'extends = "nowhere"',
        'sections = "summary"',
        "colour = 1",
        "[limits]\nrungs = 0",
        "[limits]\npieces = -1",
        "[limits]\nladders = 5",
        "limits = 3",
        "sections = [",
        "context = 2",
        'context = "1"',
        'languages = ["fr"]',
        'logo = "none.svg"',
        'logo = "../theme.toml"',
        '[colours]\nacent = "#123456"',
        '[colours]\naccent = "red; } @import url(x)"',
        '[fonts]\nsans = "Arial"',
        '[fonts]\nsans = ["Arial\\"; }"]',
        '[page]\nsize = "A44"',
        '[page]\nmargin = "2"',
        '[[font]]\nfamily = "x"',
        '[[section]]\nafter = "summary"',
        '[[section]]\nname = "summary"\nafter = "limits"\nbefore = "method"',
    ],
)
def test_what_a_theme_may_not_say(tmp_path, text):
    made(tmp_path, "mine", text)
    with pytest.raises(UsageTrouble) as trouble:
        find_theme("mine", [tmp_path])
    assert "theme.toml" in trouble.value.where
    assert trouble.value.to_do


def test_trouble_names_the_line_and_the_nearest_right_name(tmp_path):
    made(tmp_path, "mine", 'extends = "lab"\n\n[colours]\nacent = "#123456"')
    with pytest.raises(UsageTrouble, match="did you mean 'accent'") as trouble:
        find_theme("mine", [tmp_path])
    assert trouble.value.where.endswith("theme.toml, line 4")


def test_a_theme_for_another_version_of_the_context_is_told(tmp_path):
    made(tmp_path, "mine", f"context = {CONTEXT + 1}")
    with pytest.raises(UsageTrouble, match=f"version {CONTEXT + 1} .* has {CONTEXT}") as trouble:
        find_theme("mine", [tmp_path])
    assert "newer reporter" in trouble.value.to_do


def test_sections_are_put_in_their_place(tmp_path):
    placed = '[[section]]\nname = "summary"\nbefore = "method"\n[[section]]\nname = "quality"\nafter = "limits"\n'
    made(tmp_path, "mine", placed + '[[section]]\nname = "provenance"\n')
    sections = find_theme("mine", [tmp_path]).sections
    assert sections[:2] == ("summary", "method")
    assert sections.index("quality") == sections.index("limits") + 1
    assert sections[-1] == "provenance"
    assert set(sections) == set(find_theme("lab").sections)


def test_the_look_is_that_of_theme_toml(tmp_path):
    text = '[page]\nsize = "Letter"\n[colours]\naccent = "#7a1f2b"\n[fonts]\nserif = ["Some Serif"]\n'
    made(tmp_path, "mine", text)
    document = dataclasses.replace(sample("en"), theme=find_theme("mine", [tmp_path]))
    html = render_html(document, paged=True)
    assert "size: Letter" in html
    assert "--accent: #7a1f2b;" in html
    assert "#1d4f7c" not in html, "the colour of ours is nowhere else"
    assert ':root, .lang-zh, .lang-en { --serif: "Some Serif"; }' in html


def test_a_theme_that_is_not_there():
    with pytest.raises(UsageTrouble, match="no theme") as trouble:
        find_theme("nowhere")
    assert "brief, lab, plain" in trouble.value.to_do


def test_a_theme_wraps_a_part_of_ours_and_adds_style(tmp_path):
    folder = made(tmp_path, "mine", "")
    (folder / "report.html.j2").write_text(
        '{% extends "builtin:reports/lab/report.html.j2" %}\n'
        "{% block contents %}{% endblock %}\n"
        '{% block figure_ladder %}<div class="wrapped">{{ super() }}</div>{% endblock %}\n'
        '{% block heading %}<i class="above">{{ now.section.number }}</i>{{ super() }}{% endblock %}\n'
    )
    (folder / "theme.css").write_text(".mine { color: red }")
    document = dataclasses.replace(sample("zh"), theme=find_theme("mine", [tmp_path]))
    for paged in (False, True):
        html = render_html(document, paged=paged)
        assert 'id="contents"' not in html
        assert '<div class="wrapped"><figure class="drawing' in html.replace("\n", "")
        assert '<i class="above">1</i>' in html
        assert ".mine { color: red }" in html


def test_every_section_and_every_figure_has_a_block():
    frame = (LAB / "report.html.j2").read_text(encoding="utf-8")
    sections.load()
    for name in sections.SECTIONS:
        assert f"{{% block section_{name.replace('-', '_')} %}}" in frame
    for block in typing.get_args(shapes.Block):
        kind = block.__dataclass_fields__["kind"].default
        assert f"{{% block figure_{kind.replace('-', '_')} %}}" in frame


@pytest.mark.tshark
@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_brief_is_two_pages_at_most(language, tmp_path):
    import pypdf

    from reporter.options import ReportOptions
    from reporter.pipeline.report import make_reports
    from tests.captures import BUNDLED

    output = tmp_path / "brief.pdf"
    options = ReportOptions(lang=language, theme="brief", student="示例")
    make_reports([BUNDLED / "page-nginx-browser.pcapng"], [output], options=options, progress=lambda what, count: None)
    assert len(pypdf.PdfReader(output).pages) <= 2


def test_plain_fills_no_area_with_colour():
    import dataclasses
    import re

    html = render_html(dataclasses.replace(sample("zh"), theme=find_theme("plain")), paged=True)
    drawings = "".join(re.findall(r"<svg.*?</svg>", html, re.S)).partition("</svg>")[2]  # the emblem aside
    filled = set(re.findall(r'<(?:rect|path|polygon)[^>]* fill="(#[0-9a-f]{6})"', drawings))
    assert filled <= {"#ffffff", "#000000", "#666666"}


def test_the_table_of_elements_names_sections_and_figures_there_are():
    import re

    rows = [
        [cell.strip() for cell in line.strip("|\n").split("|")]
        for line in (templates_dir().parent / "docs" / "elements.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and not line.startswith(("| 要素", "| ---"))
    ]
    assert len(rows) > 50
    sections.load()
    known = {*sections.SECTIONS, "cover", "contents", "folder sections", "the student's own words"}
    kinds = {file.name.removesuffix(".html.j2") for file in (LAB / "blocks").glob("*.j2")}
    for element, where, figure in rows:
        assert element
        assert figure
        for name in re.split(r", (?![^(]*\))", where):
            assert re.split(r" ›| \(|:", name)[0] in known, where
        assert set(re.findall(r"\(`([a-z-]+)`\)", figure)) <= kinds, figure
