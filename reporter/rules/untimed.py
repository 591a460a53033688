"""Frames of which the file holds no time."""

from __future__ import annotations

from collections.abc import Iterable

from reporter.explain.endings import CaptureEnd, capture_rule
from reporter.explain.evidence import Fact, Facts, derived, frame_of


@capture_rule("C16", facts="count frames")
def frames_untimed(end: CaptureEnd) -> Iterable[Facts]:
    """Frames without a timestamp: no time from or to one of them is told.

    Reference: pcapng (draft-ietf-opsawg-pcapng), sections 4.4 (Simple Packet Block) and 4.8 (Custom Block);
    tshark field frame.time_epoch.
    """
    untimed = end.witness.untimed
    frames = tuple(frame_of(frame) for frame in untimed.frames)
    return [{"count": derived(untimed.count, *frames), "frames": Fact(frames)}] if untimed.count else []
