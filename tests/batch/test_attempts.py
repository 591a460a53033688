"""Of several things that a student has handed in: which counts, and that no more is said of it than is known."""

from __future__ import annotations

import io
import os
import zipfile
from itertools import permutations

import pytest

from reporter.batch.attempts import BY_DATE, BY_FILES, BY_NAME, order
from reporter.batch.collect import plan
from reporter.batch.download import open_download
from reporter.batch.status import Status, status_with
from reporter.batch.words import BatchWords

EARLY, LATE = (2026, 9, 1, 8, 0, 0), (2026, 9, 2, 8, 0, 0)


def zipped(when, name="a.pcapng", data=b"x"):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name, when), data)
    return content.getvalue()


def planned(path, tmp_path):
    download = open_download(path, tmp_path / "scratch")
    try:
        return plan(download, None, None, tmp_path / "scratch")
    finally:
        download.close()


NAMES = ("20260001-示例甲-最终版.zip", "20260001-示例甲-第一版.zip")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("times", "counts", "by"),
    [
        ((LATE, EARLY), 0, BY_FILES),
        ((EARLY, LATE), 1, BY_FILES),
        ((EARLY, EARLY), 0, BY_NAME),
        (((1980, 1, 1, 0, 0, 0), LATE), 0, BY_NAME),
    ],
)
def test_the_newest_files_count_and_without_their_times_the_names(tmp_path, times, counts, by, packed):
    files = {name: zipped(when) for name, when in zip(NAMES, times, strict=True)}
    path = tmp_path / "class"
    path.mkdir()
    for name, data in files.items():
        (path / name).write_bytes(data)
    if packed:
        path = tmp_path / "class.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
    found = planned(path, tmp_path)
    assert [(each.entries, each.replaced is None) for each in found] == [
        ((NAMES[counts],), True),
        ((NAMES[1 - counts],), False),
    ]
    assert found[1].replaced is not None
    assert found[1].replaced.code == by
    # Who reads the row that counts is told too, and that it was not sure.
    assert [each.code for each in found[0].remarks] == [by.replace("replaced", "several")]
    assert status_with(found[0].remarks) is Status.WARNINGS
    for words, later in (BatchWords("zh"), "更晚的提交"), (BatchWords("en"), "later, as"):
        assert later not in words.remarks((*found[0].remarks, found[1].replaced))
        assert NAMES[1 - counts] in words.remarks(found[0].remarks)


def spoilt(data):
    """A zip of which a member is not what its checksum says."""
    return data.replace(b"spoil me", b"spoilt!!")


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"PK\x03\x04 no zip",
        zipped(LATE)[:-30],
        spoilt(zipped(LATE, data=b"spoil me")),
        zipped((2107, 12, 31, 23, 59, 58)),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_an_archive_that_cannot_be_read_stops_nobody(tmp_path, broken, packed):
    path = tmp_path / "class"
    path.mkdir()
    for name, data in zip(NAMES, (broken, zipped(EARLY, data=b"spoil me")), strict=True):
        (path / name).write_bytes(data)
    if packed:
        with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
            for name in NAMES:
                archive.write(path / name, name)
        path = tmp_path / "class.zip"
        path.write_bytes(spoilt(path.read_bytes()))
    assert sorted(each.entries for each in planned(path, tmp_path)) == sorted((name,) for name in NAMES)


def test_folders_have_the_times_of_their_files(tmp_path):
    for name, when in (("20260001-甲乙-a", 2_000_000_000), ("20260001-甲乙-b", 1_000_000_000)):
        file = tmp_path / "class" / name / "deep" / "a.pcapng"
        file.parent.mkdir(parents=True)
        file.write_bytes(b"x")
        os.utime(file, (when, when))
        (tmp_path / "class" / name / "link").symlink_to(tmp_path)
    found = planned(tmp_path / "class", tmp_path)
    assert found[0].entries == ("20260001-甲乙-a",)
    assert found[0].remarks[0].code == "several-by-files"


def test_the_dates_of_an_lms_are_its_word(tmp_path):
    (tmp_path / "class").mkdir()
    for date in ("2026-09-02-08-00-00", "2026-09-10-08-00-00"):
        (tmp_path / "class" / f"Lab_20260001_attempt_{date}_a.zip").write_bytes(zipped(EARLY))
    found = planned(tmp_path / "class", tmp_path)
    assert found[0].entries == ("Lab_20260001_attempt_2026-09-10-08-00-00_a.zip",)
    assert (found[0].remarks, found[1].replaced.code) == ((), BY_DATE)


@pytest.mark.parametrize(
    "rising",
    [("第一版", "第二版", "最终版"), ("old", "new"), ("lab", "lab final"), ("草稿", "实验"), ("lab (9)", "lab (10)")],
)
def test_names_are_taken_as_people_mean_them(rising):
    for names in permutations(rising):
        assert order(names, dated=False, times={}).names == rising
