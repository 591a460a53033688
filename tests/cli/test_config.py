"""report.toml: what it may say, what it is told when it is wrong."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporter.errors import UsageTrouble
from reporter.report.own.settings import TOP, options_from, settings_from


def read(tmp_path, text, **chosen):
    file = tmp_path / "report.toml"
    file.write_text(text, encoding="utf-8")
    return options_from(file, chosen)


def test_everything_it_may_say(tmp_path):
    options = read(
        tmp_path,
        'lang = "en"\nstream = 2\nfilter = "tcp"\n'
        'decode_as = "tcp.port==8888,http"\ntimezone = "Asia/Shanghai"\n'
        '[cover]\ntitle = "实验一"\nstudent = "示例同学"\nid = 20990001\n'
        'major = "m"\nschool = "s"\ncourse = "c"\n'
        'teacher = "t"\ndate = 2025-03-01\n',
    )
    assert (options.lang, options.stream, options.display_filter) == ("en", 2, "tcp")
    assert options.decode_as == ("tcp.port==8888,http",)
    assert (options.title, options.student, options.student_id) == ("实验一", "示例同学", "20990001")
    assert (options.date, options.timezone) == ("2025-03-01", "Asia/Shanghai")


def test_a_file_that_is_no_utf_8_is_to_be_saved_as_such(tmp_path):
    file = tmp_path / "report.toml"
    file.write_bytes('[cover]\ntitle = "实验一"\n'.encode("gbk"))
    with pytest.raises(UsageTrouble) as caught:
        options_from(file, {})
    assert caught.value.to_do == "save it as UTF-8"


def test_the_filter_of_the_file_is_the_files(tmp_path):
    file = tmp_path / "report.toml"
    file.write_text('lang = "en"\nfilter = "tcp"\n')
    assert settings_from(file, {}).filter_at == f"{file}, line 2"
    assert settings_from(file, {"display_filter": "udp"}).filter_at == ""


def test_the_command_line_wins(tmp_path):
    options = read(tmp_path, 'lang = "en"\n[cover]\nstudent = "A"\n', lang="zh", student="B", major=None)
    assert (options.lang, options.student, options.major) == ("zh", "B", None)


@pytest.mark.parametrize(
    ("text", "says", "where"),
    [
        ("[cover]\nstudnet = 'x'\n", "did you mean 'student'", "line 2"),
        ("\nlanguage = 'zh'\n", "did you mean 'lang'", "line 2"),
        ("student = 'x'\n", "belongs in the table [cover]", "line 1"),
        ("lang = 'fr'\n", "no language 'fr'", "line 1"),
        ("stream = -1\n", "a number from 0", "line 1"),
        ("stream = true\n", "a number from 0", "line 1"),
        ("decode_as = [1]\n", "a list of texts", "line 1"),
        ("filter = 1\n", "must be text", "line 1"),
        ("[cover]\n\ntitle = [1]\n", "must be text", "line 3"),
        ("cover = 1\n", "cover is a table", "line 1"),
        ("timezone = 'Asia/Shanghay'\n", "Asia/Shanghai", "line 1"),
        ("timezone = '../../etc/passwd'\n", "no time zone", "line 1"),
        ("lang = \n", "not TOML", "report.toml"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, says, where):
    with pytest.raises(UsageTrouble) as caught:
        read(tmp_path, text)
    assert says in caught.value.what
    assert where in caught.value.where


def test_a_file_that_cannot_be_read(tmp_path):
    for path in (tmp_path, tmp_path / "none.toml"):
        with pytest.raises(UsageTrouble, match="cannot be read"):
            options_from(path, {})
    (tmp_path / "latin.toml").write_bytes(b"lang = '\xff'")
    with pytest.raises(UsageTrouble, match="UTF-8"):
        options_from(tmp_path / "latin.toml", {})


ODD = ["1", "-1", "1.5", "true", "[]", "[1]", '["a"]', "{}", "{ a = 1 }", "2024-01-01", "inf", '"zh"', '"/"']
NAMED = [*TOP, "cover", "student", "[cover]\nid", "[from]\ntask"]
QUOTED = st.text(max_size=12).map(json.dumps)
VALUES, KEYS = QUOTED | st.sampled_from(ODD), QUOTED | st.sampled_from(NAMED)


@given(st.lists(st.tuples(KEYS, VALUES), max_size=4), st.binary(max_size=20))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_report_toml_says_is_taken_or_explained(tmp_path, pairs, noise):
    path = tmp_path / "report.toml"
    text = "".join(f"{key} = {value}\n" for key, value in pairs)
    for content in (text.encode("utf-8", "surrogatepass"), noise, text.encode("utf-8", "surrogatepass") + noise):
        path.write_bytes(content)
        with suppress(UsageTrouble):
            settings_from(path, {})
