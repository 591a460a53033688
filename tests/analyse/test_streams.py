"""The streams of the bundled captures, as read from their packets by hand (captures/captures.toml)."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

import pytest

from reporter.model.stream import Closing, Stream
from reporter.pipeline import Explained, Explanation
from tests.captures import BUNDLED

#: What is in a capture and cannot be told from it: by capture and situation the frames and why.
NOT_TOLD: dict[tuple[str, str], tuple[set[int], str]] = {
    ("duplicate.pcapng", "C11"): ({4}, "Linux sends a SYN-ACK without IP identification; H11 says what can be said"),
}
_LISTED = tomllib.loads((BUNDLED / "captures.toml").read_text(encoding="utf-8"))["capture"]
CAPTURES = [pytest.param(each, id=each["file"]) for each in _LISTED if (BUNDLED / each["file"]).exists()]


@cache
def analysed(file: str) -> tuple[tuple[Explained, ...], tuple[Stream, ...]]:
    explanation = Explanation(BUNDLED / file, strict=True)
    return tuple(explanation), explanation.streams()


def closer(stream: Stream) -> str:
    if stream.closed_by_both:
        return "both"
    return stream.closed_first.value if stream.closed_first is not None else "none"


@pytest.mark.parametrize("capture", CAPTURES)
def test_openings_and_closings(capture: dict[str, Any]) -> None:
    packets, streams = analysed(capture["file"])
    assert len(packets) == capture["packets"]
    assert len(streams) == capture["streams"]
    for listed in capture.get("stream", ()):
        stream = streams[listed["index"]]
        told = {
            "client": str(stream.client),
            "server": str(stream.server),
            "opening": stream.opening.value,
            "closing": stream.closing.value,
            "closed_first": closer(stream),
        }
        assert told == {name: listed[name] for name in told}


@pytest.mark.parametrize("capture", CAPTURES)
def test_frames_of_openings_and_closings(capture: dict[str, Any]) -> None:
    _, streams = analysed(capture["file"])
    for listed in capture.get("stream", ()):
        stream = streams[listed["index"]]
        if "open_frames" in listed:
            assert list(stream.handshake) == listed["open_frames"]
        if "close_frames" in listed and stream.closing is not Closing.NOT_CAPTURED:
            assert list(stream.teardown) == listed["close_frames"]


@pytest.mark.parametrize("capture", CAPTURES)
def test_requests(capture: dict[str, Any]) -> None:
    _, streams = analysed(capture["file"])
    for listed in capture.get("stream", ()):
        if "requests" in listed:
            asked = [each.request_frame for each in streams[listed["index"]].exchanges if each.request_frame]
            assert asked == listed["requests"]


@pytest.mark.parametrize("capture", CAPTURES)
def test_pauses(capture: dict[str, Any]) -> None:
    packets, _ = analysed(capture["file"])
    found = []
    for each in packets:
        idle = each.seen.step.idle if each.seen.step is not None else None
        if idle is not None and idle.seconds >= 1:
            found.append([each.seen.packet.frame, round(float(idle.seconds), 3)])
    assert found == [list(each) for each in capture.get("idle", ())]


@pytest.mark.parametrize("capture", CAPTURES)
def test_situations(capture: dict[str, Any]) -> None:
    packets, _ = analysed(capture["file"])
    found: dict[str, list[int]] = {}
    for each in packets:
        for finding in each.findings:
            found.setdefault(finding.rule, []).append(each.seen.packet.frame)
    for code, frames in capture.get("frames", {}).items():
        if code == "T06":  # listed with all three segments; the rule speaks on the one that merges two steps
            assert set(found.get(code, ())) <= set(frames)
            assert code in found
        else:
            untold, _why = NOT_TOLD.get((capture["file"], code), (set(), ""))
            assert found.get(code, []) == [frame for frame in frames if frame not in untold], code
