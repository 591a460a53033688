"""What verdicts say: times with the digits that decide, the frames that have them, and that more is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.batch.checks import Evidence, Said, kinds
from reporter.batch.ledger import total
from reporter.batch.observe import Connection, Observed
from reporter.batch.submission import Student
from reporter.batch.words import BatchWords

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
EPOCH = Decimal(int(NOON.timestamp()))
CAPTURE = Observed("lab.pcapng", "", 1, 9, "", EPOCH, EPOCH + 60, {}, (), (), {}, first_frame=3, last_frame=7)
LINK = Connection(
    0, "10.0.0.1:5000", "10.0.0.2:80", "three-way", "reset", 1, 9, EPOCH, (4, 5), (1, 2, 3), (9,), 1, None, {}
)


def said(kind, capture, **wants):
    return kinds()[kind].judge(wants, Evidence((capture,), {}, Student()), ())


def test_the_frames_of_the_earliest_and_of_the_latest_time_are_cited():
    verdict = said("time", CAPTURE, before=NOON)
    assert (verdict.passed, verdict.cites[0].frames) == (False, (3, 7))


@given(
    st.decimals(min_value=0, max_value=4, places=9),
    st.decimals(min_value=0, max_value=4, places=9),
    st.integers(min_value=0, max_value=4_000_000),
)
def test_a_time_is_told_with_the_digits_that_decide(one, other, bound):
    capture = replace(CAPTURE, first=EPOCH + min(one, other), last=EPOCH + max(one, other))
    limit = NOON + timedelta(microseconds=bound)
    for name in ("after", "before"):
        verdict = said("time", capture, **{name: limit})
        told = verdict.facts["first" if name == "after" else "last"].removesuffix("+00:00")
        whole, _, digits = told.partition(".")
        shown = Decimal(f"{datetime.fromisoformat(whole + '+00:00').timestamp():.0f}.{digits or 0}") - EPOCH
        micro = Decimal(bound).scaleb(-6)
        assert verdict.passed is (shown >= micro if name == "after" else shown <= micro)


@pytest.mark.parametrize("epoch", [Decimal(300000000000), Decimal("-99999999999999.5")])
def test_a_time_beyond_the_calendar_is_told_in_seconds(epoch):
    verdict = said("time", replace(CAPTURE, first=epoch, last=epoch), after=NOON, before=NOON)
    assert verdict.passed is False
    assert verdict.facts["first"] == f"1970-01-01T00:00:00+00:00 + {epoch.to_integral_value('ROUND_FLOOR')} s"


@pytest.mark.parametrize(("count", "more"), [(5, False), (6, True)])
def test_addresses_that_are_not_named_are_told_to_be_there(count, more):
    capture = replace(CAPTURE, addresses={f"10.0.0.{place}": place for place in range(1, count + 1)})
    verdict = said("addresses", capture, allowed=())
    told = {"kind": "addresses", "passed": False, "facts": verdict.facts, "texts": {}, "cites": []}
    assert (" 等。" in BatchWords("zh").verdict(told)) is more
    assert ("and more." in BatchWords("en").verdict(told)) is more


@pytest.mark.parametrize(
    ("kind", "wants", "frames"),
    [
        ("opening", {"any_of": ("three-way", "not-captured")}, (1, 2, 3, 20)),
        ("closing", {"any_of": ("reset", "not-captured")}, (9, 30)),
        ("connection", {"answered": 1}, (1, 9, 20, 30)),
    ],
)
def test_every_connection_that_counts_is_cited(kind, wants, frames):
    bare = replace(LINK, number=1, opening="not-captured", closing="not-captured", handshake=(), teardown=())
    verdict: Said = said(
        kind, replace(CAPTURE, connections=(LINK, replace(bare, first_frame=20, last_frame=30))), **wants
    )
    assert (verdict.facts["count"], verdict.cites[0].frames) == (2, frames)


def test_sums_of_tenths_are_as_people_reckon_them():
    assert total([0.1, 0.7]) == 0.8
    assert total([]) == 0


def test_one_is_said_of_one():
    words = BatchWords("en")
    assert words.say("table", "share", who="A", count=1) == "shares 1 connection with A"
    assert words.say("page", "total", count=2) == "2 students"
    assert words.say("page", "total", count=1) == "1 student"
