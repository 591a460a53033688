"""The sentence for a packet of which no other rule speaks."""

from __future__ import annotations

from reporter.explain.at import At
from reporter.explain.evidence import Facts
from reporter.explain.registry import rule


@rule("X00", on="packet", facts="protocol info length malformed", rank=99)
def not_explained(at: At) -> Facts | None:
    """No rule speaks of this packet: it is named as Wireshark names it, and nothing more is claimed. `malformed` tells
    that Wireshark doubts the name itself.

    Reference: Wireshark's Protocol and Info columns.
    """
    return {
        "protocol": at["_ws.col.Protocol"],
        "info": at["_ws.col.Info"],
        "length": at["frame.len"],
        "malformed": at.malformed,
    }
