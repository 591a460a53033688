"""IP fragments: a datagram that travels in pieces, each of them a frame."""

from __future__ import annotations

from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule

_LISTED = 12


@rule("N10", on="packet", when="fragment", facts="version source target done_in frames count length", rank=3)
def ip_fragment(at: At) -> Facts | None:
    """A piece of an IP datagram, or the frame in which Wireshark puts the pieces together.

    `done_in` is that frame; None on that frame itself, where `count` pieces, in `frames`, make `length` bytes of
    IP payload. What lies in the datagram is dissected, and explained, there alone.

    Reference: RFC 791, section 3.2 (fragmentation and reassembly); RFC 8200, section 4.5; tshark fields
      ip.reassembled_in, ip.fragment, ip.reassembled.length.
    """
    fragment, ip, here = at.packet.fragment, at.packet.ip, at.packet.frame
    if fragment is None or ip is None or (at.packet.icmp is not None and at.packet.icmp.quoted is not None):
        return None
    name = "ip" if fragment.version == 4 else "ipv6"
    into = fragment.reassembled_in if fragment.reassembled_in != here else None
    if into is None and len(fragment.pieces) < 2:
        return None
    header = "ip" if ip.version == 4 else "ipv6"
    frames = tuple(known(frame, here, f"{name}.fragment") for frame in fragment.pieces) if into is None else ()
    return {
        "version": word(fragment.version),
        "source": at[f"{header}.src"],
        "target": at[f"{header}.dst"],
        "done_in": at["ip.reassembled_in" if name == "ip" else "ipv6.reassembled.in"] if into is not None else None,
        "frames": Fact(frames) if 0 < len(frames) <= _LISTED else None,
        "count": derived(len(frames), *(frame_of(frame.value) for frame in frames[:_LISTED])) if frames else None,
        "length": at[f"{name}.reassembled.length"] if frames and fragment.length is not None else None,
    }
