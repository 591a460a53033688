"""`reporter rules`: the list, one rule, the check of words and of a course."""

from __future__ import annotations

import json

import pytest

from reporter.explain.registry import GROUPS
from tests.cli.run import reporter

NOTE = '[[note]]\nwhen = "tcp.port == 80"\nzh = "端口"\nen = "port"\n'


def text_of(*arguments, code=0):
    done = reporter("rules", *arguments)
    assert done.returncode == code, done.stderr.decode()
    return (done.stdout + done.stderr).decode()


def test_the_list_for_programs():
    found = json.loads(text_of("list", "--format", "json"))
    codes = [each["rule"] for each in found]
    assert codes == sorted(codes, key=lambda code: (GROUPS.index(code[0]), code))
    assert {"C01", "H01", "D02", "L03", "F01", "T09", "P16", "W10"} <= set(codes)
    for each in found:
        assert list(each) == ["rule", "name", "topic", "title", "reference"]
        assert list(each["title"]) == ["zh", "en"]
        assert all([each["name"], each["topic"], each["reference"], *each["title"].values()])


def test_the_list_for_people():
    text = text_of("list", "--topic", "loss", "--lang", "en")
    assert "L01  loss  duplicate-ack" in text
    assert "H01" not in text
    assert "did you mean 'loss'" in text_of("list", "--topic", "los", code=2)


def test_one_rule_in_full():
    text = text_of("show", "H17")
    for part in (
        "并行的连接",
        "A parallel connection",
        "RFC 9112",
        "text (zh):",
        "text (en):",
        "facts: sender receiver",
    ):
        assert part in text
    assert "speaks of: the whole capture, at its end" in text
    assert "example: captures/page-nginx-browser.pcapng, frame " in text
    assert "silences: " in text_of("show", "C11")
    assert "silenced by: " in text_of("show", "L10")
    english = text_of("show", "h17", "--lang", "en")
    assert "text (zh)" not in english
    assert "text (en)" in english


def test_an_unknown_rule_names_the_nearest():
    assert "nearest are H16, H17, H18" in text_of("show", "H19", code=2)


def test_no_command_shows_the_help():
    assert "reporter rules show H01" in text_of(code=2)


def test_the_check_of_our_own():
    assert "in order" in text_of("check")


@pytest.mark.tshark
def test_the_check_of_a_course(tmp_path):
    (tmp_path / "course.toml").write_text(NOTE, encoding="utf-8")
    (tmp_path / "prose" / "en").mkdir(parents=True)
    (tmp_path / "prose" / "en" / "mine.toml").write_text('[H01]\ntext = "from the {{ sender }}"\n', encoding="utf-8")
    assert "in order" in text_of("check", "--course", tmp_path)
    assert "in order" in text_of("check", "--course", tmp_path / "course.toml")


@pytest.mark.tshark
def test_everything_wrong_is_named(tmp_path):
    (tmp_path / "course.toml").write_text(
        NOTE + NOTE.replace("tcp.port", "tcp.prt") + NOTE.replace("when", "wehn"), encoding="utf-8"
    )
    (tmp_path / "prose" / "en").mkdir(parents=True)
    words = tmp_path / "prose" / "en" / "mine.toml"
    words.write_text('[H001]\ntext = "x"\n\n[H01]\ntxet = "x"\ntext = "{{ sendr }}"\n', encoding="utf-8")
    text = text_of("check", "--course", tmp_path, code=1)
    for part in (
        "unknown key 'wehn' in [[note]]; did you mean 'when'?",
        "course.toml, line 10",
        "tcp.prt",
        "^~~~~~~",
        "course.toml, note in line 5, when",
        "unknown table [H001]; did you mean 'H01'?",
        "mine.toml, line 1",
        "unknown key 'txet' in [H01]; did you mean 'text'?",
        "mine.toml, line 5",
    ):
        assert part in text, part
    words.write_text('[H01]\ntext = "{{ sendr }}"\n', encoding="utf-8")
    text = text_of("check", "--course", tmp_path, code=1)
    assert "use 'sendr', which is no fact of the rule; did you mean 'sender'?" in text
