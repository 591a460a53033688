"""Grades that an earlier run wrote: none stays with somebody who has none now, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from reporter.batch.klass import Klass
from reporter.batch.ledger import Ledger
from reporter.batch.rubric import Rubric
from tests.batch.test_gone import handed_in
from tests.batch.test_gradebooks import filled, member, told, with_verdict
from tests.captures import BUNDLED
from tests.faults import command

RUBRIC = Rubric(Path("rubric.toml"), (), "")
BOOK = "学号,姓名,成绩\n20260001,示例甲,{}\n20260002,示例乙,{}\n"
ROWS = ("id:20260001|name:示例甲", "id:20260002|name:示例乙")
NOW = (member("20260001", "示例甲"), member("20260002", "示例乙", 80))


@pytest.mark.parametrize(
    ("members", "before", "after", "lines"),
    [
        (NOW, ("100", "80"), ("", "80"), 1),
        (NOW, ("100.00", "60"), ("", "80"), 1),
        # Somebody has changed it by hand.
        (NOW, ("95", "80"), ("95", "80"), 0),
        (NOW, ("", "80"), ("", "80"), 0),
        # The row was somebody's who is not in the class any more: for the teacher to decide.
        (NOW[1:], ("100", "80"), ("100", "80"), 1),
        # Not known whether the points are theirs.
        ((with_verdict(member("20260001", "示例甲", 70), None, unknown="id"), NOW[1]), ("100", "80"), ("", "80"), 2),
    ],
)
def test_what_an_earlier_run_wrote_goes_where_there_are_no_points_now(tmp_path, members, before, after, lines):
    earlier = {ROWS[0]: "100", ROWS[1]: before[1]}
    made, text = filled(tmp_path, BOOK.format(*before), Klass(members, (), RUBRIC), earlier=earlier)
    assert text == BOOK.format(*after)
    for language in ("zh", "en"):
        assert len(told(made, language)) == lines
    if after[0] == "" != before[0]:
        assert f"{before[0]}, which an earlier run filled in, does not stay" in told(made)[0]


def test_without_a_rubric_nobody_has_points_and_nothing_is_taken_out(tmp_path):
    made, text = filled(tmp_path, BOOK.format("100", "80"), Klass(NOW[:1], (), None), earlier={ROWS[0]: "100"})
    assert (text, told(made)) == (BOOK.format("100", "80"), [])


@pytest.mark.parametrize("blank", ['" "', '"\u3000"', " "])
def test_a_cell_of_blanks_is_empty(tmp_path, blank):
    made, text = filled(tmp_path, BOOK.format("", blank), Klass(NOW, (), RUBRIC))
    assert told(made) == []
    assert text == BOOK.format("", '"80"' if blank.startswith('"') else "80")


@pytest.mark.tshark
def test_a_capture_that_is_taken_back_takes_its_grade_along(tmp_path):
    out, book, rubric = tmp_path / "out", tmp_path / "book.csv", tmp_path / "rubric.toml"
    book.write_text(BOOK.format("", ""), encoding="utf-8")
    rubric.write_text('[[check]]\nid = "a"\nkind = "exchange"\npoints = 5\n', encoding="utf-8")
    folder = handed_in(tmp_path / "class", ["20260001-示例甲"], (BUNDLED / "half-close.pcapng").read_bytes())
    asked = ("batch", folder, "-o", out, "--rubric", rubric, "--gradebook", book, "--formats", "none", "--jobs", "1")
    assert command(*asked).code == 0
    assert book.read_text(encoding="utf-8") == BOOK.format("5", "")
    capture = folder / "20260001-示例甲" / "lab.pcapng"
    capture.rename(capture.with_suffix(".docx"))
    capture.with_suffix(".docx").write_bytes(b"x")
    dry = command(*asked, "--dry-run")
    assert "-20260001,示例甲,5" in dry.printed
    assert book.read_text(encoding="utf-8") == BOOK.format("5", "")
    done = command(*asked)
    assert "现在没有得分" in done.said
    assert "填写了 0 个成绩" in done.printed
    assert book.read_text(encoding="utf-8") == BOOK.format("", "")
    with Ledger(out) as ledger:
        assert ledger.grades(str(book.resolve()), "成绩") == {ROWS[0]: ""}


@pytest.mark.tshark
def test_what_was_written_into_one_column_says_nothing_of_another(tmp_path):
    """A 5 that somebody has entered by hand in one is not the 5 that the program has written in the other."""
    out, book, rubric = tmp_path / "out", tmp_path / "book.csv", tmp_path / "rubric.toml"
    book.write_text("学号,姓名,实验一,实验二\n20260001,示例甲,5,\n", encoding="utf-8")
    folder = handed_in(tmp_path / "class", ["20260001-示例甲"], (BUNDLED / "half-close.pcapng").read_bytes())
    asked = ("batch", folder, "-o", out, "--rubric", rubric, "--gradebook", book, "--formats", "none", "--jobs", "1")
    for points, column, after in ((5, "实验二", "5,5"), (8, "实验一", "5,5"), (8, "实验二", "5,8")):
        rubric.write_text(f'[[check]]\nid = "a"\nkind = "exchange"\npoints = {points}\n', encoding="utf-8")
        done = command(*asked, "--grade-column", column)
        assert book.read_text(encoding="utf-8").endswith(f"示例甲,{after}\n")
        assert ("已有手工登记的 5" in done.said) is (column == "实验一")


def test_a_ledger_of_before_the_columns_were_remembered_still_opens(tmp_path):
    with Ledger(tmp_path) as ledger, ledger.reading() as database:
        database.execute("CREATE TABLE grade (book TEXT, row TEXT, value TEXT, PRIMARY KEY (book, row))")
        database.execute("INSERT INTO grade VALUES ('b', 'r', '5')")
        database.execute("DROP TABLE graded")
        database.commit()
    with Ledger(tmp_path) as ledger:
        assert ledger.grades("b", "成绩") == {}
        ledger.graded("b", "成绩", {"r": "6"})
        assert (ledger.grades("b", "成绩"), ledger.grades("b", "平时")) == ({"r": "6"}, {})
