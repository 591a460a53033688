"""`reporter template`: a theme begun from nothing is in order, and whatever is wrong in one is told where it stands."""

from __future__ import annotations

import re

import pytest

from reporter.pipeline.themes import begin, check_theme, listed, trouble_in_theme
from reporter.render.proof import _ignored
from reporter.report.theme import themes
from reporter.resources import templates_dir
from tests.captures import BUNDLED
from tests.cli.run import reporter

CAPTURE = BUNDLED / "page-node-curl.pcapng"


def quietly(what, count):
    pass


def test_every_theme_is_listed_with_a_word_on_it():
    assert [name for name, _ in listed()] == themes()
    assert all(about for _, about in listed())
    assert b"plain  Little ink" in reporter("template", "list").stdout


@pytest.mark.tshark
def test_a_new_theme_is_in_order_and_makes_a_report(tmp_path):
    folder = tmp_path / "mine"
    assert reporter("template", "new", folder, "--from", "plain").returncode == 0
    assert 'extends = "plain"' in (folder / "theme.toml").read_text(encoding="utf-8")
    done = reporter("template", "check", folder, "--capture", CAPTURE)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert b"in order" in done.stdout
    again = reporter("template", "new", folder)
    assert again.returncode == 1
    assert b"there is something already" in again.stderr
    output = tmp_path / "mine.html"
    assert reporter("report", CAPTURE, "-o", output, "--theme", folder, "--lang", "en").returncode == 0
    assert "Network Protocol Lab Report" in output.read_text(encoding="utf-8")


def test_variables_name_the_context():
    text = reporter("template", "variables").stdout.decode()
    for name in ("`document`", "### Ladder", "`figure_ladder`", "`|fit(width, size, mono)`", "context = 1"):
        assert name in text


#: file, what it gets, what is said, the line
WRONG = {
    "misspelt variable": ("cover.html.j2", "\n{{ document.titel }}", "did you mean 'title'?", 2),
    "key of theme.toml": ("theme.toml", 'context = 1\nextend = "lab"', "did you mean 'extends'?", 2),
    "font that is not there": ("theme.toml", '[fonts]\nsans = ["Dejavu Sanz"]', "none of the families of sans", 0),
    "block": (
        "report.html.j2",
        '{% extends "builtin:reports/lab/report.html.j2" %}\n{% block contnts %}{% endblock %}',
        "did you mean 'contents'?",
        2,
    ),
    "template nobody uses": ("blocks/lader.html.j2", "x", "did you mean 'blocks/ladder.html.j2'?", 0),
    "words": ("prose/en/a.toml", '\n[section-sumary]\ntitle = "x"', "did you mean 'section-summary'?", 2),
    "section": ("theme.toml", '[[section]]\nname = "markng"', "does not exist: markng", 2),
    "listed section": ("theme.toml", 'sections = [\n  "sumary",\n]', "did you mean 'summary'?", 2),
    "section before": (
        "theme.toml",
        '[[section]]\nname = "limits"\nbefore = "summary"\n\n[[section]]\nname = "summary"\nbefore = "methods"',
        "there is no section 'methods'; did you mean 'method'?",
        7,
    ),
    "section after": (
        "theme.toml",
        '[[section]]\nname = "summary"\nafter = "limit"',
        "there is no section 'limit'; did you mean 'limits'?",
        3,
    ),
    "section left out": (
        "theme.toml",
        'without = ["ledger", "comentary"]',
        "there is no section 'comentary'; did you mean 'commentary'?",
        1,
    ),
    "CSS without a colon": (
        "theme.css",
        "p { color: red }\n.crest { margin 0 0 8mm; }",
        "'margin 0 0 8mm' is no CSS",
        2,
    ),
    "CSS without a brace": ("theme.css", "\n.crest { margin: 0 0 8mm;", "the { here is never closed", 2),
    "custom property": ("theme.css", "p { color: var(--acent) }", "did you mean '--accent'?", 1),
    "theme extended": ("theme.toml", 'context = 1\nextends = "lap"', "not there: 'lap'; did you mean 'lab'?", 2),
}
#: What is told only when a page is made.
MADE = {
    "picture": ("cover.html.j2", "<h1>T</h1>\n<img src=\"{{ image('lgo.png') }}\">", "did you mean 'logo.png'?", 2),
    "picture that is none": ("cover.html.j2", "\n<img src=\"{{ image('bad.png') }}\">", "no PNG, JPEG", 0),
    "label": ("cover.html.j2", "\n\n{{ labels.contens }}", "did you mean 'contents'?", 3),
    "CSS for browsers": ("theme.css", "p { color: red }\nh2 { colr: blue; }", "did you mean 'color'?", 2),
    "CSS property": ("theme.css", "p { color: red }\nh2 { margn: 0; }", "did you mean 'margin'?", 2),
    "CSS value": ("theme.css", "\nh2 { margin: 0 0 8mn; }", "the value of margin is not understood: '0 0 8mn'", 2),
    "CSS selector": (
        "theme.css",
        "\n.crest:hovr,\n.cover > p { margin: 0 }",
        "the selector '.crest:hovr, .cover > p'",
        2,
    ),
    "CSS rule": ("theme.css", "\n@medai print { p { color: red } }", "no rule '@medai'; did you mean '@media'?", 2),
    "CSS of a page": ("theme.css", "\n@page :frist { margin: 2cm }", "the selector ':frist'", 2),
    "CSS for browsers, where it belongs": (
        "theme.css",
        "@media screen { p { user-select: none } p:focus-visible { color: red } @keyframes a { from { color: red } } }"
        "\n\nh2 { colr: red }",
        "did you mean 'color'?",
        3,
    ),
    "name in words": (
        "prose/en/a.toml",
        '[section-extra]\ntitle = "X"\nintro = "All."\nnumber = "Of {{ packts }} packets"',
        "there is no 'packts'; did you mean 'packets'?",
        4,
    ),
    "word for no report": (
        "prose/en/a.toml",
        '[section-extra]\ntitle = "X"\nintro = """\nAll of it.\n{% include "a" %}"""',
        "Include is not for the words of a report",
        5,
    ),
    "glyphs": ("cover.html.j2", "<h1>T \U00012000</h1>", "no font has the characters", 0),
    "too wide": ("cover.html.j2", "<pre style='white-space: pre'>" + "wide " * 60 + "</pre>", "runs over the edge", 0),
}


