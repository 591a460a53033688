"""`--course`: a teacher's notes and words, in the explanation and in the report."""

from __future__ import annotations

import json
import re

import pytest

from reporter.cli.reporting import _told_apart
from reporter.errors import UsageTrouble
from reporter.explain.course import load_course
from reporter.explain.words import Words
from reporter.options import ReportOptions
from reporter.pipeline.report import make_document
from tests.captures import BUNDLED, ROOT
from tests.cli.run import reporter

CAPTURE = BUNDLED / "keepalive-full.pcapng"
COURSE = """
[[note]]
when = "tcp.flags.syn == 1"
zh = "SYN 只在握手时出现。"
en = "A SYN occurs only in the handshake."
title = {en = "Mind this"}

[[note]]
when = 'tcp.port in {80,443} && http.request'
zh = "请看请求行。\\u202e"

[[note]]
when = "udp"
en = "never"
"""


@pytest.fixture
def course(tmp_path):
    (tmp_path / "course.toml").write_text(COURSE, encoding="utf-8")
    (tmp_path / "prose" / "en").mkdir(parents=True)
    (tmp_path / "prose" / "en" / "mine.toml").write_text(
        '[H01]\ntext = "{{ sender }} asks."\n[lexicon.terms]\nclient = "the caller"\n', encoding="utf-8"
    )
    return tmp_path


def packets(*arguments):
    done = reporter("explain", CAPTURE, "--format", "jsonl", *arguments)
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


@pytest.mark.tshark
@pytest.mark.parametrize("name", ["", "course.toml"])
def test_notes_and_words_in_the_explanation(course, name):
    found = packets("--course", course / name, "--lang", "en")
    first, second, third = (each["findings"] for each in found[:3])
    assert first[0]["rule"] == "H01"
    assert first[0]["text"] == "the caller asks."
    for findings in (first, second):
        note = findings[-1]
        assert (note["rule"], note["text"]) == ("note", "A SYN occurs only in the handshake.")
        assert note["evidence"] == []
        assert note["facts"]["when"] == "tcp.flags.syn == 1"
    assert "note" not in {each["rule"] for each in third}
    asked = [each for each in found if each["findings"][-1]["text"] == "请看请求行。\\u202e"]
    assert asked
    assert all("GET" in each["info"] for each in asked)


@pytest.mark.tshark
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_example_of_the_page_can_be_used_as_printed(tmp_path, lang):
    page = (ROOT / "docs" / f"course.{lang}.md").read_text("utf-8")
    notes, words = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "course.toml").write_text(notes, encoding="utf-8")
    (tmp_path / "prose" / lang).mkdir(parents=True)
    (tmp_path / "prose" / lang / "mine.toml").write_text(words, encoding="utf-8")
    checked = reporter("rules", "check", "--course", tmp_path)
    assert checked.returncode == 0, checked.stderr.decode()
    text = packets("--course", tmp_path, "--lang", lang)[0]["findings"][0]["text"]
    assert text.endswith(words.partition("}}")[2].strip().strip('"'))


@pytest.mark.tshark
def test_what_is_not_replaced_stays(course):
    plain, taught = packets("--lang", "zh"), packets("--lang", "zh", "--course", course)
    for before, after in zip(plain, taught, strict=True):
        assert before["findings"] == [each for each in after["findings"] if each["rule"] != "note"]


@pytest.mark.tshark
def test_notes_in_the_report(course):
    options = ReportOptions(lang="en", course=course)
    document = make_document([CAPTURE], options=options, progress=lambda what, count: None)
    commentary = next(section for section in document.sections if section.id == "commentary")
    said = [each for block in commentary.blocks for remark in getattr(block, "remarks", ()) for each in remark.said]
    notes = [each for each in said if each.rule == "note"]
    assert notes[0].title == "Mind this"
    assert notes[-1].title == Words("en").title("note")
    assert "".join(span.text for span in notes[0].text) == "A SYN occurs only in the handshake."


@pytest.mark.tshark
@pytest.mark.parametrize("command", [["explain", CAPTURE], ["report", CAPTURE, "-o", "never.html"]])
def test_a_wrong_filter_is_explained_before_anything_is_done(tmp_path, command):
    (tmp_path / "course.toml").write_text('[[note]]\nwhen = "tcp.port == eighty"\nzh = "x"\n', encoding="utf-8")
    done = reporter(*command, "--course", tmp_path)
    assert done.returncode == 2
    assert not done.stdout
    text = done.stderr.decode()
    assert "course.toml, note in line 1, when" in text
    assert "               ^~~~~~" in text


