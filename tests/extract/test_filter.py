"""Display filters: tshark says which frames, and what is wrong with a filter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.errors import CaptureTrouble, UsageTrouble
from reporter.extract.filter import Frames, matching_each, matching_frames, refusals
from tests.captures import BUNDLED

CAPTURE = BUNDLED / "keepalive-full.pcapng"


@given(st.sets(st.integers(0, 5000)), st.integers(-5, 6000))
def test_frames_are_a_set(numbers, probe):
    frames = Frames(numbers)
    assert set(frames) == numbers
    assert list(frames) == sorted(numbers)
    assert len(frames) == len(numbers)
    assert (probe in frames) == (probe in numbers)
    assert frames == numbers


@pytest.mark.tshark
def test_matching_frames():
    assert set(matching_frames(CAPTURE, "tcp.flags.syn == 1")) == {1, 2}
    assert not matching_frames(CAPTURE, "udp")
    assert matching_frames(BUNDLED / "truncated.pcapng", "tcp.flags.syn == 1")


@pytest.mark.tshark
@pytest.mark.parametrize(
    "wrong",
    ["tcp.flgs == 1", "tcp.port ==", 'tcp.port == "x"', '"', "tcp and (", "frame.number in {1 2}", "no.such"],
)
def test_a_wrong_filter(wrong):
    with pytest.raises(UsageTrouble) as caught:
        matching_frames(CAPTURE, wrong)
    assert caught.value.what.startswith("tshark refuses the display filter: ")


@pytest.mark.tshark
def test_the_file_is_not_blamed_on_the_filter(tmp_path):
    path = tmp_path / "filter expression.pcapng"
    path.write_text("no capture at all, but long enough for tshark to see that")
    with pytest.raises(CaptureTrouble):
        matching_frames(path, "tcp")


FILTERS = ["tcp", "tcp.port in {80,3000}", "tcp.flags.syn == 1", 'http contains "GET"', "arp || dns", "http", "icmp"]


@pytest.mark.tshark
@pytest.mark.parametrize("count", [1, 2, 5, 7])
def test_several_filters_in_one_pass_are_each_as_alone(count):
    path = BUNDLED / "page-nginx-browser.pcapng"
    found = matching_each(path, FILTERS[:count])
    assert [set(each) for each in found] == [set(matching_frames(path, each)) for each in FILTERS[:count]]


@pytest.mark.tshark
def test_filters_that_no_colouring_rule_can_hold_are_decided_too():
    path = BUNDLED / "page-nginx-browser.pcapng"
    odd = ['!(http.host contains "@")', "tcp &&\n!http", *FILTERS[:2]]
    assert [set(each) for each in matching_each(path, odd)] == [set(matching_frames(path, each)) for each in odd]


@pytest.mark.tshark
def test_refused_filters_are_told_with_the_place():
    assert refusals(FILTERS) == {}
    assert refusals([]) == {}
    found = refusals(["tcp.prt == 80", "tcp", 'http contains "a@b"', "tcp) || (udp"])
    assert set(found) == {0, 3}
    assert "tcp.prt" in found[0][0]
    assert set(found[0][2].strip()) == {"^", "~"}
