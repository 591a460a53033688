"""What is done again when the same command is given again: what may end otherwise, and nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from reporter.batch.identity import course_digest
from reporter.batch.job import Job, Outcome
from reporter.batch.ledger import Ledger
from reporter.batch.run import Event, Runner
from reporter.batch.status import Status, status_of
from reporter.batch.submission import Piece, Remark, Student
from reporter.batch.worker import BROKEN, Bounds

ORDINARY, MORE_TIME, MORE_MEMORY = Bounds(), Bounds(seconds=600), Bounds(memory=8 << 30)
LEFT_OUT = Remark.of("capture-left-out", file="b.pcapng", why="tshark-ended")


def times_done(tmp_path, remarks, *runs):
    """How often a job that ends so is worked on in runs with these bounds, one after another."""
    done = 0

    def work(job):
        nonlocal done
        done += 1
        return Outcome(job.key, status_of(remarks[0].code) if remarks else Status.OK, remarks)

    path = tmp_path / "lab.pcapng"
    path.write_bytes(b"x")
    job = Job("k", Student("1"), (Piece("lab.pcapng", path, 1),), tmp_path / "job")
    (tmp_path / "out").mkdir()
    for bounds in runs:
        with Ledger(tmp_path / "out") as ledger:
            make = lambda: ThreadPoolExecutor(1)  # noqa: E731
            Runner(tmp_path / "out", tmp_path, ledger, make, ahead=1, bounds=bounds, function=work).run([job])
    return done


@pytest.mark.parametrize("remarks", [(), (Remark.of("no-packets"),), (Remark.of("not-a-capture"),)])
def test_what_is_done_is_done_whatever_the_limits(tmp_path, remarks):
    assert times_done(tmp_path, remarks, ORDINARY, ORDINARY, MORE_TIME, MORE_MEMORY) == 1


@pytest.mark.parametrize("code", ["timed-out", "worker-died", "too-much-memory", "too-much-output", "tshark-ended"])
@pytest.mark.parametrize("limits", [MORE_TIME, MORE_MEMORY])
def test_what_the_limits_have_cost_is_done_again_with_others(tmp_path, code, limits):
    assert times_done(tmp_path, (Remark.of(code),), ORDINARY, ORDINARY, limits, limits) == 2


def test_a_capture_that_was_left_out_for_the_limits_too(tmp_path):
    assert times_done(tmp_path, (LEFT_OUT,), ORDINARY, ORDINARY, MORE_TIME) == 2


@pytest.mark.parametrize("code", ["bug", "tool"])
def test_what_was_no_fault_of_the_submission_is_done_every_time(tmp_path, code):
    assert times_done(tmp_path, (Remark.of(code),), ORDINARY, ORDINARY, MORE_TIME) == 3


@pytest.mark.parametrize(("breaks", "tries", "code"), [(0, 1, None), (1, 2, None), (3, 4, None), (4, 4, "worker-died")])
def test_what_a_broken_pool_had_is_tried_again_three_times(tmp_path, breaks, tries, code):
    """It was not necessarily its own fault."""
    done = 0

    def work(job):
        nonlocal done
        done += 1
        if done <= breaks:
            raise BROKEN[0]
        return Outcome(job.key, Status.OK)

    path = tmp_path / "lab.pcapng"
    path.write_bytes(b"x")
    job = Job("k", Student("1"), (Piece("lab.pcapng", path, 1),), tmp_path / "job")
    (tmp_path / "out").mkdir()
    told: list[Event] = []
    with Ledger(tmp_path / "out") as ledger:
        make = lambda: ThreadPoolExecutor(1)  # noqa: E731
        Runner(tmp_path / "out", tmp_path, ledger, make, ahead=1, bounds=ORDINARY, tell=told.append, function=work).run(
            [job]
        )
    assert done == tries
    assert [each.code for each in told[0].outcome.remarks] == ([code] if code else [])


def test_a_course_is_its_notes_words_and_themes_and_not_what_lies_beside_them(tmp_path):
    def digest(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        course_digest.cache_clear()
        return course_digest(tmp_path)

    before = digest("course.toml", "")
    assert digest("submissions/20260001/report.toml", 'lang = "zh"') == before
    assert digest("rubric.toml", "") == before
    assert digest("prose/zh/mine.toml", "") != before
    before = digest("course.toml", "")
    assert digest("course.toml", "# 1") != before
    before = digest("reports/mine/theme.toml", "")
    assert digest("reports/mine/theme.css", "a {}") != before
    before = digest("reports/mine/theme.css", "b {}")
    assert digest("reports/mine/theme.css", "a {}") != before
    assert digest("reports/mine/pictures/logo.svg", "<svg/>") != before
