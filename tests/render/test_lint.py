# ruff: noqa: E501
"""Templates read without being run: ours name only what there is, and a wrong name is told with the right one."""

import pytest

from reporter.render.lint import check_templates
from reporter.report.theme import find_theme, themes


@pytest.mark.parametrize("name", themes())
def test_ours_name_only_what_there_is(name):
    theme = find_theme(name)
    assert [trouble.what for folder in theme.folders for trouble in check_templates(theme, folder)] == []


@pytest.mark.parametrize(
    ("file", "text", "what"),
    [
        ("report.html.j2", "{% block cover %}{{ document.cover.titel }}{% endblock %}", "Cover has no 'titel'; did you mean 'title'?"),
        ("report.html.j2", "{% block section_sumary %}{% endblock %}", "did you mean 'section_summary'?"),
        ("report.html.j2", "{% block cover %}{{ documnt.title }}{% endblock %}", "there is no 'documnt'; did you mean 'document'?"),
        (
            "report.html.j2",
            "{% block cover %}{% for s in document.sections %}{% for b in s.blocks %}{{ b.captoin }}{% endfor %}"
            "{% endfor %}{% endblock %}",
            "did you mean 'caption'?",
        ),
        (
            "report.html.j2",
            "{% block figure_ladder %}{% for rung in now.block.rungs %}{{ rung.lable }}{% endfor %}{% endblock %}",
            "Rung has no 'lable'; did you mean 'label'?",
        ),
        ("blocks/packet-list.html.j2", "{% for row in block.rows %}{{ row.farme }}{% endfor %}", "did you mean 'frame'?"),
        ("blocks/note.html.j2", "{{ block.text|upperr }}", "there is no filter 'upperr'; did you mean 'upper'?"),
        ("sections/mine.html.j2", "{{ block.textes }}", "Added has no 'textes'; did you mean 'texts'?"),
        ("cover.html.j2", "{% if %}", "Expected an expression"),
        ("cover.html.j2", "{{ look.colors.accent }}", "did you mean 'colours'?"),
        ("cover.html.j2", "{{ page.frame_lnk(0, 1) }}", "did you mean 'frame_link'?"),
    ],
)  # fmt: skip
def test_a_wrong_name_is_told_with_its_line_and_the_right_one(file, text, what, tmp_path):
    (tmp_path / "theme.toml").write_text("context = 1")
    (tmp_path / file).parent.mkdir(exist_ok=True)
    lead = '{% extends "builtin:reports/lab/report.html.j2" %}\n' if file == "report.html.j2" else "\n"
    (tmp_path / file).write_text(lead + text)
    theme = find_theme(str(tmp_path))
    found = list(check_templates(theme, tmp_path))
    assert [trouble.where for trouble in found] == [f"{tmp_path / file}, line 2"]
    assert what in found[0].what
    assert found[0].to_do


def test_a_name_that_may_be_missing_is_no_mistake(tmp_path):
    (tmp_path / "theme.toml").write_text("context = 1")
    (tmp_path / "cover.html.j2").write_text("{{ wide|default(3) }}{% if narrow is defined %}{% endif %}{{ hihg }}")
    (found,) = check_templates(find_theme(str(tmp_path)), tmp_path)
    assert "'hihg'" in found.what


def test_a_template_is_only_read(tmp_path):
    (tmp_path / "theme.toml").write_text("context = 1")
    (tmp_path / "report.html.j2").write_text("{% block cover %}{{ 9 ** (9 ** 9) }}{% endblock %}")
    assert not list(check_templates(find_theme(str(tmp_path)), tmp_path))