def wrong_theme(folder, file, text):
    begin(folder, "lab")
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(text, encoding="utf-8")
    (folder / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "bad.png").write_bytes(b"nothing")


@pytest.mark.parametrize("name", WRONG)
def test_what_reading_tells(name, tmp_path):
    file, text, said, line = WRONG[name]
    wrong_theme(tmp_path / "mine", file, text)
    done = reporter("template", "check", tmp_path / "mine")
    assert done.returncode in (1, 2)
    told = done.stderr.decode()
    assert said in told
    assert str(tmp_path / "mine" / file) in told or "fonts" in text or "section" in name or "template" in name
    if line:
        assert re.search(rf"{re.escape(file)}, line {line}\b", told)


@pytest.mark.tshark
@pytest.mark.parametrize("name", MADE)
def test_what_making_tells(name, tmp_path):
    file, text, said, line = MADE[name]
    wrong_theme(tmp_path / "mine", file, text)
    said_first = (
        'languages = ["en"]\n[[section]]\nname = "extra"\n' if file.startswith("prose") else 'languages = ["en"]'
    )
    (tmp_path / "mine" / "theme.toml").write_text(said_first, encoding="utf-8")
    found = check_theme(tmp_path / "mine", [CAPTURE], quietly)
    assert len(found) == 1, [each.what for each in found]
    assert said in found[0].what
    assert str(tmp_path / "mine") in found[0].where
    if line:
        assert f"{file}, line {line}" in found[0].where


@pytest.mark.parametrize("name", [name for name, _ in listed()])
def test_nothing_is_wrong_with_the_files_of_our_own(name):
    assert [each.what for each in trouble_in_theme(templates_dir() / "reports" / name)] == []


@pytest.mark.parametrize(
    ("declaration", "why", "what", "to_do"),
    [
        ("margn: 0", "unknown property", "paper knows no property 'margn'; did you mean 'margin'?", "correct the name"),
        ("margin: 0 0 8mn ", "invalid value", "the value of margin is not understood: '0 0 8mn'", "correct the value"),
        ("-x-y: 1", "prefix on this attribute is not supported", "is not supported", "what only browsers know"),
    ],
)
def test_the_cure_for_css_that_paper_ignores_is_that_of_its_cause(declaration, why, what, to_do, tmp_path):
    sheet = tmp_path / "theme.css"
    sheet.write_text(f"\nh2 {{ {declaration} }}")
    (found,) = _ignored([f"Ignored `{declaration}` at 90:3, {why}."], [sheet])
    assert what in found.what
    assert found.to_do.startswith(to_do)
    assert found.to_do.endswith("belongs in @media screen { … }")
    assert found.where == f"{sheet}, line 2"


def test_css_that_is_ignored_twice_is_told_twice(tmp_path):
    sheet = tmp_path / "theme.css"
    sheet.write_text("h1 { margn: 0 }\nh2 { margn: 0 }")
    found = list(_ignored([f"Ignored `margn: 0 ` at {line}:3, unknown property." for line in (90, 91)], [sheet]))
    assert [each.where.rpartition(", ")[2] for each in found] == ["line 1", "line 2"]


def test_of_many_keys_the_nearest_few_are_told(tmp_path):
    wrong_theme(tmp_path / "mine", "prose/zh/a.toml", '[lexicon.report]\ntitel = "x"')
    (found,) = trouble_in_theme(tmp_path / "mine")
    assert found.what == "unknown key 'titel' in [lexicon.report]; did you mean 'title'?"
    assert found.where.endswith("a.toml, line 2")
    named = found.to_do.partition(" are ")[2].split(", ")
    assert "title" in named
    assert len(named) == len(set(named)) <= 5


def test_a_report_is_refused_where_a_section_is_put_beside_none(tmp_path):
    wrong_theme(tmp_path / "mine", "theme.toml", '[[section]]\nname = "summary"\nbefore = "methods"')
    done = reporter("report", CAPTURE, "-o", tmp_path / "a.html", "--theme", tmp_path / "mine")
    assert done.returncode == 2
    assert "did you mean 'method'?" in done.stderr.decode()
    assert not (tmp_path / "a.html").exists()
