"""Results of which the submissions are not there any more: a few go and are told, a whole class is never lost."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from reporter.batch.classroom import Classroom, Settings
from reporter.batch.gone import gone_from
from reporter.batch.ledger import Ledger
from reporter.batch.submission import Piece, Student, Submission
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


def test_a_class_of_which_the_roster_knows_nobody_anew_is_another_one_too(tmp_path):
    """Everybody has a row then, but nothing handed in."""
    roster = tmp_path / "roster.csv"
    roster.write_text("学号,姓名\n" + "".join(f"{name.replace('-', ',')}\n" for name in NAMES), encoding="utf-8")
    out = tmp_path / "out"
    run(handed_in(tmp_path / "first", NAMES), out, roster=roster)
    before = all_of(out)
    other = handed_in(tmp_path / "other", ["20270001-示例丁"])
    with pytest.raises(UsageTrouble, match="3 of its 3"):
        run(other, out, roster=roster)
    assert all_of(out) == before
    assert run(other, out, roster=roster, replace=True) == NAMES
    assert {each.name for each in (out / "logs").iterdir()} == {"20270001-示例丁.log"}


@pytest.mark.parametrize(("changed", "refused"), [(5, True), (4, False)])
def test_other_work_of_the_same_people_is_not_put_over_the_first(tmp_path, monkeypatch, changed, refused):
    """The next task, or one of which nearly everybody has handed in something better."""
    keys = [f"2026000{number}" for number in range(5)]
    with Ledger(tmp_path) as ledger:
        monkeypatch.setattr(ledger, "worked_on", lambda: {key: {digest(key)} for key in keys})
        handed = []
        for number, key in enumerate(keys):
            path = tmp_path / key
            path.write_text(f"{key} anew" if number < changed else key, encoding="utf-8")
            handed.append(Submission(key, Student(key), (key,), captures=(Piece("lab.pcapng", path, 1),)))
        assert gone_from(ledger, handed, tmp_path, let_go=True) == ((), ())
        if refused:
            with pytest.raises(UsageTrouble, match="other submissions of these students"):
                gone_from(ledger, handed, tmp_path, let_go=False)
        else:
            assert gone_from(ledger, handed, tmp_path, let_go=False) == ((), ())


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


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
