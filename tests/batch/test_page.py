"""The class page in a browser: it sorts, filters and links, and runs nothing of a submission's."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import replace

import pytest

from reporter.batch.collect import plan, with_files
from reporter.batch.download import open_download
from reporter.batch.job import Output
from reporter.batch.klass import Member, assemble, points_text
from reporter.batch.ledger import Row
from reporter.batch.rubric import read_rubric
from reporter.batch.shared import shared
from reporter.batch.submission import Piece, Remark, Student, Submission
from reporter.batch.traces import Trace
from reporter.batch.unpack import Quota
from reporter.batch.views import page
from reporter.batch.words import BatchWords

EVIL = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
VERDICT = {
    "id": "c",
    "kind": "filter",
    "passed": False,
    "points": 0,
    "of": 10,
    "facts": {"filter": EVIL, "count": 0, "at_least": 1, "at_most": None},
    "texts": {},
    "cites": [{"capture": EVIL, "frames": [1, 2], "more": False}],
}


def klass_of(tmp_path):
    rubric = tmp_path / "rubric.toml"
    rubric.write_text('[[check]]\nid = "c"\nkind = "filter"\nfilter = "tcp"\npoints = 10\n')
    people = [
        ("20260010", "示例甲", "ok", 10),
        ("20260002", EVIL, "warnings", 9),
        ("20260009", "示例丙", "missing", None),
    ]
    submissions, rows = [], {}
    for number, name, status, points in people:
        pieces = (Piece(f"{EVIL}.pcapng", tmp_path, 1),)
        submissions.append(Submission(number, Student(number, name), (name,), captures=pieces))
        outputs = (Output("report.html", 1, ""),) if points is not None else ()
        remarks = () if status == "ok" else (Remark.of("not-a-capture", file=EVIL),)
        verdicts = (VERDICT,) if points is not None else ()
        findings = ((EVIL, "H01", 2, (1, 2)), (EVIL, "C01", 1, (3,)), (EVIL, "capture-C01", 1, ()))
        rows[number] = Row(number, "", status, remarks, outputs, points, 10, verdicts, findings)
    traces = [
        Trace(key, EVIL, 0, "a:1", "b:2", 1, 9, "1", (1 << 30, 1 << 31), frozenset())
        for key in ("20260002", "20260010")
    ]
    return assemble(submissions, rows, shared(traces, {}), read_rubric(rubric)[0])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_of_a_submission_is_escaped(tmp_path, language):
    text = page.render(klass_of(tmp_path), BatchWords(language)).decode()
    assert text.count("<script") == 1
    assert "<img" not in text
    assert "onerror=&#34;" in text
    assert "http:" not in text.replace("http-equiv", "")


def test_a_situation_is_counted_once_for_each_submission(tmp_path):
    """Whether it was found in packets, of a stream or of the capture."""
    assert klass_of(tmp_path).findings() == [("C01", 3), ("H01", 3)]


def test_somebody_who_handed_in_twice_is_one_student(tmp_path):
    klass = klass_of(tmp_path)
    first = klass.members[0]
    earlier = replace(
        first,
        submission=replace(first.submission, key="again", replaced=Remark.of("replaced", by=first.submission.key)),
    )
    klass = replace(klass, members=(*klass.members, earlier))
    assert '<p class="total">3 students</p>' in page.render(klass, BatchWords("en")).decode()
    assert "共 3 人" in page.render(klass, BatchWords("zh")).decode()


def test_who_is_not_on_the_roster_is_no_student_of_the_class(tmp_path):
    klass = klass_of(tmp_path)
    known = [True, False, True]
    members = [
        replace(each, submission=replace(each.submission, listed=listed))
        for each, listed in zip(klass.members, known, strict=True)
    ]
    klass = replace(klass, members=tuple(members))
    assert "2 students; submissions not matched with the roster: 1<" in page.render(klass, BatchWords("en")).decode()
    assert "共 2 人，另有 1 份提交对不上名单<" in page.render(klass, BatchWords("zh")).decode()


@pytest.mark.parametrize("packed", [False, True])
def test_files_of_no_use_are_called_by_their_names(tmp_path, packed):
    """And not by the folder or archive that they came in."""
    folder = tmp_path / "class" / "20260001-示例甲"
    folder.mkdir(parents=True)
    files = {"a.docx": b"x" * 2000, "b.mp4": b""}
    if packed:
        with zipfile.ZipFile(folder.parent / "20260002-示例乙.zip", "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    else:
        for name, content in files.items():
            (folder / name).write_bytes(content)
    download = open_download(folder.parent, tmp_path / "scratch")
    submission = next(each for each in plan(download, None, None) if each.student.id.endswith("2" if packed else "1"))
    found = with_files(submission, download, tmp_path / "in", Quota())
    row = Row(found.key, "", "no-capture", (), (), None, None)
    assert Member(found, row, ()).files == ("a.docx", "b.mp4")


@pytest.fixture
def opened(tmp_path):
    sync_api = pytest.importorskip("playwright.sync_api")
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("no Chromium here")
    file = tmp_path / "index.html"
    file.write_bytes(page.render(klass_of(tmp_path), BatchWords("zh")))
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        shown = browser.new_page()
        shown.goto(file.as_uri())
        yield shown
        browser.close()


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_it_sorts_filters_and_links_in_a_browser(opened):
    def shown():
        rows = opened.locator("#class tbody tr:not([hidden])")
        return [rows.nth(place).locator("td").first.inner_text() for place in range(rows.count())]

    heads = opened.locator("#class thead button")
    assert shown() == ["20260010", "20260002", "20260009"]
    heads.nth(0).click()
    assert shown() == ["20260002", "20260009", "20260010"]
    heads.nth(3).click()
    assert shown() == ["20260009", "20260002", "20260010"]
    heads.nth(3).click()
    assert shown() == ["20260010", "20260002", "20260009"]
    opened.locator("#find").fill("丙")
    assert shown() == ["20260009"]
    assert "1" in opened.locator("#shown").inner_text()
    opened.locator("#find").fill("")
    opened.locator("button.chip[data-status=warnings]").click()
    assert shown() == ["20260002"]
    opened.locator("button.chip[data-status=warnings]").click()
    assert opened.locator("#class .links a").first.get_attribute("href") == "reports/20260010/report.html"
    assert opened.title() == "班级实验报告"
    assert opened.locator("img").count() == 0


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_on_a_phone_the_remarks_keep_a_width_to_read_and_the_page_its_own(opened):
    opened.set_viewport_size({"width": 390, "height": 844})
    assert opened.locator("td.remarks").first.evaluate("each => each.getBoundingClientRect().width") > 200
    assert opened.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_the_head_of_the_table_stays_on_a_wide_screen(opened):
    opened.set_viewport_size({"width": 1280, "height": 300})
    opened.evaluate("document.querySelector('#class tbody tr:last-child').scrollIntoView()")
    assert opened.locator("#class th").first.evaluate("each => Math.round(each.getBoundingClientRect().top)") == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (0, "0"), (10, "10"), (7.5, "7.5"), (9999.125, "9999.125"), (1000000, "1000000"), (0.1 + 0.2, "0.3")],
)
def test_points_are_told_whole(value, text):
    assert points_text(value) == text
