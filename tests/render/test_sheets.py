# ruff: noqa: E501
"""Style sheets of themes read: what is broken is told with its line, ours and those of the guide are whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.render.sheets import check_sheets
from reporter.report.theme import find_theme, themes
from reporter.resources import templates_dir

BROKEN = {
    "no colon": ("p { color: red }\n.crest { margin 0 0 8mm; }", "'margin 0 0 8mm' is no CSS", 2),
    "no colon, the next line whole": (".crest {\n  margin 0 0\n  8mm;\n  color: red; }", "'margin 0 0 8mm' is no CSS", 2),
    "no colon, at the end of its rule": ("@media print {\n .a { color: red;\n  margin 0 } }", "'margin 0' is no CSS", 3),
    "no colon, in a rule within a rule": (".a {\n color: red;\n &:hover { margin 0; }\n}", "'margin 0' is no CSS", 3),
    "no brace at the end": ("p { color: red }\n.crest { margin: 0 0 8mm;", "the { here is never closed", 2),
    "no brace between": (".a { color: red;\n.b { color: red; }\n", "the { here is never closed", 1),
    "no brace behind @media": ("@media print {\n .a { color: red; }\n", "the { here is never closed", 1),
    "no bracket": ("p { color: red }\np { color: var(--accent; }", "the ( here is never closed", 2),
    "a brace too many": ("p { color: red }\n}\n.b { color: red }", "there is a } without a { before it", 2),
    "a rule without a block": ("p { color: red }\n.b .c\n", "'.b .c' is no CSS", 2),
    "a text that ends with its line": ('p { color: red }\np { content: "a\n; }', "a text ends with its line", 2),
    "a comment without an end": ("p { color: red }\n\n/* all of it\np { color: red }", "the comment that begins here", 3),
    "custom property": ("p { color: red }\np { color: var(--acent); }", "nothing sets '--acent'; did you mean '--accent'?", 2),
    "custom property within": ("a { color: rgb(0 0 0 / var(--pale)) }", "nothing sets '--pale'", 1),
}  # fmt: skip

WHOLE = {
    "own property": ":root { --pale: 3mm }\np { margin: var(--pale) }",
    "with a value for want of one": "p { color: var(--acent, red) }",
    "brackets in texts and comments": 'p { content: "}{("; } /* } { ( */\na[title="{"] { color: red }',
    "a rule within a rule": ".a { color: red; &:hover { color: var(--accent) } .b & { margin: 0 } }",
    "at-rules": '@page { margin: 2cm; @top-left { content: "x" } }\n@media print { p { color: red } }',
    "no semicolon behind the last": "p { color: red;; margin: 0 }",
    "empty": "",
    "only a comment": "/* nothing */",
    "a picture": "p { background: url(a.png) }\np { background: url('a b.png') }",
}


def checked(folder, css):
    (folder / "theme.toml").write_text("context = 1")
    (folder / "theme.css").write_text(css, encoding="utf-8")
    return list(check_sheets(find_theme(str(folder)), folder))


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_told_with_its_line(name, tmp_path):
    css, said, line = BROKEN[name]
    found = checked(tmp_path, css)
    assert [trouble.where for trouble in found] == [f"{tmp_path / 'theme.css'}, line {line}"], found
    assert said in found[0].what
    assert found[0].to_do


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_whole_is_not_told(name, tmp_path):
    assert checked(tmp_path, WHOLE[name]) == []


@pytest.mark.parametrize("name", themes())
def test_ours_are_whole(name):
    theme = find_theme(name)
    assert [trouble.what for folder in theme.folders for trouble in check_sheets(theme, folder)] == []


@pytest.mark.parametrize("name", ["university", "compact", "new-theme"])
def test_those_of_the_guide_are_whole(name):
    folder = templates_dir() / "examples" / name
    assert list(check_sheets(find_theme("lab"), folder)) == []


@given(css=st.text(alphabet="ab{}()[];:\"'/*@-\\ \n") | st.text())
def test_any_text_is_read(css, tmp_path_factory):
    folder = tmp_path_factory.mktemp("theme")
    lines = css.encode("utf-8", "replace").decode().count("\n") + css.count("\r") + css.count("\f") + 2
    for trouble in checked(folder, css.encode("utf-8", "replace").decode()):
        assert 1 <= int(trouble.where.rpartition(" line ")[2]) <= lines


@pytest.mark.parametrize("css", ["{" * 50_000, "a { ;" + "(" * 50_000, "a {" * 20_000 + "b c"])
def test_brackets_without_end_are_read_at_once(css, tmp_path):
    (found,) = checked(tmp_path, css)
    assert "never closed" in found.what or "too deeply" in found.what
