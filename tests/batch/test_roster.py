"""Rosters as teachers save them, and which of their columns holds the numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.batch.klass import Klass
from reporter.batch.roster import read_roster
from reporter.batch.submission import Student
from reporter.errors import UsageTrouble
from tests.batch.test_gradebooks import CANVAS, filled, member


def roster_of(tmp_path, text):
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8")
    return [each.student for each in read_roster(path).entries]


JIA = Student("20260001", "示例甲")


@given(st.permutations(["学号", "id", "Number", "姓名", "序号", "备注"]))
def test_the_surest_title_is_the_number_wherever_it_stands(tmp_path_factory, titles):
    row = {"学号": "20260001", "id": "1", "Number": "20260002", "姓名": "示例甲"}
    text = ",".join(titles) + "\n" + ",".join(row.get(title, "7") for title in titles) + "\n"
    folder = tmp_path_factory.mktemp("table")
    assert roster_of(folder, text) == [JIA]
    book = f"{text.splitlines()[0]},成绩\n{text.splitlines()[1]},\n"
    _, after = filled(folder, book, Klass((member("20260001", "示例甲", 80), member("1", "示例乙", 70)), (), None))
    assert after.endswith(",80\n")


def test_a_running_number_is_nobodys(tmp_path):
    # A student without a number is not given that of their row.
    assert roster_of(tmp_path, "id,学号,姓名\n1,20260001,示例甲\n2,,示例乙\n") == [JIA, Student("", "示例乙")]
    # Where nothing surer is there, or nothing in it, it is the number.
    assert roster_of(tmp_path, "id,姓名\n20260001,示例甲\n") == [JIA]
    assert roster_of(tmp_path, "id,学号,姓名\n20260001,,示例甲\n") == [JIA]


def test_the_export_of_canvas_is_a_roster(tmp_path):
    text = CANVAS + '"Student, Test",99,,abc,S1,,,\n'
    assert roster_of(tmp_path, text) == [Student("20260001", "Sample, Jia"), Student("20260002", "Sample, Yi")]


@pytest.mark.parametrize(
    "above", ["sep=;\n", "2026 学年名单;;\n", "\n", "示例大学\n2026 学年\n\n", "Zhang, San, his class;\n"]
)
def test_titles_of_a_roster_may_stand_below_headings(tmp_path, above):
    assert roster_of(tmp_path, above + "学号;姓名\n20260001;示例甲\n") == [JIA]


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("20260001,示例甲\n", "none of the first 10 lines", ""),
        ("学号,姓名\n2.0260E+07,示例甲\n2.0260E+07,示例乙\n", "a spreadsheet has shortened it", "line 2"),
        ("学号,姓名\n", "no students", ""),
        ("名单\n\n学号,姓名\n20260001,示例甲\n\n20260001,示例乙\n", "twice", "lines 4 and 6"),
    ],
)
def test_what_is_wrong_with_a_roster_is_told_as_it_is(tmp_path, text, what, where):
    with pytest.raises(UsageTrouble, match=what) as raised:
        roster_of(tmp_path, text)
    assert where in raised.value.where


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "gb18030"])
def test_a_roster_in_any_encoding_of_a_spreadsheet(tmp_path, encoding):
    roster = tmp_path / "roster.csv"
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    roster.write_bytes(mark + "学号\t姓名\r\n20260001\t示例甲\r\n".encode(encoding))
    assert [each.student for each in read_roster(roster).entries] == [Student("20260001", "示例甲")]


@pytest.mark.parametrize(("content", "what"), [(b"PK\x03\x04\x14", "workbook"), (b"a,\x00\n", "roster")])
def test_a_roster_that_is_no_table_is_told(tmp_path, content, what):
    roster = tmp_path / "roster.csv"
    roster.write_bytes(content)
    with pytest.raises(UsageTrouble, match=what):
        read_roster(roster)
