"""Names of class downloads: whose they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.batch.collect import compile_pattern, plan
from reporter.batch.layouts import Listing, by_pattern, layouts, recognise
from reporter.batch.roster import Entry, Roster
from reporter.batch.submission import Claim, Student
from reporter.errors import UsageTrouble

GRADESCOPE = """\
---
submission_101:
  :submitters:
  - :name: 示例甲
    :sid: '20260001'
    :email: jia@example.edu
  - :name: "Sample, Yi"
    :sid: '20260002'
    :email: yi@example.edu
  :created_at: 2026-01-01 08:00:00.000000000 Z
  :score: 7.0
  :history:
  - :name: not a person
submission_102:
  :submitters:
  - :name: 示例丙
    :sid: '20260003'
"""


def claim_of(name: str, folder: bool = False) -> tuple[str, Claim]:
    listing = Listing((name,), ()) if folder else Listing((), (name,))
    return recognise(listing)[name]


@pytest.mark.parametrize(
    ("name", "folder", "layout", "number", "person", "lms"),
    [
        ("示例 甲_1234_assignsubmission_file_", True, "moodle", "", "示例 甲", "1234"),
        ("Sample_Li Ming_77_assignsubmission_file", True, "moodle", "", "Sample Li Ming", "77"),
        ("Sample Li_77_assignsubmission_file_lab.pcapng", False, "moodle", "", "Sample Li", "77"),
        ("Participant_77_assignsubmission_file", True, "moodle", "", "", "77"),
        ("参与者_77_assignsubmission_file", True, "moodle", "", "", "77"),
        ("A组-参与者_77_assignsubmission_file_", True, "moodle", "", "", "77"),
        ("Participant_77_77_assignsubmission_file_", True, "moodle", "", "", "77"),
        ("Participant 77_assignsubmission_file_", True, "moodle", "", "", "77"),
        ("默认小组_assignsubmission_file", True, "moodle", "", "默认小组", ""),
        ("s1234_Sample Li_77_assignsubmission_file", True, "moodle", "", "Sample Li", "77"),
        ("liming_12345_678901_lab.pcapng", False, "canvas", "", "liming", "12345"),
        ("liming_LATE_12345_678901_lab-1.pcapng", False, "canvas", "", "liming", "12345"),
        ("示例甲_12345_678901_抓包.pcapng", False, "canvas", "", "示例甲", "12345"),
        ("anon_ab12C_678901_lab.pcapng", False, "canvas", "", "", ""),
        ("sampleli_1005_text.html", False, "canvas", "", "sampleli", "1005"),
        ("sampleli_LATE_1005_link.html", False, "canvas", "", "sampleli", "1005"),
        ("Lab 1_20260001_attempt_2026-03-04-10-11-12_lab.pcapng", False, "blackboard", "20260001", "", ""),
        ("Lab 1_jdoe_attempt_2026-03-04-10-11-12.txt", False, "blackboard", "", "", ""),
        ("20260001-示例甲.zip", False, "chaoxing", "20260001", "示例甲", ""),
        ("20260001_示例甲_实验一.pcapng", False, "numbered", "20260001", "示例甲", ""),
        ("后端-20260001-示例甲.zip", False, "numbered", "20260001", "后端", ""),
        ("示例甲 20260001", True, "numbered", "20260001", "示例甲", ""),
        ("计算机网络实验报告示例20260001", True, "numbered", "20260001", "", ""),
        ("Sample Li 20260001 lab.pcapng", False, "numbered", "20260001", "Sample Li", ""),
        ("20260304-20260000001-示例甲.pcapng", False, "numbered", "20260000001", "示例甲", ""),
        ("SA26000001_lab1.pcapng", False, "numbered", "SA26000001", "", ""),
        ("PB26000001-示例甲", True, "numbered", "PB26000001", "示例甲", ""),
        ("20260001X-示例甲", True, "numbered", "20260001X", "示例甲", ""),
        ("sample20260001.pcapng", False, "numbered", "20260001", "sample", ""),
        ("No20260001-示例甲", True, "numbered", "20260001", "示例甲", ""),
        ("202600010001001-示例甲", True, "numbered", "202600010001001", "示例甲", ""),
        ("２０２６０００１-示例甲", True, "numbered", "20260001", "示例甲", ""),
        ("示例甲-20260001-20260304101112.zip", False, "numbered", "20260001", "示例甲", ""),
        ("sample", True, "folders", "", "sample", ""),
    ],
)
def test_a_name_says_whose_it_is(name, folder, layout, number, person, lms):
    found, claim = claim_of(name, folder)
    assert found == layout
    assert claim.id == number
    assert claim.lms_id == lms
    if "后端" not in name:  # which of two words is the person the roster has to say
        assert claim.name == person


def test_gradescope_reads_its_metadata_and_nothing_else_of_it():
    listing = Listing(("submission_101", "submission_102"), ("submission_metadata.yml",), lambda _: GRADESCOPE)
    found = recognise(listing)
    title, claim = found["submission_101"]
    assert title == "gradescope"
    assert claim.members == (Student("20260001", "示例甲"), Student("20260002", "Sample, Yi"))
    assert found["submission_102"][1].members == ()
    assert found["submission_102"][1].id == "20260003"


@pytest.mark.parametrize(
    "names",
    [
        # Number, times handed in; class, number, place; number, class, place; class, place, number.
        ["示例甲_20260001_3_lab.pcapng", "示例乙_20260002_3_lab.pcapng"],
        ["示例甲_20260001_1_lab.pcapng", "示例乙_20260002_2_lab.pcapng", "示例丙_20260003_3_lab.pcapng"],
        ["软件2101_20260001_1_示例甲.pcapng", "软件2101_20260002_2_示例乙.pcapng"],
        ["20260001_1_2_示例甲.pcapng", "20260002_3_4_示例乙.pcapng"],
        ["网工_12_20260001_示例甲.pcapng", "网工_13_20260002_示例乙.pcapng"],
        # With a date, with a telephone number; one alone.
        ["示例甲_2101_20260001_lab.pcapng", "示例乙_2101_20260002_lab.pcapng"],
        ["示例甲_20240001_20260304_lab.pcapng", "示例乙_20240002_20260305_lab.pcapng"],
        ["示例甲_20260001_13800138000_lab.pcapng", "示例乙_20260002_13800138001_lab.pcapng"],
        ["示例甲_2101_20260001_lab.pcapng"],
    ],
)
def test_numbers_between_underscores_are_not_always_of_canvas(names):
    found = recognise(Listing((), tuple(names)))
    assert {layout for layout, _ in found.values()} == {"numbered"}
    assert len({claim.id for _, claim in found.values()}) == len(names)
    for name, (_, claim) in found.items():
        assert claim.id in name
        assert claim.id[:5] in ("20260", "20240")


@given(
    st.lists(st.integers(1, 3_000_000), min_size=2, max_size=6, unique=True),
    st.integers(4_000_000, 90_000_000).filter(lambda number: not 19_000_000 < number < 20_500_000),
)
def test_ids_that_differ_over_a_class_are_of_canvas(users, first):
    users = [each for each in users if each * 100_000 > first + 10] or [123456]
    names = [f"sample{'abcdef'[place]}_{user}_{first + place}_lab.pcapng" for place, user in enumerate(users)]
    found = recognise(Listing((), tuple(names)))
    if len(names) > 1 or first < 10_000_000:
        assert [(layout, claim.lms_id) for layout, claim in found.values()] == [("canvas", str(each)) for each in users]


def test_every_layout_is_a_file_of_its_own():
    modules = [each.claims.__module__ for each in layouts()]
    assert len(set(modules)) == len(modules) == 7


def test_the_commonest_layout_is_asked_first_and_strangers_go_to_the_others():
    listing = Listing(
        ("示例甲_11_assignsubmission_file_", "示例乙_12_assignsubmission_file_"), ("20260003-示例丙.pcapng",)
    )
    found = recognise(listing)
    assert [title for title, _ in found.values()] == ["moodle", "moodle", "numbered"]


def test_a_teachers_pattern_overrides():
    listing = Listing(("x-2026-01-B7",), ())
    pattern = compile_pattern(r"(?P<id>[A-Z]\d)$")
    assert pattern is not None
    assert by_pattern(listing, pattern)["x-2026-01-B7"][1].id == "B7"


def test_a_pattern_reads_the_name_without_its_ending_unless_it_asks_for_it():
    listing = Listing(("20260003_丙_v1.2",), ("20260001_示例甲.zip", "20260002_示例乙.pcapng.gz"))
    for text in (r"(?P<id>\d{8})_(?P<name>[^_]+)", r"^(?P<id>\d{8})_(?P<name>[^_]+?)(_v1\.2|\.zip|\.pcapng\.gz)$"):
        pattern = compile_pattern(text)
        assert pattern is not None
        found = by_pattern(listing, pattern)
        assert [claim.name for _, claim in found.values()] == ["丙", "示例甲", "示例乙"]


def test_everybody_of_a_blind_assignment_is_called_by_the_same_word_in_whatever_language():
    names = tuple(f"Osallistuja_{number}_assignsubmission_file" for number in range(71, 76))
    claims = [claim for _, claim in recognise(Listing(names, ())).values()]
    assert {claim.name for claim in claims} == {""}
    assert len({claim.lms_id for claim in claims}) == 5


def test_two_namesakes_are_not_taken_for_a_blind_assignment():
    listing = Listing(("示例甲_71_assignsubmission_file", "示例甲_72_assignsubmission_file"), ())
    assert {claim.name for _, claim in recognise(listing).values()} == {"示例甲"}


def test_a_login_of_blackboard_may_hold_what_parts_it_from_the_assignment():
    ending = "attempt_2026-03-04-10-11-12_lab.pcapng"
    listing = Listing((), tuple(f"Lab_1_{login}_{ending}" for login in ("li_na", "wang_na", "20260001")))
    claims = [claim for _, claim in recognise(listing).values()]
    assert [claim.login for claim in claims] == ["li_na", "wang_na", "20260001"]
    assert len({claim.person for claim in claims}) == 3


def test_a_date_before_the_names_of_several_people_is_nobodys_number():
    listing = Listing((), ("20260304-示例甲.pcapng", "20260304-示例乙.pcapng"))
    claims = [claim for _, claim in recognise(listing).values()]
    assert [(claim.id, claim.name) for claim in claims] == [("", "示例甲"), ("", "示例乙")]
    assert len({claim.person for claim in claims}) == 2


@pytest.mark.parametrize("pattern", ["(", "no groups"])
def test_a_useless_pattern_is_refused(pattern):
    with pytest.raises(UsageTrouble):
        compile_pattern(pattern)


class Names:
    """A download of which only the names matter."""

    def __init__(self, folders=(), files=(), text=lambda _: ""):
        self.listing = Listing(tuple(folders), tuple(files), text)

    def fill(self, unpacker, names):
        raise AssertionError

    def newest(self, name, scratch):
        return None

    def close(self):
        return None


def test_files_of_one_student_belong_together_and_of_two_archives_the_later_counts():
    files = ("20260001-示例甲-握手.pcapng", "20260001-示例甲-挥手.pcapng", "20260002-乙.zip", "20260002-乙 (2).zip")
    found = plan(Names(files=files), None, None)
    assert [(each.student.id, len(each.entries), each.replaced is not None) for each in found] == [
        ("20260001", 2, False),
        ("20260002", 1, False),
        ("20260002", 1, True),
    ]
    assert found[1].entries == ("20260002-乙 (2).zip",)
    assert len({each.key for each in found}) == 3


def test_the_roster_finds_by_number_login_or_name_and_leaves_nobody_out():
    roster = Roster(
        [
            Entry(Student("20260001", "示例甲")),
            Entry(Student("20260002", "Sample, Li Ming")),
            Entry(Student("20260003", "示例丙"), ("bing@example.edu",)),
            Entry(Student("20260004", "示例丁")),
        ]
    )
    files = ("示例甲_1_2_a.pcapng", "sampleliming_3_4_b.pcapng", "bing_5_6_c.pcapng", "stranger_7_8_d.pcapng")
    found = {each.student.id or each.student.name: each for each in plan(Names(files=files), roster, None)}
    assert found["20260001"].matched == "name"
    assert found["20260002"].matched == "name"
    assert found["20260004"].entries == ()
    assert found["stranger"].listed is False
    assert [each.code for each in found["stranger"].remarks] == ["not-on-roster"]


def test_members_of_a_group_each_get_a_row():
    listing = Names(("submission_101", "submission_102"), ("submission_metadata.yml",), lambda _: GRADESCOPE)
    found = plan(listing, None, None)
    assert [each.student.id for each in found] == ["20260001", "20260002", "20260003"]
    assert found[0].group == found[1].group != ""
