"""A student's own report.toml: used where it is right, without power over the teacher's choices or other files."""

from __future__ import annotations

from pathlib import Path

import pytest

from reporter.batch.alone import checked
from reporter.batch.job import Job, work
from reporter.batch.own import own_report
from reporter.batch.rubric import load_rubric
from reporter.batch.status import Status
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


RUBRIC = """
[[check]]
id = "sections"
kind = "sections"
names = ["结论"]
points = 1

[[check]]
id = "addresses"
kind = "addresses"
allowed = ["192.168.10.0/24"]
points = 2
"""


def judged(tmp_path, formats=("html",), **files):
    """What a class and what the student at home make of a folder: the outcome, and the points both give by check."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "lab.pcapng").write_bytes(CAPTURE.read_bytes())
    for name, text in files.items():
        (folder / name.replace("_dot_", ".")).write_text(text, encoding="utf-8")
    pieces = [Piece(path.name, path, path.stat().st_size) for path in sorted(folder.iterdir())]
    captures = tuple(piece for piece in pieces if piece.name == "lab.pcapng")
    others = tuple(piece for piece in pieces if piece.name != "lab.pcapng")
    (tmp_path / "rubric.toml").write_text(RUBRIC, encoding="utf-8")
    rubric = load_rubric(tmp_path / "rubric.toml")
    (tmp_path / "out").mkdir()
    outcome = work(Job("k", WHO, captures, tmp_path / "out", others, formats=formats, rubric=rubric))
    verdicts, remarks = checked(folder, tmp_path / "rubric.toml", WHO, ())
    points = {each.check: each.points for each in outcome.verdicts}
    assert {each["id"]: each["points"] for each in verdicts} == points
    assert [each.code for each in outcome.remarks] == [each.code for each in remarks]
    return outcome, points


def test_sections_that_are_in_the_report_count(tmp_path):
    words = {"after-summary_dot_md": "# 结论\n\n好。\n"}
    outcome, points = judged(tmp_path, report_dot_toml='lang = "zh"\n', **words)
    assert (outcome.status, points) == (Status.OK, {"sections": 1, "addresses": 2})
    assert "结论" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("config", "name", "text", "said"),
    [
        ('lang = "zh"', "结论_dot_md", "# 结论\n", "does not say where in the report it belongs (结论.md)"),
        (
            'lang = "zh"',
            "after-summary_dot_md",
            "# 结论\n[x](#nowhere)\n",
            "no place #nowhere (after-summary.md, line 2)",
        ),
        ("stream = 99", "after-summary_dot_md", "# 结论\n", "no TCP stream 99"),
        ('filter = "dns"', "after-summary_dot_md", "# 结论\n", "no packet passes the filter"),
        ('filter = "dsn"', "after-summary_dot_md", "# 结论\n", "refuses the display filter"),
        ('decode_as = "tcp.port==80,rubbish"', "after-summary_dot_md", "# 结论\n", "refused --decode-as"),
        ('captures = ["other.pcapng"]', "after-summary_dot_md", "# 结论\n", "no capture 'other.pcapng'"),
        ("x = [", "after-summary_dot_md", "# 结论\n", "not TOML"),
        (f"captures = {'[' * 3000}", "after-summary_dot_md", "# 结论\n", "nested too deeply"),
    ],
)
def test_words_that_cannot_be_used_cost_the_words_and_nothing_else(tmp_path, config, name, text, said):
    formats = ("html",) if said.startswith(("does not", "no TCP")) else ()
    outcome, points = judged(tmp_path, formats, report_dot_toml=config, **{name: text})
    assert (outcome.status, points) == (Status.WARNINGS, {"sections": 0, "addresses": 2})
    remark = outcome.remarks[0]
    assert remark.code == "own-words-left-out"
    told = str(dict(remark.facts)["what"])
    assert said in told
    assert str(tmp_path) not in told
    for each in outcome.outputs:
        assert "结论" not in (tmp_path / "out" / each.name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("```\n# 结论\n```\n", 0),
        ("    # 结论\n", 0),
        ("## 结论\n", 0),
        ("结论\n====\n", 1),
        ("# **结论**\n", 1),
        ("# 结论 #\n", 1),
    ],
)
def test_a_section_is_what_the_report_makes_one(tmp_path, text, points):
    _, given = judged(tmp_path, (), report_dot_toml="", **{"after-summary_dot_md": text})
    assert given["sections"] == points


def test_checks_are_of_what_was_captured_whatever_the_report_shows(tmp_path):
    outcome, points = judged(tmp_path, report_dot_toml="anonymize = true\n")
    assert points["addresses"] == 2
    assert outcome.observed[0].connections[0].client.startswith("192.168.10.")
    assert "192.168.10." not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


ALL = """
[[check]]
id = "quality"
kind = "quality"
requires = ["from-the-start"]
points = 1

[[check]]
id = "ftp"
kind = "filter"
filter = "ftp"
points = 2

[[check]]
id = "http"
kind = "exchange"
points = 4
"""


@pytest.mark.parametrize(
    ("config", "codes"),
    [
        ('captures = ["lab.pcapng"]\nanonymize = true', ["not-in-report"]),
        ('captures = ["sub/bad.pcapng", "lab.pcapng", "lab.pcapng"]', []),
        ('decode_as = ["tcp.port==8000,ftp"]', ["not-in-report", "own-decode-as"]),
        ('captures = ["empty.pcapng"]', ["own-words-left-out"]),
    ],
)
def test_a_report_toml_hides_nothing_from_the_checks_and_changes_none(tmp_path, config, codes):
    """Captures that it does not name, those in folders of theirs, and what it has tshark decode as."""
    folder = tmp_path / "mine"
    (folder / "sub").mkdir(parents=True)
    good, bad = (BUNDLED / f"{name}.pcapng" for name in ("half-close", "mid-connection"))
    (folder / "lab.pcapng").write_bytes(good.read_bytes())
    (folder / "sub" / "bad.pcapng").write_bytes(bad.read_bytes())
    if "empty" in config:
        (folder / "empty.pcapng").write_bytes(b"")
    pieces = [Piece(str(path.relative_to(folder)), path, 1) for path in sorted(folder.rglob("*.pcapng"))]
    (folder / "report.toml").write_text(config, encoding="utf-8")
    others = [Piece("report.toml", folder / "report.toml", 1)]
    (tmp_path / "rubric.toml").write_text(ALL, encoding="utf-8")
    (tmp_path / "out").mkdir()
    rubric = load_rubric(tmp_path / "rubric.toml")
    outcome = work(Job("k", WHO, tuple(pieces), tmp_path / "out", tuple(others), formats=(), rubric=rubric))
    assert {each.check: each.points for each in outcome.verdicts} == {"quality": 0, "ftp": 0, "http": 4}
    assert [each.name for each in outcome.observed] == ["lab.pcapng", "sub/bad.pcapng"]
    assert outcome.observed[0].connections[0].client.startswith("192.168.10.")
    told = [each.code for each in outcome.remarks]
    assert [each for each in told if each not in ("capture-left-out", "tail-cut")] == codes
    verdicts, remarks = checked(folder, tmp_path / "rubric.toml", WHO, ())
    assert {each["id"]: each["points"] for each in verdicts} == {"quality": 0, "ftp": 0, "http": 4}
    assert [each.code for each in remarks] == told
