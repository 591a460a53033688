"""A worker's house-keeping between its jobs."""

from __future__ import annotations

import gc
import weakref

import pytest

from reporter.batch import worker


class Page:
    """Refers to itself, as laid out pages do: only a search for garbage finds it."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def untidy():
    usual = gc.isenabled()
    gc.disable()
    yield
    if usual:
        gc.enable()


def test_pages_of_earlier_jobs_do_not_pile_up(untidy):
    pages = [worker.tidily(lambda: weakref.ref(Page())) for _ in range(4 * worker.SWEEP)]
    assert sum(page() is not None for page in pages) <= worker.SWEEP


def test_a_job_gets_its_arguments_and_gives_its_result():
    assert worker.tidily(divmod, 7, 2) == (3, 1)
    assert worker.tidily(sorted, [2, 1], reverse=True) == [2, 1]
    with pytest.raises(ZeroDivisionError):
        worker.tidily(divmod, 1, 0)
