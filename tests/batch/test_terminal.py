"""What the terminal says of a class, and of what a teacher gives that cannot be used."""

from __future__ import annotations

import json

import pytest

from reporter.batch.klass import assemble
from reporter.batch.ledger import Row
from reporter.batch.rubric import load_rubric
from reporter.batch.shared import shared
from reporter.batch.submission import Student, Submission
from reporter.batch.traces import Trace
from reporter.batch.words import BatchWords
from reporter.cli.batching import _summary
from reporter.errors import UsageTrouble
from tests.faults import command


@pytest.mark.parametrize(("students", "rest"), [(7, "… and 1 more pair shares"), (6, "")])
def test_the_terminal_says_that_there_are_more_pairs_than_it_names(tmp_path, capsys, students, rest):
    keys = [f"2026{number:04}" for number in range(students)]
    submissions = [Submission(key, Student(key), (key,)) for key in keys]
    rows = {key: Row(key, "", "ok", (), (), None, None) for key in keys}
    traces = [Trace(key, "a", 0, "a:1", "b:2", 1, 9, "1", (1 << 30, 1 << 31), frozenset()) for key in keys]
    klass = assemble(submissions, rows, shared(traces, {}), None)
    _summary(klass, BatchWords("en"), tmp_path)
    printed = capsys.readouterr().out
    assert printed.count("shares 1 connection") == min(len(klass.shared), 20)
    assert rest in printed
    assert ("more pair" in printed) is bool(rest)


@pytest.fixture
def handed_in(tmp_path):
    folder = tmp_path / "class" / "20260001-示例甲"
    folder.mkdir(parents=True)
    (folder / "lab.pcapng").write_bytes(b"no capture")
    return tmp_path / "class"


def test_who_hands_in_what_as_json(handed_in, tmp_path):
    done = command("batch", handed_in, "-o", tmp_path / "out", "--match-only", "--json")
    assert done.code == 0
    [row] = json.loads(done.printed)
    assert row["student"] == {"id": "20260001", "name": "示例甲"}
    assert (row["entries"], row["listed"]) == (["20260001-示例甲"], None)


@pytest.mark.tshark
@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "20260001 示例甲：无法读取。lab.pcapng 不是抓包文件。"),
        ("en", "20260001 示例甲: cannot be read. lab.pcapng is"),
    ],
)
def test_a_trouble_is_told_as_its_language_is_written(handed_in, tmp_path, lang, said):
    done = command("batch", handed_in, "-o", tmp_path / "out", "--formats", "none", "--lang", lang, "--jobs", "1")
    assert said in done.said


def test_a_rubric_that_is_not_utf8_is_to_be_saved_as_that(tmp_path):
    path = tmp_path / "rubric.toml"
    path.write_bytes("# 评分标准".encode("gb18030"))
    with pytest.raises(UsageTrouble) as raised:
        load_rubric(path)
    assert raised.value.to_do == "save it as UTF-8"
