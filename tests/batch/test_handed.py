"""What students called their files, where an LMS has renamed them: reports, checks and report.toml go by that."""

from __future__ import annotations

import pytest

from reporter.batch.collect import plan, with_files
from reporter.batch.download import open_download
from reporter.batch.handed import own_names
from reporter.batch.own import own_report
from reporter.batch.submission import Student
from reporter.batch.unpack import Quota
from reporter.options import ReportOptions
from tests.captures import BUNDLED

CAPTURE = (BUNDLED / "half-close.pcapng").read_bytes()
TOML = b'captures = ["lab.pcapng"]\n'
FILES = {"lab.pcapng": CAPTURE, "report.toml": TOML, "after-summary.md": "# 结论\n\n好。\n".encode(), "图.png": b"x"}
#: How a download calls the file `name`, the `place`-th of a student.
LAYOUTS = {
    "moodle": lambda name, place: f"示例甲_71_assignsubmission_file/{name}",
    "moodle flat": lambda name, place: f"示例甲_71_assignsubmission_file_{name}",
    "canvas": lambda name, place: f"示例甲_301_{9000 + place}_{name}",
    "blackboard": lambda name, place: f"实验一_20260001_attempt_2026-09-01-08-00-00_{name}",
}


def unpacked(tmp_path, files):
    for name, data in files.items():
        path = tmp_path / "class" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    download = open_download(tmp_path / "class", tmp_path / "scratch")
    found = [each for each in plan(download, None, None) if each.entries]
    return [with_files(each, download, tmp_path / "files", Quota()) for each in found]


def renamed(layout, names):
    return {LAYOUTS[layout](name, place): data for place, (name, data) in enumerate(names.items())}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_files_have_the_names_that_their_student_gave_them(tmp_path, layout):
    other = {LAYOUTS[layout]("notes.txt", 50).replace("示例甲_71", "示例乙_72"): b"x"}
    found = next(each for each in unpacked(tmp_path, renamed(layout, FILES) | other) if each.captures)
    assert [each.name for each in found.captures] == ["lab.pcapng"]
    assert {"report.toml", "after-summary.md", "图.png"} <= {each.name for each in found.others}
    place = tmp_path / "own"
    place.mkdir()
    own = own_report(found.captures, found.others, Student("20260001", "示例甲"), ReportOptions(), place)
    assert own is not None
    assert [each.name for each in own.captures] == ["lab.pcapng"]


def test_what_canvas_numbers_when_it_is_handed_in_again_has_its_own_name_only_where_that_is_sure(tmp_path):
    """A report.toml with a number was renamed; without one `lab-1.pcapng` may be what its student has called it."""
    again = {"report-1.toml": TOML, "lab-1.pcapng": CAPTURE, "other-2.pcapng": CAPTURE, "other-3.pcapng": CAPTURE}
    found = unpacked(tmp_path / "a", renamed("canvas", again))[0]
    assert [each.name for each in found.captures] == ["lab.pcapng", "other-2.pcapng", "other-3.pcapng"]
    assert [each.name for each in found.others] == ["report.toml"]
    asked = {"report-1.toml": b'captures = ["lab-1.pcapng"]\n', "lab-1.pcapng": CAPTURE}
    assert unpacked(tmp_path / "b", renamed("canvas", asked))[0].captures[0].name == "lab-1.pcapng"
    plain = {"report.toml": TOML, "lab-1.pcapng": CAPTURE}
    assert unpacked(tmp_path / "c", renamed("canvas", plain))[0].captures[0].name == "lab-1.pcapng"


def test_two_files_of_one_name_are_told_apart():
    claimed = {"a_1_lab.pcapng.gz": "lab.pcapng.gz", "a_2_lab.pcapng.gz": "Lab.pcapng.gz", "lab.txt": None}
    assert own_names(claimed) == {"a_1_lab.pcapng.gz": "lab.pcapng.gz", "a_2_lab.pcapng.gz": "Lab (2).pcapng.gz"}
    assert own_names({"x": "lab.txt", "lab.txt": None}) == {"x": "lab (2).txt"}
    assert own_names({"folder": "", "other": ""}) == {"folder": ""}


def test_what_is_wrong_with_a_file_is_told_by_the_name_that_its_student_knows(tmp_path):
    found = unpacked(tmp_path, {"示例甲_301_9001_lab.zip": b"PK\x03\x04 no zip", "示例乙_302_9002_lab.zip": b"x"})
    assert [dict(each.refused.facts)["file"] for each in found if each.refused] == ["lab.zip"]


def test_a_later_attempt_is_called_by_a_file_and_not_by_the_record_of_the_lms(tmp_path):
    name = "实验一_20260001_attempt_2026-09-0{}-08-00-00"
    files = {name.format(day) + end: b"x" for day in (1, 2) for end in (".txt", "_lab.pcapng")}
    earlier = next(each for each in unpacked(tmp_path, files) if each.replaced is not None)
    assert dict(earlier.replaced.facts) == {"by": name.format(2) + "_lab.pcapng"}
