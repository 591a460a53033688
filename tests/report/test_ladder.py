"""Ladders that are shortened: what opened and what ended a connection is in them, and what is left out is counted."""

import re
from functools import cache

import pytest

from reporter.options import ReportOptions
from reporter.pipeline.report import make_document
from reporter.report.document import Ladder
from reporter.report.themefile import LIMITS
from tests.captures import BUNDLED

pytestmark = pytest.mark.tshark


@cache
def ladder_of(name: str, theme: str) -> Ladder:
    options = ReportOptions(lang="en", theme=theme)
    document = make_document([BUNDLED / f"{name}.pcapng"], options=options, progress=lambda what, count: None)
    overview = next(each for each in document.sections if each.id == "overview")
    return next(each for each in overview.blocks if isinstance(each, Ladder))


@pytest.mark.parametrize("name", ["page-nginx-browser", "reset-kinds"])
def test_a_short_ladder_keeps_the_segments_that_open_and_end_the_connection(name: str) -> None:
    whole, short = ladder_of(name, "lab").rungs, ladder_of(name, "brief").rungs
    assert len(short) < len(whole) <= LIMITS["rungs"]
    turning = [rung.frame for rung in whole if re.search("SYN|FIN|RST", rung.label)]
    kept = [rung.frame for rung in short]
    assert set(turning) <= set(kept)
    assert kept[-1] == whole[-1].frame
    assert None not in kept, "every arrow is a segment"
    omitted = [int(count) for rung in short for count in re.findall(r"(\d+) steps? left out", rung.gap)]
    assert sum(omitted) == len(whole) - len(short)


def test_the_times_of_a_ladder_are_those_of_the_packet_list() -> None:
    times = [rung.time for rung in ladder_of("page-nginx-browser", "lab").rungs if rung.frame is not None]
    assert all(re.fullmatch(r"\d+\.\d{6}", time) for time in times)
    assert len(set(times)) == len(times), "segments of one machine are told apart"