@pytest.mark.tshark
def test_words_that_cannot_be_used_name_their_file(course):
    words = course / "prose" / "en" / "mine.toml"
    for text in ("{{ sendr }}", "{{ sender|ms }}", "{{ sender.__class__.__mro__ }}", "{% if %}"):
        words.write_text(f"[H01]\ntext = '{text}'\n", encoding="utf-8")
        done = reporter("explain", CAPTURE, "--course", course, "--lang", "en", "--frame", "1")
        assert done.returncode == 2, text
        assert "H01.text" in done.stderr.decode()
        assert str(words) in done.stderr.decode()


@pytest.mark.parametrize(
    ("text", "says", "where"),
    [
        ("[[notes]]\nwhen = 'tcp'\n", "did you mean 'note'", "line 1"),
        ("[note]\nwhen = 'tcp'\n", "one of several tables", "line 1"),
        ("\n[[note]]\nzh = 'x'\n", "has no when", "line 2"),
        ("[[note]]\nwhen = 'tcp'\n", "has no zh or en", "line 1"),
        ("[[note]]\nwhen = 1\nzh = 'x'\n", "when must be text", "line 2"),
        ("[[note]]\nwhen = 'tcp'\nzh = ''\n", "zh must be text", "line 3"),
        ("[[note]]\nwhen = 'tcp'\nzh = 'x'\ntitle = 1\n", "title must be text", "line 4"),
        ("[[note]]\nwhen = 'tcp'\nzh = 'x'\n\n[[note]]\nwhen = 'tcp'\nzhe = 'x'\n", "did you mean 'zh'", "line 7"),
        ("[[note]\n", "not TOML", "course.toml"),
    ],
)
def test_what_is_wrong_in_a_course_file_is_named(tmp_path, text, says, where):
    (tmp_path / "course.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageTrouble) as caught:
        load_course(tmp_path)
    assert says in caught.value.what
    assert where in caught.value.where


@pytest.mark.parametrize(
    ("text", "says", "where"),
    [
        ("[stream-H61]\ntext = 'x'\n", "did you mean 'stream-H16'", "line 1"),
        ("[lexicon.term]\nclient = 'x'\n", "did you mean 'lexicon.terms'", "line 1"),
        ("[lexicon.listing]\nfrmae = 'x'\n", "did you mean 'frame'", "line 2"),
        ("[D01]\ntitle = 'x'\nagian = 'x'\n", "did you mean 'again'", "line 3"),
        ("[D01]\ntext = 1\n", "must be text", "line 2"),
        ("D01 = 'x'\n", "must be a table", "line 1"),
    ],
)
def test_what_is_wrong_in_words_is_named(tmp_path, text, says, where):
    (tmp_path / "prose" / "zh").mkdir(parents=True)
    (tmp_path / "prose" / "zh" / "any.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageTrouble) as caught:
        load_course(tmp_path)
    assert says in caught.value.what
    assert "any.toml" in caught.value.where
    assert where in caught.value.where


def test_further_words_may_be_added_where_the_lexicon_is_open(tmp_path):
    (tmp_path / "prose" / "zh").mkdir(parents=True)
    (tmp_path / "prose" / "zh" / "any.toml").write_text("[lexicon.headers]\nx-lab = 'x'\n", encoding="utf-8")
    assert load_course(tmp_path).notes == ()
    assert Words("zh", [tmp_path]).lexicon["headers"]["x-lab"] == "x"


def test_no_course_there(tmp_path):
    for path in (tmp_path, tmp_path / "none", tmp_path / "none.toml"):
        with pytest.raises(UsageTrouble, match="course"):
            load_course(path)
    (tmp_path / "prose" / "fr").mkdir(parents=True)
    with pytest.raises(UsageTrouble, match="no language 'fr'"):
        load_course(tmp_path)


def test_a_course_and_its_name_are_told_apart(tmp_path):
    assert _told_apart({"course": str(tmp_path)})["course"] == tmp_path
    assert _told_apart({"course": "no/where"})["course"].name == "where"
    assert _told_apart({"course": "计算机网络"}) == {"course": None, "course_name": "计算机网络"}
    assert _told_apart({"course": "a", "course_name": "b"})["course_name"] == "b"
    assert _told_apart({"lang": "zh"}) == {"lang": "zh"}
