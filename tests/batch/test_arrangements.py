"""Names of files as people write them: number, name, class, task, date and telephone in any order.

Whoever a file is given to is its student; where that is not plain it is given to nobody.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.batch.collect import plan
from reporter.batch.layouts import stem
from reporter.batch.persons import pairs_in, person_in
from tests.batch.test_layouts import Names
from tests.batch.test_matching import matched, roster_of

CLASS = [("20260001", "示例甲"), ("20260002", "示例乙"), ("20260003", "Sample Bing"), ("20260004", "示例·丁")]
#: Of each entry of a class one, or the same for all.
EXTRAS = {
    "class": ["软件2101", "计科2班", "网工"],
    "task": ["实验3", "lab2", "第一次作业", "1"],
    "date": ["20260304", "2026-03-04", "20260304101112"],
    "phone": ["13800138000", "15912345678"],
}
BETWEEN = ["-", "_", " ", "+", "（"]


@st.composite
def downloads(draw, parts):
    """A class that has agreed on the order, or has not: for each student the name of a file."""
    more = draw(st.lists(st.sampled_from(sorted(EXTRAS)), unique=True, max_size=3))
    order = draw(st.permutations([*parts, *more]))
    agreed = draw(st.booleans())
    found = []
    for number, name in CLASS[: draw(st.integers(1, len(CLASS)))]:
        said = {key: draw(st.sampled_from(values)) for key, values in EXTRAS.items()} | {"id": number, "name": name}
        mine = order if agreed else draw(st.permutations(order))
        between = draw(st.sampled_from(BETWEEN))
        found.append(
            ((number, name), between.join(said[each] for each in mine) + draw(st.sampled_from([".zip", ".pcapng.gz"])))
        )
    return found


def owners(found):
    return {entry: (each.student, each.matched) for each in found for entry in each.entries}


@given(downloads(["id", "name"]))
def test_with_a_roster_number_and_name_are_their_students(files):
    given_to = owners(plan(Names(files=[name for _, name in files]), roster_of(*CLASS), None))
    for (number, _), name in files:
        student, by = given_to[name]
        assert (student.id, by) == (number, "id")


@given(downloads(["name"]))
def test_with_a_roster_a_name_is_its_students_or_nobodys(files):
    given_to = owners(plan(Names(files=[name for _, name in files]), roster_of(*CLASS), None))
    for (number, _), name in files:
        student, by = given_to[name]
        assert not by or (student.id, by) == (number, "name")
        assert by or "13800138000" in name or "15912345678" in name or "2026" in name


@given(downloads(["id", "name"]))
def test_the_number_of_a_stranger_is_nobodys_on_the_roster(files):
    others = roster_of(*((f"2025{number[4:]}", name) for number, name in CLASS))
    for each in plan(Names(files=[name for _, name in files]), others, None):
        assert not each.matched
        assert not each.entries or each.remarks


@given(downloads(["id", "name"]))
def test_without_a_roster_nothing_else_is_taken_for_the_number_or_the_name(files):
    found = plan(Names(files=[name for _, name in files]), None, None)
    assert sorted(entry for each in found for entry in each.entries) == sorted(name for _, name in files)
    given_to = owners(found)
    for (number, name), file in files:
        student, _ = given_to[file]
        assert student.id in ("", number)
        assert student.name in ("", name)


def test_of_several_numbers_none_is_taken_unless_the_class_tells():
    # Alone neither of the two is plainly the student's.
    found = plan(Names(files=["20260001-示例甲-735123456.zip"]), None, None)
    assert [(each.student.id, [remark.code for remark in each.remarks]) for each in found] == [
        ("", ["several-numbers"])
    ]
    files = ["20260001-示例甲-735123456.zip", "20260002-示例乙.zip"]
    assert [each.student.id for each in plan(Names(files=files), None, None)] == ["20260001", "20260002"]
    # A date and a telephone number are never preferred; alone, they are nobody's number.
    found = plan(Names(files=["20260001-示例甲-20260304-13800138000.zip", "示例乙-13800138001.zip"]), None, None)
    assert [(each.student.id, each.student.name) for each in found] == [("20260001", "示例甲"), ("", "示例乙")]
    # Numbers of students may look like those of telephones.
    files = ["13800138001-示例甲.zip", "13800138002-示例乙.zip"]
    assert [each.student.id for each in plan(Names(files=files), None, None)] == ["13800138001", "13800138002"]


@pytest.mark.parametrize(
    "text",
    [
        "20260001示例甲_20260002示例乙",
        "示例甲20260001、示例乙20260002-实验一",
        "20260304-20260001-示例甲-20260002-示例乙",
    ],
)
def test_numbers_and_names_in_turn_are_a_group(text):
    assert sorted(pairs_in(text)) == [("20260001", "示例甲"), ("20260002", "示例乙")]
    for roster in (None, roster_of(*CLASS)):
        found = [each for each in plan(Names(folders=[text]), roster, None) if each.entries]
        assert [(each.student.id, each.student.name) for each in found] == CLASS[:2]
        assert found[0].group == found[1].group != ""
    # Who is not on the roster has no row of another.
    assert [each[2] for each in matched(roster_of(CLASS[0]), folders=[text])] == ["id", ""]


@pytest.mark.parametrize(
    "text", ["20260001-20260002-示例甲", "20260001-示例甲-示例乙", "20260001-示例甲-735123456", "示例甲"]
)
def test_what_is_not_in_turn_is_no_group(text):
    assert pairs_in(text) == []


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("20260000-阿卜杜拉·示例", "阿卜杜拉·示例"),
        ("20260001-José Núñez", "José Núñez"),
        ("20260002-Müller Anna", "Müller Anna"),
        ("20260003_Łukasz_Nowak_lab1", "Łukasz Nowak"),
        ("20260005-陈Mary", "陈Mary"),
        ("20260006-Nguyễn Văn An", "Nguyễn Văn An"),
        ("20260007-김철수", "김철수"),
        ("20260008-山田たろう", "山田たろう"),
        ("20260009-Иван Петров", "Иван Петров"),
        ("计科2301李四20260002lab2", "李四"),
        ("网络实验报告张三", "张三"),
        ("计算机网络实验报告", ""),
        ("20260001 Isabella Lab 3", "Isabella"),
        ("张三lab2", "张三"),
        ("20260001", ""),
        ("20260001-示例甲-第二稿", "示例甲"),
        ("计科2班Sample Li", "Sample Li"),
        ("Sample Na20260001", "Sample Na"),
        ("示例甲-示例乙", ""),
        ("lab 1 final report", ""),
    ],
)
def test_the_person_within_a_name(text, person):
    assert person_in(text) == person


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("示例甲.7z", "示例甲"),
        ("a.pcapng.gz", "a"),
        ("实验.pcapng.zip", "实验"),
        ("J.Sample.zip", "J.Sample"),
        ("甲", "甲"),
    ],
)
def test_an_ending_is_no_part_of_a_name(name, without):
    assert stem(name) == without


ROSTER = roster_of(("20260001", "张三"), ("20260002", "示例乙"), ("20260003", "José Núñez"), ("20260004", "张三丰"))


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("张三_实验一", "20260001"),
        ("实验报告 示例乙", "20260002"),
        ("实验报告张三", "20260001"),
        ("Jose Nunez", "20260003"),
        ("lab1_nunez_jose", "20260003"),
        ("张三丰-lab1", "20260004"),
        ("20260001-张三", "20260001"),
    ],
)
def test_a_name_among_other_words_is_found(name, number):
    assert [row[0] for row in matched(ROSTER, folders=[name]) if row[1]] == [number]


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("张三-示例乙", "several-names", ["20260001", "20260002"]),
        ("软件张三乙", "perhaps-named", ["20260001"]),
        ("20260001-张三丰", "number-of-another", ["20260001", "20260004"]),
        ("20269999-张三-实验", "other-number", ["20260001"]),
        ("张三-20269999-20268888", "other-number", ["20260001"]),
        ("某人-20269999-20268888", "several-numbers", []),
        ("某人", "not-on-roster", []),
        ("张三2025000313800138000", "other-number", ["20260001"]),
        ("finalSample José Núñez", "perhaps-named", ["20260003"]),
        ("计科2班Sample Jose Nunez", "perhaps-named", ["20260003"]),
        ("Jose", "not-on-roster", []),
    ],
)
def test_what_may_be_somebodys_is_nobodys_and_they_are_told(name, code, told):
    rows = matched(ROSTER, folders=[name])
    assert [row[3] for row in rows if row[1]] == [[code]]
    assert [row[0] for row in rows if row[3] == ["perhaps-theirs"]] == told


def test_a_group_of_moodle_that_is_called_after_a_student_is_not_theirs_alone():
    name = "第1组-张三_101_assignsubmission_file"
    rows = matched(ROSTER, folders=[name])
    assert [row[3] for row in rows if row[1]] == [["perhaps-named"]]
    assert [row[0] for row in rows if row[3] == ["perhaps-theirs"]] == ["20260001"]


def test_a_list_beside_the_class_is_a_submission_only_where_a_student_is_meant():
    names = ["张三.html", "示例乙.xlsx", "成绩.csv", "名单.xlsx", "readme.txt", "江老师的成绩表.xlsx"]
    assert [row[1] for row in matched(ROSTER, *names) if row[1]] == [["张三.html"], ["示例乙.xlsx"]]
    assert [each.entries for each in plan(Names(files=names), None, None)] == [("张三.html",)]
