"""Grade books: the right cell, and every other byte as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.batch.gradenotes import notes
from reporter.batch.grading import fill
from reporter.batch.klass import Klass, Member
from reporter.batch.ledger import Row
from reporter.batch.spans import replaced, spans_of
from reporter.batch.submission import Student, Submission
from reporter.batch.words import BatchWords
from reporter.errors import UsageTrouble
from tests.faults import command

MOODLE = (
    "\ufeffIdentifier,Full name,Status,Grade,Maximum grade,Grade can be changed,"
    "Last modified (grade),Feedback comments\r\n"
    'Participant 11,"Sample, Jia",Submitted,,100.00,Yes,-,"a ""note"", kept"\r\n'
    "Participant 12,示例乙,Submitted,61.00,100.00,Yes,-,\r\n"
    "Participant 13,示例丙,No submission,,100.00,Yes,-,\r\n"
)
MOODLE_ZH = "标识符,姓名,状态,成绩,最高分,最后修改 (成绩)\n参与者 11,示例甲,已提交,,100,-\n"
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Lab 1 (901),Lab 2 (902),Final Score\n"
    "    Points Possible,,,,,10,10,(read only)\n"
    '"Sample, Jia",11,20260001,jia,S1,,7,80\n'
    '"Sample, Yi",12,20260002,yi,S1,EX,,70\n'
)
GENERIC = '序号,学号,姓名,成绩,备注\n1,20260001,示例甲,,=1+1\n2,20260002,示例乙,"",\n3,20260009,示例壬,,\n'


def klass_of(*points: float, layout: str = "") -> Klass:
    members = []
    for place, each in enumerate(points, 1):
        student = Student(f"2026000{place}", f"示例{'甲乙丙'[place - 1]}")
        submission = Submission(f"k{place}", student, (f"e{place}",), layout=layout, lms_id=f"1{place}")
        members.append(Member(submission, Row(f"k{place}", "", "ok", (), (), each, 100), ()))
    return Klass(tuple(members), (), None)


def filled(tmp_path, text, klass, column=None, earlier=None, overwrite=False, encoding="utf-8"):
    path = tmp_path / "book.csv"
    path.write_bytes(text.encode(encoding))
    made = fill(path, klass, column, earlier or {}, overwrite=overwrite)
    return made, made.content.decode(encoding)


def test_moodle_is_filled_by_the_id_of_the_folder(tmp_path):
    made, text = filled(tmp_path, MOODLE, klass_of(80, 90.5, layout="moodle"))
    assert made.kind == "moodle"
    assert text == MOODLE.replace("Submitted,,100", "Submitted,80,100")
    assert [(each.line, each.old, each.new, each.kept) for each in made.changes] == [
        (2, "", "80", False),
        (3, "61.00", "90.5", True),
    ]


@pytest.mark.parametrize("heading", ["计算机网络成绩登记表", "网络;2026-2027;教师", "a,b,c,d,e,f"])
def test_what_parts_the_cells_is_told_by_the_line_of_the_titles(tmp_path, heading):
    text = f"{heading}\n学号\t姓名\t成绩\n20260001\t示例甲\t\n"
    assert filled(tmp_path, text, klass_of(80))[1] == text.replace("甲\t", "甲\t80")


@pytest.mark.parametrize(
    ("options", "named"), [(["--gradebook", "b.csv"], "--rubric"), (["--dry-run", "--overwrite-grades"], "--gradebook")]
)
def test_options_that_would_do_nothing_are_told(tmp_path, options, named):
    done = command("batch", tmp_path, "-o", tmp_path / "out", *options)
    assert (done.code, named in done.said) == (2, True)


def test_moodle_in_chinese(tmp_path):
    made, text = filled(tmp_path, MOODLE_ZH, klass_of(80, layout="moodle"))
    assert made.kind == "moodle"
    assert text == MOODLE_ZH.replace("已提交,,", "已提交,80,")


def test_what_an_earlier_run_wrote_is_replaced_and_what_a_person_wrote_is_not(tmp_path):
    _, text = filled(tmp_path, MOODLE, klass_of(80, 90.5, layout="moodle"), earlier={"lms:12": "61"})
    assert ",90.5,100.00" in text
    _, text = filled(tmp_path, MOODLE, klass_of(80, 90.5, layout="moodle"), overwrite=True)
    assert ",90.5,100.00" in text


def test_canvas_needs_to_know_which_assignment(tmp_path):
    with pytest.raises(UsageTrouble, match="2 assignments"):
        filled(tmp_path, CANVAS, klass_of(8))
    made, text = filled(tmp_path, CANVAS, klass_of(8, 9), column="Lab 1 (901)")
    assert made.kind == "canvas"
    assert text == CANVAS.replace("jia,S1,,7", "jia,S1,8,7")
    assert [each.old for each in made.changes if each.kept] == ["EX"]
    with pytest.raises(UsageTrouble, match="no column"):
        filled(tmp_path, CANVAS, klass_of(8), column="Lab 3")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_any_csv_with_a_number_and_a_grade(tmp_path, encoding):
    made, text = filled(tmp_path, GENERIC, klass_of(80, 70, 60), encoding=encoding)
    assert made.kind == "csv"
    assert text == GENERIC.replace("示例甲,,", "示例甲,80,").replace('示例乙,"",', '示例乙,"70",')
    assert [each.student.id for each in made.without_row] == ["20260003"]


def member(number, name, points=None, **more):
    key = f"{number}{name}{more.get('lms_id', '')}"
    status = "missing" if points is None else "ok"
    return Member(Submission(key, Student(number, name), **more), Row(key, "", status, (), (), points, 100), ())


NAMESAKES = [member("20260001", "示例甲", 100), member("20260002", "示例甲"), member("20260003", "示例甲")]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("学号,姓名,成绩\n20260001,示例甲,\n20260002,示例甲,\n20260003,示例甲,\n", "csv"),
        (
            "Student,ID,SIS User ID,SIS Login ID,Section,Lab 1 (901)\n    Points Possible,,,,,100\n"
            "示例甲,71,20260001,w1,A,\n示例甲,72,20260002,w2,A,\n示例甲,73,20260003,w3,A,\n",
            "canvas",
        ),
    ],
)
def test_who_handed_in_nothing_does_not_get_the_grade_of_a_namesake(tmp_path, text, kind):
    made, after = filled(tmp_path, text, Klass(tuple(NAMESAKES), (), None))
    assert made.kind == kind
    assert [each.who.student.id for each in made.changes] == ["20260001"]
    first = next(line for line in text.splitlines() if "20260001" in line)
    assert after == text.replace(first, f"{first}100")


@pytest.mark.parametrize(
    ("rows", "members", "placed"),
    [
        # The row of a number that nobody has is not that of the one who bears the name.
        (["20269999,示例甲"], [member("20260001", "示例甲", 100)], []),
        (["20260001,示例乙"], [member("20260001", "示例甲", 100)], ["20260001,示例乙"]),
        # By name alone: not where the class has two, nor where the book has.
        ([",示例甲"], NAMESAKES, []),
        ([",示例甲"], [member("20260001", "示例甲", 100)], [",示例甲"]),
        ([",示例甲", ",示例甲"], [member("20260001", "示例甲", 100)], []),
        ([",示例甲", "20260001,示例甲"], [member("20260001", "示例甲", 100)], ["20260001,示例甲"]),
        (["20260001,示例甲", "20260001,示例甲"], [member("20260001", "示例甲", 100)], []),
        # A stranger to the roster has a name and a number of their own.
        (["20260001,示例甲"], [member("20260001", "示例甲"), member("20269999", "示例甲", 80)], []),
        # Numbers as spreadsheets leave them.
        (['="20260001",示例甲'], [member("20260001", "示例甲", 100)], ['="20260001",示例甲']),
        (["20260001.0,"], [member("020260001", "示例甲", 100)], ["20260001.0,"]),
        (["２０２６０００１,"], [member("20260001", "示例甲", 100)], ["２０２６０００１,"]),
    ],
)
def test_nobodys_points_are_in_another_row_or_in_two(tmp_path, rows, members, placed):
    text = "".join(f"{row},\n" for row in ["学号,姓名,成绩", *rows]).replace("成绩,", "成绩")
    made, after = filled(tmp_path, text, Klass(tuple(members), (), None))
    changed = [new for new in after.splitlines() if new not in text.splitlines()]
    assert [line.rpartition(",")[0] for line in changed] == placed
    graded = [each for each in members if each.row.points is not None]
    told = [*made.without_row, *(each for each, _ in made.several_rows)]
    assert len(made.changes) + len(told) == len(graded)


def test_the_ids_of_one_lms_mean_nothing_to_another(tmp_path):
    made, text = filled(tmp_path, MOODLE, klass_of(80, 90.5, layout="gradescope"))
    assert text == MOODLE
    assert len(made.without_row) == 2


def told(made, language="en"):
    return list(notes(made, BatchWords(language)))


SHEET = (
    "标识符,全名,ID 号,状态,成绩,最高分,最后修改 (成绩)\n"
    "参与者 101,示例甲,20260001,已提交,,10.00,-\n参与者 102,示例乙,20260002,已提交,,10.00,-\n"
)


def test_the_number_of_a_group_is_no_participants(tmp_path):
    group = member("", "第1组", 6, layout="moodle", lms_id="101", called="第1组")
    made, text = filled(tmp_path, SHEET, Klass((group,), (), None))
    assert text == SHEET
    assert [(each.student.name, line) for each, line in made.others_row] == [("第1组", 2)]
    assert "第1组" in told(made)[0]
    assert "group" in told(made)[0]


@pytest.mark.parametrize(
    ("called", "number", "row"),
    [
        ("示例甲", "", "参与者 101"),
        ("", "", "参与者 101"),  # an anonymous assignment
        ("Sample Jia", "20260001", "参与者 101"),  # the site has the student's number
        ("Sample Jia", "20260002", ""),
        ("Sample Jia", "", ""),
    ],
)
def test_a_participant_is_filled_where_the_sheet_says_that_it_is_them(tmp_path, called, number, row):
    each = member(number, "示例甲", 6, layout="moodle", lms_id="101", called=called)
    _, text = filled(tmp_path, SHEET, Klass((each,), (), None))
    changed = [new for new in text.splitlines() if new not in SHEET.splitlines()]
    assert [line.split(",")[0] for line in changed] == ([row] if row else [])


def with_verdict(of, passed, **facts):
    verdict = {"id": "own-page", "passed": passed, "facts": facts, "kind": "filter", "points": 0, "of": 70}
    return replace(of, row=replace(of.row, verdicts=(verdict,)))


def test_points_of_somebody_unknown_are_not_filled(tmp_path):
    text = "姓名,成绩\n示例甲,\n"
    unknown = with_verdict(member("", "示例甲", 30), None, unknown="id")
    made, after = filled(tmp_path, text, Klass((unknown,), (), None))
    assert after == text
    assert "own-page" in told(made)[0]
    # What the capture does not show costs points as everywhere, and is told.
    undecided = with_verdict(member("", "示例甲", 30), None, undecided="no-connections")
    made, after = filled(tmp_path, text, Klass((undecided,), (), None))
    assert "示例甲,30" in after
    assert "own-page" in told(made)[0]
    assert "own-page" in told(made, "zh")[0]
    passed = with_verdict(member("", "示例甲", 30), True)
    assert told(filled(tmp_path, text, Klass((passed,), (), None))[0]) == []


@pytest.mark.parametrize(
    ("text", "column"),
    [
        (SHEET, None),
        (CANVAS, "Lab 1 (901)"),
        ("学号,姓名,成绩,满分\n20260001,示例甲,,10\n20260002,示例乙,,10\n", None),
    ],
)
def test_more_points_than_the_book_has_are_told(tmp_path, text, column):
    people = [
        member("20260001", "示例甲", 10.5, layout="moodle", lms_id="101", called="示例甲"),
        member("20260002", "示例乙", 10, layout="moodle", lms_id="102", called="示例乙"),
    ]
    made, _ = filled(tmp_path, text, Klass(tuple(people), (), None), column=column)
    assert [(change.who.student.id, most) for change, most in made.above] == [("20260001", 10.0)]
    assert "示例甲 10.5" in told(made)[-1]
    assert "示例乙" not in told(made)[-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("学号,姓名,成绩\r\n20260001,示例甲\r\n20260002,示例乙,\r\n", "20260001,示例甲,80\r\n20260002,示例乙,70\r\n"),
        ("学号;姓名;班;成绩\n20260001\n20260002;示例乙;;", "20260001;;;80\n20260002;示例乙;;70"),
        ('学号,姓名,成绩\n20260002,示例乙\n20260001,"示例甲"', '20260002,示例乙,70\n20260001,"示例甲",80'),
    ],
)
def test_a_row_that_ends_before_its_empty_grade_gets_it(tmp_path, text, expected):
    made, after = filled(tmp_path, text, klass_of(80, 70))
    assert after.split("\n", 1)[1] == expected
    assert len(made.changes) == 2


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "", "PK\x03\x04"])
def test_what_is_no_grade_book_is_refused(tmp_path, text):
    with pytest.raises(UsageTrouble):
        filled(tmp_path, text, klass_of(1))


SEMICOLONS = "学号;姓名;成绩\n20260001;示例甲;57,5\n20260002;示例乙;\n20260003;示例丙;8,5\n"


def test_decimal_commas_are_read_and_written(tmp_path):
    made, text = filled(tmp_path, SEMICOLONS, klass_of(57.5, 77.5, 9))
    assert text == SEMICOLONS.replace("示例乙;", "示例乙;77,5")
    assert [(each.line, each.old, each.new) for each in made.changes if each.kept] == [(4, "8,5", "9")]
    _, text = filled(tmp_path, text, klass_of(57.5, 70.5, 9), earlier={"id:20260002|name:示例乙": "77,5"})
    assert "示例乙;70,5\n" in text


def test_without_decimal_commas_none_are_written(tmp_path):
    _, text = filled(tmp_path, SEMICOLONS.replace(",", "."), klass_of(57.5, 77.5, 9))
    assert "示例乙;77.5\n" in text


def test_thousands_are_no_decimals(tmp_path):
    made, _ = filled(tmp_path, '学号,成绩\n20260001,"1,000"\n', klass_of(1))
    assert [each.old for each in made.changes if each.kept] == ["1,000"]


@pytest.mark.parametrize(
    ("text", "what", "named"),
    [
        ("学号,姓名,平时成绩,期末成绩\n20260001,示例甲,,\n", "no column", "平时成绩"),
        ("学号,姓名,成绩,总分\n20260001,示例甲,,\n", "several columns", "总分"),
        ('Last Name,First Name,Username,Student ID,"Lab 1 [Total Pts: 10] |901"\nS,J,j,20260001,\n', "no col", "Lab 1"),
        ("Identifiant,Nom complet,Statut,Note\nParticipant 11,Sample,Remis,\n", "no column", "Note"),
    ],
)
def test_which_column_is_to_be_filled_has_to_be_said(tmp_path, text, what, named):
    with pytest.raises(UsageTrouble, match=what) as raised:
        filled(tmp_path, text, klass_of(80, layout="moodle"))
    assert "--grade-column" in raised.value.to_do
    assert named in raised.value.to_do
    made, _ = filled(tmp_path, text, klass_of(80, layout="moodle"), column=named)
    assert [each.new for each in made.changes] == ["80"]


def test_numbers_with_letters_are_no_participants(tmp_path):
    text = "班级,学号,姓名,成绩\n示例 1,20260001,示例甲,\n"
    made, changed = filled(tmp_path, text, klass_of(80))
    assert made.kind == "csv"
    assert changed == text.replace("甲,", "甲,80")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("学号,成绩\n20260001,\n".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04", "workbook"),
        (None, "cannot be read"),
    ],
)
def test_a_table_that_is_none_is_told_before_anything_is_done(tmp_path, content, what):
    book = tmp_path / "book.csv"
    if content is not None:
        book.write_bytes(content)
    (tmp_path / "class").mkdir()
    done = command("batch", tmp_path / "class", "-o", tmp_path / "out", "--rubric", "r", "--gradebook", book)
    assert done.code == 2
    assert what in done.said
    assert not (tmp_path / "out").exists()


CELLS = st.lists(st.lists(st.text(st.sampled_from('a1,"\n\r é示=')), min_size=2, max_size=4), min_size=1, max_size=5)


@given(CELLS, st.sampled_from(["utf-8", "gb18030"]), st.sampled_from(["\n", "\r\n"]))
def test_spans_are_the_cells_and_changing_none_changes_nothing(cells, encoding, end):
    import csv
    import io

    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(cells)
    content = ("x,y,z" + end + text.getvalue()).encode(encoding, "replace")
    rows, _ = spans_of(content)
    assert [len(row) for row in rows] == [3, *map(len, cells)]
    assert replaced(content, []) == content
    span = rows[-1][-1]
    changed = replaced(content, [(span, "7")])
    assert changed == content[: span.start] + b'"7"' + content[span.end :]
    assert spans_of(changed)[0][-1][-1].text == "7"
