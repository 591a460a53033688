"""Frames that Wireshark can open but not read: it has no name for what is in them."""

from __future__ import annotations

from collections.abc import Iterable

from reporter.explain.at import At
from reporter.explain.endings import CaptureEnd, capture_rule
from reporter.explain.endings import Facts as EndFacts
from reporter.explain.evidence import Fact, Facts, derived
from reporter.explain.registry import rule


@rule("C15", on="packet", when="no-tcp", facts="layers length", rank=98)
def unnamed(at: At) -> Facts | None:
    """Wireshark gives neither a protocol nor an Info: its layers (`frame.protocols`) are all that is known.

    Reference: Wireshark's Protocol and Info columns; tshark field frame.protocols; libpcap, DLT_USER0 to DLT_USER15.
    """
    packet = at.packet
    if packet.protocol.strip() or packet.info.strip():
        return None
    return {"layers": at["frame.protocols"] if packet.protocols else None, "length": at["frame.len"]}


@capture_rule("C15", facts="count frames")
def frames_unnamed(end: CaptureEnd) -> Iterable[EndFacts]:
    """Frames in which Wireshark recognises no protocol.

    Reference: Wireshark's Protocol column; Wireshark User's Guide, DLT_USER protocol preferences.
    """
    total, frames = end.total("C15"), end.frames("C15")
    return [{"count": derived(total, *frames), "frames": Fact(frames)}] if total else []
