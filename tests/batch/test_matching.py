"""Who is meant by the entries of a download: nobody gets what may be another's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.batch.collect import plan
from reporter.batch.numbers import Numbers, numbers_in, written
from reporter.batch.roster import Entry, Roster, read_roster
from reporter.batch.submission import Student
from tests.batch.test_layouts import Names

JIA, YI = "示例甲", "示例乙"


def roster_of(*rows):
    return Roster([Entry(Student(number, name), tuple(logins)) for number, name, *logins in rows])


def matched(roster, *names, folders=()):
    """For each row: the number (else the name), the entries, what it was matched by, the codes of the remarks."""
    found = plan(Names(folders=folders, files=names), roster, None)
    return [
        (
            each.student.id or each.student.name,
            list(each.entries),
            each.matched or ("missing" if not each.entries else ""),
            [remark.code for remark in each.remarks],
        )
        for each in found
    ]


def test_a_namesake_who_is_not_on_the_roster_does_not_take_over():
    roster = roster_of(("20260001", JIA), ("20260003", "示例丙"))
    for ending in (".zip", ".pcapng"):
        names = [f"20260001-{JIA}{ending}", f"20269999-{JIA}{ending}", f"20260003-示例丙{ending}"]
        assert matched(roster, *names) == [
            ("20260001", [names[0]], "id", []),
            ("20260003", [names[2]], "id", []),
            ("20269999", [names[1]], "", ["other-number"]),
        ]


def test_a_number_of_somebody_else_is_not_matched_by_the_name_even_where_nobody_else_is():
    found = matched(roster_of(("20260001", JIA)), f"20269999-{JIA}.zip")
    assert found == [
        ("20260001", [], "missing", ["perhaps-theirs"]),
        ("20269999", [f"20269999-{JIA}.zip"], "", ["other-number"]),
    ]


def test_numbers_that_tell_nobody_apart_leave_the_name_to_decide():
    # A roster without numbers, one of places in a list, one without the letters, a date.
    for roster, name in (
        (roster_of(("", JIA)), f"20269999-{JIA}.zip"),
        (roster_of(("17", JIA)), f"20269999-{JIA}.zip"),
        (roster_of(("PB26000001", JIA)), f"26000001-{JIA}.zip"),
        (roster_of(("2026000001", JIA)), f"20260304-{JIA}.zip"),
    ):
        assert [by for _, _, by, _ in matched(roster, name)] == ["name"]
    # Where numbers are as long as dates, a date may be one.
    assert [by for _, _, by, _ in matched(roster_of(("20260001", JIA)), f"20260304-{JIA}.zip")] == ["missing", ""]


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("PB26000001", "PB26000001-{}"),
        ("PB26000001", "{}_pb26000001_lab1"),
        ("SA26000001", "SA26000001_lab1.pcapng"),
        ("26000001", "zhangsan26000001.zip"),
        ("12345", "12345-{}"),
        ("123456789012345", "123456789012345-{}"),
        ("2026-0009", "2026-0009-{}"),
        ("20260001", "２０２６０００１-{}"),
        ("２０２６０００１", "20260001"),
        ("20260001", "020260001"),
        ("020260001", "20260001-{}"),
        ("20260001.0", "20260001-{}"),
        ('="20260001"', "20260001-{}"),
        ("17", "17"),
    ],
)
def test_a_number_of_the_roster_is_found_however_it_is_written(tmp_path, number, name):
    other = "PB26000002" if number.startswith("PB") else "20260777"
    path = tmp_path / "roster.csv"
    path.write_text(f"id;name\n{number};{JIA}\n{other};{JIA}\n", encoding="utf-8")
    found = plan(Names(folders=(name.format(JIA),)), read_roster(path), None)
    assert [(each.matched, each.listed, bool(each.entries)) for each in found if each.entries] == [("id", True, True)]
    assert {each.student.id for each in found} == {written(number), other}


def test_zeros_are_not_lost_where_they_tell_two_apart():
    numbers: Numbers[str] = Numbers()
    for number in ("0123456", "123456"):
        numbers.add(number, number)
    assert numbers.find("0123456") == ["0123456"]
    assert numbers.find("123456") == ["123456"]
    assert sorted(numbers.find("00123456")) == ["0123456", "123456"]


def test_a_letter_more_is_another_number():
    roster = roster_of(("21000001", JIA), ("PB21000002", YI))
    codes = [each[3] for each in matched(roster, "PB21000001-某人.zip", "XPB21000002-某人.zip") if each[1]]
    assert codes == [["not-on-roster"], ["not-on-roster"]]


def test_namesakes_are_told_so_and_are_not_said_to_have_handed_in_nothing():
    roster = roster_of(("1", "Wang, Wei"), ("2", "Wang, Wei"), ("3", "Sample, Li"))
    first, second = "wangwei_1002_55503_lab.pcapng", "wangwei_1003_55504_lab.pcapng"
    third = "sampleli_1004_55505_lab.pcapng"
    assert matched(roster, first, second, third) == [
        ("1", [], "missing", ["perhaps-theirs"]),
        ("2", [], "missing", ["perhaps-theirs"]),
        ("3", [third], "name", []),
        ("wangwei", [first], "", ["same-name"]),
        ("wangwei", [second], "", ["same-name"]),
    ]


def test_two_people_of_one_name_are_not_taken_for_one_because_the_roster_has_one():
    roster = roster_of(("20260001", JIA))
    names = [f"{JIA}_101_assignsubmission_file", f"{JIA}_102_assignsubmission_file"]
    assert matched(roster, folders=names) == [
        ("20260001", [], "missing", ["perhaps-theirs"]),
        (JIA, [names[0]], "", ["name-taken"]),
        (JIA, [names[1]], "", ["name-taken"]),
    ]
    # Two entries of one person stay together.
    both = [f"{JIA}_101_assignsubmission_file", f"{JIA}_101_assignsubmission_onlinetext"]
    assert matched(roster, folders=both) == [("20260001", both, "name", [])]


def test_a_name_does_not_join_who_is_known_by_a_number():
    names = [f"20260001-{JIA}.zip", f"{JIA}.zip"]
    assert matched(roster_of(("20260001", JIA)), *names) == [
        ("20260001", names[:1], "id", []),
        (JIA, names[1:], "", ["name-taken"]),
    ]


def test_a_number_and_a_name_of_two_people_are_neithers():
    roster = roster_of(("20260001", JIA), ("20260002", YI))
    name = f"20260001-{YI}.zip"
    assert matched(roster, f"20260001-{JIA}.zip", name) == [
        ("20260001", [name], "", ["number-of-another"]),
        ("20260001", [f"20260001-{JIA}.zip"], "id", []),
        ("20260002", [], "missing", ["perhaps-theirs"]),
    ]
    # A name that nobody on the roster has is only remarked.
    assert [each[2:] for each in matched(roster, "20260001-某某.zip") if each[1]] == [("id", ["other-name"])]


def test_of_two_numbers_the_one_with_its_name_is_meant():
    roster = roster_of(("20260001", JIA), ("20260002", YI))
    assert [each[2] for each in matched(roster, f"20260001-{JIA}-20260002.zip") if each[1]] == ["id"]
    assert [each[3] for each in matched(roster, "20260001-20260002.zip") if each[1]] == [["several-numbers"]]
    assert [each[3] for each in matched(roster, "20267777-某某-20260002.zip") if each[1]] == [["several-numbers"]]
    # One that is longer is no student's here.
    assert [each[2] for each in matched(roster, "13800000000-20260002.zip") if each[1]] == ["id"]


def test_a_login_may_hold_underscores():
    roster = roster_of(
        ("20260001", "Li Na", "li_na"), ("20260002", "Wang Na", "na"), ("20260003", "An", "an_x@example.edu")
    )
    ending = "attempt_2026-09-01-10-00-00_a.pcapng"
    for logins in (("li_na",), ("an_x",), ("li_na", "na", "an_x")):
        found = matched(roster, *(f"Lab 1_{login}_{ending}" for login in logins))
        assert [by for _, entries, by, _ in found if entries] == ["login"] * len(logins)
        assert len({number for number, entries, *_ in found if entries}) == len(logins)


def test_members_of_a_group_are_known_by_their_own_addresses():
    metadata = """\
