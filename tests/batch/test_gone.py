"""Results of which the submissions are not there any more: a few go and are told, a whole class is never lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from reporter.batch.classroom import Classroom, Settings
from reporter.errors import UsageTrouble
from tests.captures import BUNDLED

NAMES = tuple(f"2026000{number}-示例{each}" for number, each in enumerate("甲乙丙", 1))


def handed_in(top, names, data=b"no capture"):
    for name in names:
        (top / name).mkdir(parents=True)
        (top / name / "lab.pcapng").write_bytes(data)
    return top


def run(path, out, again=(), **settings):
    """A run without processes of its own: the keys of results that were lost."""
    with Classroom(Settings(path, out, formats=(), **settings)) as classroom:
        classroom.again(again)
        lost = classroom.work(lambda _: None, lambda: ThreadPoolExecutor(1), ahead=1)
        classroom.show(classroom.klass())
    return lost


def all_of(out):
    return {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file() and ".sqlite" not in path.name}


def test_another_class_is_refused_and_nothing_is_lost(tmp_path):
    first, out = handed_in(tmp_path / "first", NAMES), tmp_path / "out"
    run(first, out)
    before = all_of(out)
    other = handed_in(tmp_path / "other", ["20270001-示例丁", NAMES[0]])
    with pytest.raises(UsageTrouble) as raised:
        run(other, out, again=[NAMES[0]])
    assert "2 of its 3 submissions" in raised.value.what
    assert "--replace" in raised.value.to_do
    assert raised.value.where == f"-o {out}"
    assert all_of(out) == before
    assert run(first, out) == ()
    assert all_of(out) == before
    assert run(other, out, replace=True) == NAMES[1:]
    assert not (out / "logs" / f"{NAMES[1]}.log").exists()


def test_what_a_student_took_back_goes_and_is_told(tmp_path):
    out = tmp_path / "out"
    run(handed_in(tmp_path / "first", NAMES), out)
    assert run(handed_in(tmp_path / "second", NAMES[1:]), out) == (NAMES[0],)
    assert not (out / "logs" / f"{NAMES[0]}.log").exists()


@pytest.mark.tshark
def test_the_same_captures_under_other_names_are_the_same_class(tmp_path):
    """A roster or a pattern that was lacking at first."""
    out, data = tmp_path / "out", (BUNDLED / "half-close.pcapng").read_bytes()
    path = handed_in(tmp_path / "first", ["20260001-示例甲"], data)
    run(path, out)
    assert run(path, out, name_pattern=r"(?P<name>示例.)") == ()
    assert {each.name for each in (out / "logs").iterdir()} == {"示例甲.log"}
