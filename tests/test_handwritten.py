"""Files that people write in TOML: what is wrong with one is told the same way, whichever it is."""

from __future__ import annotations

import pytest

from reporter.batch.rubric import read_rubric
from reporter.errors import UsageTrouble
from reporter.explain.course import read_course
from reporter.explain.words import Words
from reporter.handwritten import nearest, place, read_toml
from reporter.report.own.settings import settings_from
from reporter.report.themefile import read_theme_file

DEEP = b"captures = " + b"[" * 3000


def settings(path):
    try:
        settings_from(path, {})
    except UsageTrouble as trouble:
        return [trouble]
    return []


@pytest.mark.parametrize(
    "troubles",
    [
        settings,
        lambda path: read_rubric(path)[1],
        lambda path: read_course(path)[1],
        lambda path: read_theme_file(path)[1],
    ],
    ids=["settings", "rubric", "course", "theme"],
)
@pytest.mark.parametrize(
    ("content", "says", "to_do"),
    [
        (DEEP, "is nested too deeply", "write plain tables"),
        (b"x = [", "is not TOML: ", "correct that line"),
        (b"x = '\xff'", "is not UTF-8 text", "save it as UTF-8"),
        (None, "cannot be read: Is a directory", "check the path"),
    ],
)
def test_what_is_wrong_is_told(troubles, content, says, to_do, tmp_path):
    file = tmp_path / "course.toml"
    if content is None:
        (file / "course.toml").mkdir(parents=True)
    else:
        file.write_bytes(content)
    (trouble,) = troubles(file)
    assert says in trouble.what
    assert trouble.to_do == to_do
    assert trouble.where.startswith(str(file))


def test_words_that_are_nested_too_deeply(tmp_path):
    folder = tmp_path / "prose" / "en"
    folder.mkdir(parents=True)
    (folder / "x.toml").write_bytes(DEEP)
    with pytest.raises(UsageTrouble, match="a file of words is nested too deeply"):
        Words("en", [tmp_path])


def test_a_file_is_read_with_its_text(tmp_path):
    file = tmp_path / "x.toml"
    file.write_bytes('\ufeffa = 1\r\n[ "b" ]\r\nc.d = 2\r\n'.encode())
    text, tables = read_toml(file, "x")
    assert tables == {"a": 1, "b": {"c": {"d": 2}}}
    found = [place(file, text, key).removeprefix(str(file)) for key in ("a", "b", "c", "d")]
    assert found == [", line 1", ", line 2", ", line 3", ""]


def test_the_nearest_name_is_named():
    assert nearest("theem", ["lang", "theme"]) == "; did you mean 'theme'?"
    assert nearest("x", ["lang", "theme"]) == ""