submission_1:
  :submitters:
  - :name: Jia
    :email: jia@example.edu
  - :name: Yi
    :email: yi@example.edu
"""
    roster = roster_of(("1", "Sample Jia", "jia@example.edu"), ("2", "Sample Yi", "yi@example.edu"))
    listing = Names(("submission_1",), ("submission_metadata.yml",), lambda _: metadata)
    found = plan(listing, roster, None)
    assert [(each.student.id, each.matched, bool(each.group)) for each in found] == [
        ("1", "login", True),
        ("2", "login", True),
    ]


def test_what_names_nobody_is_not_said_to_be_off_the_roster():
    found = matched(roster_of(("20260001", JIA)), folders=["Participant_105_assignsubmission_file"])
    assert [each[3] for each in found] == [["perhaps-unnamed"], ["unnamed"]]


def test_text_typed_into_canvas_is_something_handed_in():
    roster = roster_of(("5", "O'Sample, Pat"))
    assert matched(roster, "osamplepat_1005_text.html") == [("5", ["osamplepat_1005_text.html"], "name", [])]


def test_what_looks_like_an_id_of_canvas_may_be_a_number_of_the_roster():
    # Name, number, number of a chat: nothing in the names themselves tells them from Canvas's.
    roster = roster_of(("20260001", JIA), ("20260002", YI))
    names = [f"{JIA}_20269999_735123456_lab.pcapng", f"{YI}_20260002_735123457_lab.pcapng"]
    assert matched(roster, *names) == [
        ("20260001", [], "missing", ["perhaps-theirs"]),
        ("20260002", names[1:], "id", []),
        ("20269999", names[:1], "", ["other-number"]),
    ]


def test_a_stranger_with_the_name_of_a_student_and_a_number_between_underscores_stays_a_stranger():
    roster = roster_of(("20260001", JIA), ("20260002", YI))
    names = [f"{JIA}_20269999_3_lab.pcapng", f"{YI}_20260002_3_lab.pcapng"]
    assert [(number, by, codes) for number, entries, by, codes in matched(roster, *names) if entries] == [
        ("20260002", "id", []),
        ("20269999", "", ["other-number"]),
    ]
    # Two of one name, each with their number.
    both = roster_of(("20260001", JIA), ("20260005", JIA), ("20260002", YI))
    names = [f"{JIA}_20260001_1_lab.pcapng", f"{JIA}_20260005_1_lab.pcapng", f"{YI}_20260002_1_lab.pcapng"]
    assert [(number, by) for number, entries, by, _ in matched(both, *names) if entries] == [
        ("20260001", "id"),
        ("20260002", "id"),
        ("20260005", "id"),
    ]


NAMES = st.sampled_from([JIA, YI, "示例丙", "某某"])
NUMBERS = st.sampled_from(["20260001", "20260002", "20260003", "20269999", "PB260001", "020260001", ""])


@given(
    st.lists(st.tuples(NUMBERS, NAMES), max_size=4, unique_by=lambda row: row[0].lstrip("0") or row[1]),
    st.lists(st.tuples(NUMBERS, NAMES, st.sampled_from(["", "-握手"])), max_size=6, unique=True),
)
def test_every_entry_is_in_one_row_and_every_student_has_one(rows, entries):
    roster = roster_of(*rows)
    names = sorted({"-".join(filter(None, (number, name))) + more + ".pcapng" for number, name, more in entries})
    found = plan(Names(files=names), roster, None)
    assert sorted(entry for each in found for entry in each.entries) == names
    on_roster = [each.student for each in found if each.listed]
    assert sorted(map(str, on_roster)) == sorted(str(entry.student) for entry in roster.entries)
    for each in found:
        if each.matched == "id":
            known = each.student.id.lstrip("0")
            assert all(any(number.lstrip("0") == known for number in numbers_in(entry)) for entry in each.entries)
        if each.matched == "name":
            assert all(each.student.name in entry for entry in each.entries)
        if each.listed is False:
            assert each.remarks
