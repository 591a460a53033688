"""The round trip of a handshake: copies and refused attempts aside; or why the capture cannot tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reporter.analyse.roundtrip import Kind, attempts, segment, untold
from reporter.explain.evidence import Fact, derived, field, frame_of
from reporter.model.stream import Opening, Role
from reporter.report.again import Again, again
from reporter.report.material import Story
from reporter.report.syns import syns_of


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """`seconds` from the SYN to the third segment, None where untold; `why` is a key of the reason, or empty.

    `aside` are facts of what was left out to tell it: the frames of `syn` and `third`, whether segments were captured
    twice (`copies`) and which only very likely were (`likely`), the RSTs of `refused` attempts. None where nothing was,
    and the measure is Wireshark's.
    """

    seconds: Fact | None
    why: str = ""
    aside: dict[str, Any] | None = None


def round_trip(story: Story | None) -> RoundTrip | None:
    """The round trip of the story's handshake, None where its three segments were not captured.

    A SYN or SYN-ACK sent more than once leaves open which was answered (RFC 6298, section 3); the same packet
    captured again, and an attempt that a RST has refused, do not.
    """
    if story is None:
        return None
    steps = [each for frame in story.stream.handshake if (each := story.at(frame)) is not None]
    for each in steps:
        for finding in each.findings:
            if finding.rule == "H08":
                return RoundTrip(finding.facts["rtt"])
    if story.stream.opening is not Opening.THREE_WAY or not steps:
        return None
    last = steps[-1].packet
    upto = [each for each in story.capture.keeper.of_stream(story.stream.number) if each.packet.frame <= last.frame]
    copies = [each for each in upto if again(each) is Again.TWICE]
    refusals = story.stream.refusals
    refused, plain = attempts(
        [segment(each.packet, refusal=each.packet.frame in refusals) for each in upto if each not in copies]
    )
    why = untold(plain)
    if why or len(plain) == len(upto):
        return RoundTrip(None, why)
    syns = syns_of(story)
    asked = syns.sent.get(Role.CLIENT)
    if asked is None or Role.SERVER not in syns.answers:
        return RoundTrip(None)
    seconds = story.capture.keeper.clock.between(asked.frame, asked.time, last.frame, last.time)
    if seconds is None:
        return RoundTrip(None, "clock")
    times = field(asked, "frame.time_epoch"), field(last, "frame.time_epoch")
    aside = {
        "syn": frame_of(asked.frame),
        "third": frame_of(last.frame),
        "copies": bool(copies),
        "likely": [frame_of(each.packet.frame) for each in copies if each.seen.step and not each.seen.step.copy_of],
        "refused": [frame_of(each.frame) for each in refused if each.kind is Kind.REFUSAL],
    }
    return RoundTrip(derived(seconds, *times), "", aside)
