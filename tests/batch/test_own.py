"""A student's own report.toml: used where it is right, without power over the teacher's choices or other files."""

from __future__ import annotations

from pathlib import Path

import pytest

from reporter.batch.own import own_report
from reporter.batch.submission import Piece, Student
from reporter.errors import UsageTrouble
from reporter.options import ReportOptions
from tests.captures import BUNDLED

CAPTURE = BUNDLED / "half-close.pcapng"
WHO = Student("20260001", "示例甲")
TEACHERS = ReportOptions(course=Path("teacher"), timezone="Asia/Shanghai")


def made(tmp_path, **files):
    """The captures and other files of a submission, by name; `/` is written `__`."""
    captures: list[Piece] = []
    others: list[Piece] = []
    for number, (name, text) in enumerate(files.items()):
        shown = name.replace("__", "/").replace("_dot_", ".")
        path = tmp_path / f"{number}"
        path.write_bytes(CAPTURE.read_bytes() if text is None else text.encode())
        (captures if text is None else others).append(Piece(shown, path, path.stat().st_size))
    return captures, others


def own(tmp_path, **files):
    place = tmp_path / "own"
    place.mkdir()
    captures, others = made(tmp_path, **files)
    return own_report(captures, others, WHO, TEACHERS, place)


def test_without_a_report_toml_there_is_none(tmp_path):
    assert own(tmp_path, lab_dot_pcapng=None, notes_dot_txt="x") is None


def test_the_student_decides_what_is_theirs_and_nothing_else(tmp_path):
    text = 'lang = "en"\ncourse = "/etc"\ntheme = "/etc"\nredact = false\n[cover]\nstudent = "Somebody"\nmajor = "M"\n'
    found = own(tmp_path, d__lab_dot_pcapng=None, d__report_dot_toml=text, **{"d/after-summary.md": "# 结论\n\n好。\n"})
    assert found is not None
    options = found.options
    assert (options.lang, options.major) == ("en", "M")
    assert (options.student, options.student_id) == ("示例甲", "20260001")
    assert (options.course, options.theme, options.redact) == (Path("teacher"), "lab", True)
    assert options.timezone == "Asia/Shanghai"
    assert [each.name for each in found.captures] == ["d/lab.pcapng"]
    assert "结论" in found.sections
    assert all(path.resolve().is_relative_to(tmp_path) for path in (tmp_path / "own").rglob("*"))


@pytest.mark.parametrize("text", ['lagn = "en"', 'captures = ["../../secret.pcapng"]', "not toml"])
def test_what_is_wrong_in_it_is_told(tmp_path, text):
    with pytest.raises(UsageTrouble):
        own(tmp_path, lab_dot_pcapng=None, report_dot_toml=text)


def test_no_name_leads_out_of_the_folder(tmp_path):
    captures, others = made(tmp_path, report_dot_toml='lang = "zh"\n', lab_dot_pcapng=None, extra_dot_md="x")
    others[1] = Piece("../../out.md", others[1].path, 1)
    place = tmp_path / "deep" / "own"
    place.mkdir(parents=True)
    assert own_report(captures, others, WHO, TEACHERS, place) is not None
    assert not (tmp_path / "out.md").exists()
