"""Which packets are in the capture twice: the same IP packet again, not a retransmission."""

from __future__ import annotations

from collections import OrderedDict
from decimal import Decimal

from reporter.analyse.clock import Clock
from reporter.model.packet import Packet
from reporter.model.tcp import Tcp
from reporter.model.value import value

_NO_IDENT = ("", "0", "0x0000", "0x00000000")
#: Two copies of one packet are looked for within this time, among so many packets; of so many senders the last
#: identification is known.
_SECONDS = Decimal("0.1")
_PACKETS, _SENDERS = 64, 2048
_Key = tuple[str | int, ...]


@value
class Twin:
    """A segment seen before: its frame, relative time and TTL.

    `telling` is whether its IP identification differs from that of the packet its sender sent before it.
    """

    frame: int
    time: Decimal
    ttl: int | None
    telling: bool


class Twins:
    """Recognises second copies of a packet.

    A retransmission is a new IP packet and carries a new identification (RFC 791, section 3.1). So only with a
    non-zero identification, within a tenth of a second, and not from a sender that uses one identification for
    everything; IPv6 has none.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[_Key, Twin] = OrderedDict()
        self._idents: OrderedDict[str, str] = OrderedDict()

    def of(self, packet: Packet, tcp: Tcp, clock: Clock) -> Twin | None:
        """Enter a segment; the packet of which it is a second copy, or None."""
        ip = packet.ip
        if ip is None or not telling(ip.ident):
            return None
        # What two copies of one packet share and a retransmission does not: above all the IP identification.
        numbers = (tcp.stream, tcp.src_port, tcp.seq_raw, tcp.ack_raw, tcp.length)
        key = (ip.src, ip.ident, tcp.checksum, tcp.flag_bits, tcp.window_value, *numbers)
        before = self._seen.get(key)
        near = before is not None and packet.time - before.time < _SECONDS
        if not near:
            self._seen[key] = Twin(packet.frame, packet.time, ip.ttl, self._idents.get(ip.src) != ip.ident)
            self._seen.move_to_end(key)
            if len(self._seen) > _PACKETS:
                self._seen.popitem(last=False)
        self._idents[ip.src] = ip.ident
        self._idents.move_to_end(ip.src)
        if len(self._idents) > _SENDERS:
            self._idents.popitem(last=False)
        if before is None or not near or not before.telling:
            return None
        return before if clock.trusts(before.frame, packet.frame, packet.time - before.time) else None


def distinct(one: str, other: str) -> bool:
    """Whether two IP identifications show that these are two packets, not one that was captured twice."""
    return one != other and telling(one) and telling(other)


def telling(ident: str) -> bool:
    """Whether an IP identification tells packets apart: 0 does not (RFC 6864, section 4.1)."""
    return ident not in _NO_IDENT
