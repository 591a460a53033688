"""Results appear whole or not at all."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from reporter.errors import OutputTrouble
from reporter.render.files import check_target, replacing


def test_a_new_file_has_the_usual_permissions(tmp_path):
    target = tmp_path / "new"
    with replacing(target) as file:
        file.write(b"x")
        assert not target.exists()
    mask = os.umask(0)
    os.umask(mask)
    assert target.read_bytes() == b"x"
    assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~mask
    assert list(tmp_path.iterdir()) == [target]


def test_an_old_file_keeps_its_permissions(tmp_path):
    target = tmp_path / "old"
    target.write_bytes(b"old")
    target.chmod(0o640)
    with replacing(target) as file:
        file.write(b"new")
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def _fail(target, trouble):
    with replacing(target) as file:
        file.write(b"half")
        raise trouble


@pytest.mark.parametrize("trouble", [ValueError, KeyboardInterrupt, SystemExit])
def test_nothing_is_left_when_the_work_fails(tmp_path, trouble):
    target = tmp_path / "out"
    with pytest.raises(trouble):
        _fail(target, trouble)
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "far").mkdir()
    target, link = tmp_path / "far" / "out", tmp_path / "link"
    link.symlink_to(target)
    with replacing(link) as file:
        file.write(b"x")
    assert link.is_symlink()
    assert target.read_bytes() == b"x"


def test_a_pipe_is_written_to(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    with replacing(pipe) as file:
        file.write(b"through")
    reader.join()
    assert got == [b"through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_what_cannot_be_written(tmp_path):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path in (tmp_path, tmp_path / "none" / "out", loop, tmp_path / ("x" * 300)):
        with pytest.raises(OutputTrouble), replacing(path) as file:
            file.write(b"x")
    with pytest.raises(OutputTrouble):
        check_target(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["loop"]


def test_a_full_disk_is_an_output_trouble():
    with pytest.raises(OutputTrouble, match="No space left"), replacing(Path("/dev/full")) as file:
        file.write(b"x" * 100_000)
