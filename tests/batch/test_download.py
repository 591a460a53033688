"""The download of a class: what is a student in it and what is not, and in which encoding its names are."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.batch.archives import Refused
from reporter.batch.classroom import Classroom, Settings
from reporter.batch.collect import plan, with_files
from reporter.batch.download import open_download
from reporter.batch.encoding import decoded, encoding_of
from reporter.batch.grading import fill
from reporter.batch.klass import Klass
from reporter.batch.roster import read_roster
from reporter.batch.unpack import Quota, Unpacker
from reporter.errors import UsageTrouble
from tests.batch.test_gradebooks import member
from tests.captures import BUNDLED

CAPTURE = (BUNDLED / "half-close.pcapng").read_bytes()
#: Whose bytes in GBK are UTF-8 too.
TWOFOLD = ("郑爽", "袁帅")
STUDENTS = ("20260001-示例甲", "20260002-示例乙")


def laid(top: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(data)
    return top


def zipped(files: dict[bytes, bytes]) -> bytes:
    """A zip whose names are these bytes, marked as nothing."""
    content = io.BytesIO()
    marks = {f"{place:0{len(name)}}".encode(): name for place, name in enumerate(files)}
    with zipfile.ZipFile(content, "w") as archive:
        for mark, data in zip(marks, files.values(), strict=True):
            archive.writestr(mark.decode(), data)
    made = content.getvalue()
    for mark, name in marks.items():
        made = made.replace(mark, name)
    return made


def names(path: Path, scratch: Path, leave_out: Path | None = None) -> list[str]:
    download = open_download(path, scratch, leave_out)
    try:
        return [entry for each in plan(download, None, None) for entry in each.entries]
    finally:
        download.close()


JUNK = {
    "__MACOSX/20260001-示例甲/._lab.pcapng": b"\0\5\x16\7",
    ".DS_Store": b"\0",
    "Thumbs.db": b"\0",
    "desktop.ini": b"\0",
}
FILES = {f"{each}/lab.pcapng": CAPTURE for each in STUDENTS}
LISTS = {"roster.csv": b"id,name\n", "rubric.toml": b"", "readme.txt": b""}


@pytest.mark.parametrize("folder", ["", "Lab 1/", "Lab 1/submissions/"])
@pytest.mark.parametrize("lists", [{}, LISTS])
@pytest.mark.parametrize("packed", [False, True])
def test_the_class_is_found_beside_what_is_no_student(tmp_path, folder, lists, packed):
    files = {f"{folder}{name}": data for name, data in FILES.items()} | JUNK | lists
    path = laid(
        tmp_path / "in",
        {"class.zip": zipped({name.encode(): data for name, data in files.items()})} if packed else files,
    )
    assert names(path, tmp_path / "s") == list(STUDENTS)


def test_archives_of_the_class_within_archives_are_opened(tmp_path):
    inner = zipped({name.encode(): data for name, data in FILES.items()})
    for level in range(3):
        inner = zipped({f"{level}.zip".encode(): inner})
    path = laid(tmp_path / "in", {"all.zip": inner})
    assert names(path / "all.zip", tmp_path / "s") == list(STUDENTS)


def test_the_only_student_is_not_taken_for_the_class(tmp_path):
    path = laid(tmp_path / "in", {"示例甲/握手.pcapng": CAPTURE, "示例甲/挥手.pcapng": CAPTURE, **LISTS})
    assert names(path, tmp_path / "s") == ["示例甲"]
    path = laid(tmp_path / "one", {f"{STUDENTS[0]}/lab.pcapng": CAPTURE})
    assert names(path, tmp_path / "s") == [STUDENTS[0]]


def test_every_student_of_a_7z_is_read(tmp_path):
    py7zr = pytest.importorskip("py7zr")
    source = laid(
        tmp_path / "in", {f"{each}/lab.pcapng": CAPTURE + each.encode() for each in (*STUDENTS, "20260003-丙")}
    )
    with py7zr.SevenZipFile(tmp_path / "class.7z", "w") as archive:
        archive.writeall(source, "")
    download = open_download(tmp_path / "class.7z", tmp_path / "s")
    for submission in plan(download, None, None):
        filled = with_files(submission, download, tmp_path / "s", Quota())
        assert filled.refused is None
        assert [piece.path.read_bytes() for piece in filled.captures] == [CAPTURE + submission.entries[0].encode()]
    download.close()


def test_a_7z_is_unpacked_once_for_the_whole_class(tmp_path, monkeypatch):
    py7zr = pytest.importorskip("py7zr")
    with py7zr.SevenZipFile(tmp_path / "class.7z", "w") as archive:
        for each in STUDENTS:
            archive.writestr(CAPTURE, f"{each}/lab.pcapng")
            archive.writestr(b"", f"{each}/empty.pcapng")
    times = []
    extract = py7zr.SevenZipFile.extract

    def counted(*args, **more):
        times.append(1)
        return extract(*args, **more)

    monkeypatch.setattr(py7zr.SevenZipFile, "extract", counted)
    download = open_download(tmp_path / "class.7z", tmp_path / "s")
    for submission in plan(download, None, None):
        assert sorted(piece.size for piece in with_files(submission, download, tmp_path / "s", Quota()).captures) == [
            0,
            len(CAPTURE),
        ]
    assert len(times) == 1
    download.close()


def test_what_is_wrong_with_the_download_is_not_told_as_the_students_fault(tmp_path):
    content = zipped({b"20260001-a/lab.pcapng": CAPTURE, b"20260002-b/lab.pcapng": CAPTURE})
    at = content.index(CAPTURE)
    path = tmp_path / "class.zip"
    path.write_bytes(content[: at + 500] + b"\xff" * 50 + content[at + 550 :])
    download = open_download(path, tmp_path / "s")
    first, second = (with_files(each, download, tmp_path / "s", Quota()) for each in plan(download, None, None))
    assert first.refused is not None
    assert (first.refused.code, dict(first.refused.facts)) == ("download-damaged", {"file": "class.zip"})
    assert second.refused is None
    download.close()
    inner = laid(tmp_path / "in", {f"{STUDENTS[0]}.zip": content[:-40], f"{STUDENTS[1]}.zip": content})
    path.write_bytes(zipped({each.name.encode(): each.read_bytes() for each in inner.iterdir()}))
    download = open_download(path, tmp_path / "t")
    with pytest.raises(Refused) as refused:
        download.fill(Unpacker(tmp_path / "u", Quota()), [f"{STUDENTS[0]}.zip"])
    assert (refused.value.code, refused.value.facts["file"]) == ("archive-damaged", f"{STUDENTS[0]}.zip")
    download.close()


def test_the_results_of_a_run_are_nobodys_submission(tmp_path):
    results = {
        "ledger.sqlite": b"",
        ".lock.sqlite": b"",
        "logs/a.log": b"",
        "reports/a/b.html": b"",
        "results.csv": b"",
    }

    def within(folder: str) -> dict[str, bytes]:
        return {f"{folder}{name}": data for name, data in results.items()}

    for place, litter in enumerate((within("out/"), within("results/former/"), within("") | within("out/"))):
        path = laid(tmp_path / str(place), FILES | litter)
        assert names(path, tmp_path / "s", path / "out") == list(STUDENTS)
    path = laid(tmp_path / "own", FILES | within(f"{STUDENTS[0]}/out/") | {f"{STUDENTS[0]}/out/lab.pcapng": CAPTURE})
    unpacker = Unpacker(tmp_path / "u", Quota())
    open_download(path, tmp_path / "s").fill(unpacker, [STUDENTS[0]])
    assert [piece.name for piece in unpacker.found.captures] == [f"{STUDENTS[0]}/lab.pcapng"]


def test_results_do_not_go_among_the_submissions(tmp_path):
    path = laid(tmp_path / "in", FILES)
    before = sorted(path.rglob("*"))
    with pytest.raises(UsageTrouble, match="among the submissions"), Classroom(Settings(path, path / ".")):
        pass
    assert sorted(path.rglob("*")) == before


def test_names_that_are_two_encodings_at_once_are_read_as_the_others_are(tmp_path):
    people = (*TWOFOLD, "李明", "王芳")
    for encoding in ("gbk", "utf-8"):
        flat = {f"{each}.pcapng".encode(encoding): CAPTURE for each in people}
        (tmp_path / "flat.zip").write_bytes(zipped(flat))
        assert sorted(names(tmp_path / "flat.zip", tmp_path / "s")) == sorted(f"{each}.pcapng" for each in people)
        with tarfile.open(tmp_path / "flat.tar", "w", encoding=encoding, format=tarfile.GNU_FORMAT) as archive:
            for each in people:
                info = tarfile.TarInfo(f"{each}/lab.pcapng")
                info.size = len(CAPTURE)
                archive.addfile(info, io.BytesIO(CAPTURE))
        assert sorted(names(tmp_path / "flat.tar", tmp_path / "s")) == sorted(people)
        folder = tmp_path / encoding
        folder.mkdir()
        for each in people:
            (folder / f"{each}.pcapng".encode(encoding).decode("utf-8", "surrogateescape")).write_bytes(CAPTURE)
        assert sorted(names(folder, tmp_path / "s")) == sorted(f"{each}.pcapng" for each in people)


@pytest.mark.parametrize("name", TWOFOLD)
def test_one_name_alone_is_read_as_what_makes_sense(name):
    assert decoded(name.encode("gbk")) == decoded(name.encode()) == name


@pytest.mark.parametrize("name", ["José", "Łukasz Müller", "Иван", "Ωμέγα", "阿·示例", "e\u0301", "示例"])
def test_utf_8_of_any_language_stays_so(name):
    assert decoded(name.encode()) == name


#: The commonest characters of GB 2312, as most names are of.
COMMON = bytes(each for row in range(0xB0, 0xD8) for at in range(0xA1, 0xFA) for each in (row, at)).decode("gb2312")


@given(st.lists(st.text(COMMON, min_size=1, max_size=4)))
def test_chinese_names_come_back_whatever_the_encoding(texts):
    whole = [*texts, "学号", "姓名", "示例"]  # as in any file of a class
    for encoding in ("utf-8", "gb18030"):
        raws = [text.encode(encoding) for text in whole]
        assert [decoded(raw, encoding_of(raws)) for raw in raws] == whole


@pytest.mark.parametrize("many", ["utf-8", "gbk"])
def test_a_few_names_of_another_encoding_do_not_spoil_the_others(tmp_path, many):
    people = dict.fromkeys(("李明", "王芳", "示例甲", *TWOFOLD), many) | {
        "示例乙": "gbk" if many == "utf-8" else "utf-8"
    }
    raws = {each: each.encode(encoding) for each, encoding in people.items()}
    for each, raw in raws.items():
        (tmp_path / raw.decode("utf-8", "surrogateescape")).mkdir()
        assert decoded(raw, encoding_of(raws.values())) == each
    assert sorted(names(tmp_path, tmp_path / "s")) == sorted(people)


def test_one_name_in_two_encodings_is_two_entries(tmp_path):
    for each in ("李明", *TWOFOLD):
        for encoding in ("utf-8", "gbk"):
            (tmp_path / f"{each}.zip".encode(encoding).decode("utf-8", "surrogateescape")).write_bytes(b"")
    assert len(names(tmp_path, tmp_path / "s")) == 6


def test_a_roster_and_a_grade_book_are_in_one_encoding(tmp_path):
    for encoding in ("gbk", "utf-8"):
        for header in ("学号,姓名,成绩", "id,name,grade"):
            path = tmp_path / "book.csv"
            text = f"{header}\n,{TWOFOLD[0]},\n,{TWOFOLD[1]},\n"
            path.write_bytes(text.encode(encoding))
            assert [entry.student.name for entry in read_roster(path).entries] == list(TWOFOLD)
            made = fill(
                path, Klass(tuple(member("", each, 70) for each in TWOFOLD), (), None), None, {}, overwrite=False
            )
            assert made.content == text.replace("爽,", "爽,70").replace("帅,", "帅,70").encode(encoding)
