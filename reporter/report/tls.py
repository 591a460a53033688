"""TLS on a connection: where its handshake is, and whether what follows can be read."""

from __future__ import annotations

from typing import Any

from reporter.explain.evidence import Fact, frame_of
from reporter.report.material import Story, Told

#: The content type of application data (RFC 8446, section 5.1).
_APPLICATION = 23


def tls_of(story: Story) -> dict[str, Any] | None:
    """Facts of TLS on a connection, None where none was recognised.

    `hello` and `answered` are the frames of the first ClientHello and ServerHello, `version` the one chosen;
    `read` is the first frame of TLS in which Wireshark could read HTTP: as it runs without a configuration, with keys
    that the file holds. `hidden` is the first frame of application data behind which none could be read; `bare` tells
    that no application data was captured at all.
    """
    told = [each for each in story.capture.keeper.of_stream(story.stream.number) if each.packet.tls is not None]
    if not told:
        return None
    chosen = _finding(told, "W05")
    read = [each.packet.frame for each in told if _is_read(each)]
    hidden = _finding(told, "C12")
    if hidden is not None and read and read[-1] > hidden[0]:
        hidden = None
    hello = _finding(told, "W04")
    return {
        "hello": frame_of(hello[0]) if hello is not None else None,
        "answered": frame_of(chosen[0]) if chosen is not None else None,
        "version": chosen[1]["version"] if chosen is not None else None,
        "read": frame_of(read[0]) if read else None,
        "hidden": frame_of(hidden[0]) if hidden is not None else None,
        "bare": not story.capture.keeper.dropped(story.stream.number) and not any(map(_has_data, told)),
    }


def _finding(told: list[Told], rule: str) -> tuple[int, Any] | None:
    """The frame and the facts of the first packet of which this rule speaks."""
    for each in told:
        for finding in each.findings:
            if finding.rule == rule and not _retries(finding.facts):
                return each.packet.frame, finding.facts
    return None


def _retries(facts: Any) -> bool:
    """Whether this is a HelloRetryRequest, which chooses nothing yet (RFC 8446, section 4.1.4)."""
    retry: Fact | None = facts.get("retry")
    return bool(retry)


def _has_data(told: Told) -> bool:
    """Whether a packet has a record of application data, or one of TLS 1.3 that looks like it."""
    tls = told.packet.tls
    return tls is not None and _APPLICATION in (*tls.content_types, *tls.opaque_types)


def _is_read(told: Told) -> bool:
    packet = told.packet
    return bool(packet.requests or packet.responses or packet.http2 is not None)
