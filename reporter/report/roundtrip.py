"""The round trip of a handshake: copies and refused attempts aside; or why the capture cannot tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reporter.explain.evidence import Fact, derived, field, frame_of
from reporter.model.packet import Packet
from reporter.model.stream import Opening, Role
from reporter.report.again import Again, again
from reporter.report.material import Story, Told
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
    refused = _refused(story, [each for each in upto if each not in copies], steps[0].packet.frame)
    plain = [each for each in upto if each not in copies and each not in refused]
    why = _why(plain, steps)
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
        "refused": [frame_of(each.packet.frame) for each in refused if each.packet.frame in story.stream.refusals],
    }
    return RoundTrip(derived(seconds, *times), "", aside)


def _refused(story: Story, told: Sequence[Told], syn: int) -> list[Told]:
    """The attempts before the frame `syn`, each a SYN and the RST that refused it; none where one was not refused."""
    before = [each for each in told if each.packet.frame < syn]
    refusals = [each.packet.frame in story.stream.refusals for each in before]
    kinds = [_is_syn(each.packet) for each in before]
    paired = len(before) % 2 == 0 and all(kinds[::2]) and all(refusals[1::2])
    return before if paired else []


def _why(told: Sequence[Told], steps: Sequence[Told]) -> str:
    """Why a handshake of three captured segments gives no round trip; an empty text where it is none of these."""
    last = steps[-1].packet
    if any(not each.packet.timed for each in steps):
        return "untimed"
    for kind, why in ((_is_syn, "repeats"), (_is_answer, "answers")):
        if sum(kind(each.packet) for each in told) > 1:
            return why
    if not (_is_syn(steps[0].packet) and len(steps) == 3 and _is_answer(steps[1].packet)):
        return "order"
    epochs = [each.packet.epoch for each in steps]
    if epochs != sorted(epochs):
        return "clock"
    if len(told) > len(steps):
        return "between"
    return "data" if last.tcp is not None and last.tcp.length else ""


def _is_syn(packet: Packet) -> bool:
    return packet.tcp is not None and packet.tcp.syn and not packet.tcp.has_ack


def _is_answer(packet: Packet) -> bool:
    return packet.tcp is not None and packet.tcp.syn and packet.tcp.has_ack
