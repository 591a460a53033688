"""What students hand in is unpacked without trust: limits, links, paths that lead out, names of any encoding."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from reporter.batch.archives import Refused
from reporter.batch.names import file_name, slug
from reporter.batch.submission import Piece
from reporter.batch.unpack import Quota, Unpacked, Unpacker
from tests.captures import BUNDLED

CAPTURE = (BUNDLED / "half-close.pcapng").read_bytes()


def unpacked(path: Path, scratch: Path, quota: Quota | None = None) -> Unpacked:
    unpacker = Unpacker(scratch, quota or Quota())
    if path.is_dir():
        unpacker.folder(path, ())
    else:
        unpacker.file(path, (path.name,))
    return unpacker.found


def zipped(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def names(pieces: list[Piece]) -> list[str]:
    return [each.name for each in pieces]


def test_captures_are_found_by_what_they_are_and_by_what_they_are_called(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(
        zipped({"one.dat": CAPTURE, "two.pcapng": b"no capture", "three.docx": b"PK\x03\x04", "d/x.txt": b"t"})
    )
    found = unpacked(path, tmp_path / "s")
    assert names(found.captures) == ["a.zip/one.dat", "a.zip/two.pcapng"]
    assert names(found.others) == ["a.zip/d/x.txt"]
    assert found.captures[0].path.read_bytes() == CAPTURE


def test_an_archive_within_an_archive_is_opened_up_to_a_depth(tmp_path):
    data = {"lab.pcapng": CAPTURE}
    for level in range(3):
        data = {f"{level}.zip": zipped(data)}
    path = tmp_path / "deep.zip"
    path.write_bytes(next(iter(data.values())))
    assert len(unpacked(path, tmp_path / "s").captures) == 1
    path.write_bytes(zipped(data))
    with pytest.raises(Refused) as refused:
        unpacked(path, tmp_path / "t")
    assert refused.value.code == "archive-too-deep"


@pytest.mark.parametrize("name", ["../../evil.pcapng", "/etc/evil.pcapng", "C:\\evil.pcapng", "a\\..\\..\\evil.pcapng"])
def test_no_path_leads_out(tmp_path, name):
    path, scratch = tmp_path / "in" / "slip.zip", tmp_path / "deep" / "scratch"
    path.parent.mkdir()
    path.write_bytes(zipped({name: CAPTURE}))
    found = unpacked(path, scratch)
    assert len(found.captures) == 1
    assert found.captures[0].path.is_relative_to(scratch)
    assert [each.code for each in found.remarks] == ["path-outside"]
    everything = {each for each in tmp_path.rglob("*") if each.is_file()}
    assert everything == {path, found.captures[0].path}


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path):
    path = tmp_path / "bomb.zip"
    path.write_bytes(zipped({"lab.pcapng": b"\x0a\x0d\x0d\x0a" + bytes(50 << 20)}))
    assert path.stat().st_size < 100_000
    with pytest.raises(Refused) as refused:
        unpacked(path, tmp_path / "s", Quota(one=1 << 20, total=4 << 20))
    assert refused.value.code == "file-too-large"
    assert sum(each.stat().st_size for each in (tmp_path / "s").rglob("*") if each.is_file()) <= 2 << 20


def test_many_bombs_together_are_one(tmp_path):
    path = tmp_path / "bombs.zip"
    path.write_bytes(zipped({f"{number}.pcapng": bytes(1 << 20) for number in range(20)}))
    with pytest.raises(Refused) as refused:
        unpacked(path, tmp_path / "s", Quota(one=2 << 20, total=4 << 20))
    assert refused.value.code == "too-many-bytes"


def test_a_film_beside_the_capture_costs_nothing(tmp_path):
    path = tmp_path / "film.zip"
    path.write_bytes(zipped({"film.mp4": bytes(8 << 20), "lab.pcapng": CAPTURE}))
    found = unpacked(path, tmp_path / "s", Quota(one=1 << 20, total=1 << 20))
    assert names(found.captures) == ["film.zip/lab.pcapng"]


def test_ten_thousand_files_are_too_many(tmp_path):
    path = tmp_path / "many.zip"
    path.write_bytes(zipped({f"{number}": b"" for number in range(10_000)}))
    with pytest.raises(Refused) as refused:
        unpacked(path, tmp_path / "s")
    assert refused.value.code == "too-many-files"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_names_are_read_in_the_encoding_they_are_in(tmp_path, encoding):
    content = zipped({"XXXXXXXXXX.pcapng": CAPTURE})
    name = "实验.pcapng".encode(encoding)
    padded = name + b"_" * (17 - len(name))
    path = tmp_path / "gbk.zip"
    path.write_bytes(content.replace(b"XXXXXXXXXX.pcapng", padded))
    assert unpacked(path, tmp_path / "s").captures[0].name.startswith("gbk.zip/实验.pcapng")


def test_links_and_devices_of_archives_and_folders_are_ignored(tmp_path):
    path = tmp_path / "links.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE):
            info = tarfile.TarInfo(f"link{kind!r}.pcapng")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("lab.pcapng")
        info.size = len(CAPTURE)
        archive.addfile(info, io.BytesIO(CAPTURE))
    found = unpacked(path, tmp_path / "s")
    assert names(found.captures) == ["links.tar.gz/lab.pcapng"]
    assert {each.code for each in found.remarks} == {"link-ignored"}
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "passwd.pcapng").symlink_to("/etc/passwd")
    (folder / "up").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.pcapng")
    found = unpacked(folder, tmp_path / "t")
    assert found.captures == []
    assert len(found.remarks) == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (zipped({"lab.pcapng": CAPTURE})[:-30], "archive-damaged"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(80), "archive-damaged"),
    ],
)
def test_a_damaged_archive_says_so(tmp_path, content, code):
    path = tmp_path / "broken.zip"
    path.write_bytes(content)
    with pytest.raises(Refused) as refused:
        unpacked(path, tmp_path / "s")
    assert refused.value.code == code
    assert refused.value.facts["file"] == "broken.zip"


def test_a_7z_is_read_where_its_library_is_there(tmp_path):
    py7zr = pytest.importorskip("py7zr")
    (tmp_path / "lab.pcapng").write_bytes(CAPTURE)
    with py7zr.SevenZipFile(tmp_path / "a.7z", "w") as archive:
        archive.write(tmp_path / "lab.pcapng", "实验/lab.pcapng")
        archive.writestr(b"film" * 1000, "film.mp4")
    found = unpacked(tmp_path / "a.7z", tmp_path / "s")
    assert names(found.captures) == ["a.7z/实验/lab.pcapng"]
    assert found.captures[0].path.read_bytes() == CAPTURE


def test_what_programs_leave_behind_is_no_submission(tmp_path):
    path = tmp_path / "mac.zip"
    path.write_bytes(zipped({"__MACOSX/._lab.pcapng": b"\x00\x05\x16\x07", "lab.pcapng": CAPTURE, ".DS_Store": b"x"}))
    assert names(unpacked(path, tmp_path / "s").captures) == ["mac.zip/lab.pcapng"]


@pytest.mark.parametrize(
    "name",
    ["=cmd()|x", "a\nb", "\u202egnp.exe", "..", "a/../b", "x" * 300, "'\"<script>", "C:\\x", " ", "-rf", "名" * 200],
)
def test_a_name_of_ours_is_harmless(name):
    for made in (slug(name), file_name(name)):
        assert made
        assert len(made.encode()) <= 100
        assert made[0] not in "=+-@.~ "
        assert made.isprintable()
        assert not set(made) & set("/\\:*?\"<>|\n'%#&;$`")
