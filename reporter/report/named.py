"""Which name lookup, if any, gave the address of the server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reporter.explain.evidence import Fact, frame_of, known
from reporter.model.packet import Packet

#: Up to how many answers are named.
_NAMED = 4


def server_told(packets: Iterable[Packet], server: str) -> dict[str, Any]:
    """Facts of the DNS answers among these packets (`dns.a`, `dns.aaaa`) that give the address `server`.

    `told` are their frames, `name` is the name it was looked up for, None where there are several. `untold`: there are
    DNS messages, they were captured and sent whole, and none gives it.
    """
    lookups = [packet for packet in packets if packet.dns is not None]
    answers = [packet for packet in lookups if packet.dns is not None and server in (*packet.dns.a, *packet.dns.aaaa)]
    cut = any(packet.dns is None or packet.dns.truncated or packet.captured < packet.length for packet in lookups)
    name: Fact | None = None
    address = Fact(server)
    if answers and answers[0].dns is not None:
        first = answers[0]
        field = "dns.a" if server in answers[0].dns.a else "dns.aaaa"
        address = known(server, first.frame, field)
        names = {packet.dns.names[:1] for packet in answers if packet.dns is not None}
        if len(names) == 1 and first.dns is not None and first.dns.names:
            name = known(first.dns.names[0], first.frame, "dns.qry.name")
    return {
        "server": address,
        "told": [frame_of(packet.frame) for packet in answers[:_NAMED]],
        "name": name,
        "untold": bool(lookups) and not answers and not cut,
    }
