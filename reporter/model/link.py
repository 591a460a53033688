"""The layers below TCP and beside it: Ethernet, ARP, IP, UDP, ICMP."""

from __future__ import annotations

from reporter.model.value import value


@value
class Ethernet:
    """Ethernet II: `eth.src`, `eth.dst`, the VLAN if tagged (`vlan.id`), padding in hex (`eth.padding`).

    Where a tunnel carries Ethernet frames, the addresses are those of the innermost; tag and padding are the first.
    """

    src: str
    dst: str
    vlan: int | None = None
    padding: str = ""


@value
class Arp:
    """One ARP message (RFC 826): `arp.opcode` 1 asks, 2 answers."""

    opcode: int
    sender_ip: str
    sender_mac: str
    target_ip: str
    target_mac: str
    gratuitous: bool


#: Congestion Experienced, of the ECN bits (RFC 3168, section 5).
CE = 3


@value
class Ip:
    """Addresses of the IP header that carries the transport layer: `ip.*` or `ipv6.*` by `version`.

    `ecn` are the two bits of explicit congestion notification (RFC 3168, section 5): `CE`, or less.
    """

    version: int
    src: str
    dst: str
    ttl: int | None = None
    ident: str = ""
    ecn: int = 0


@value
class Tunnel:
    """A tunnel that the packet travels in: tshark's names of what stands between the outer and the inner header.

    `outer` is the IP header that carries it; None for MPLS, which needs none. IP directly in IP has no `protocols`.
    """

    protocols: tuple[str, ...]
    outer: Ip | None = None


@value
class Fragment:
    """A piece of an IP datagram: done in frame `reassembled_in`, or here, from the frames `pieces`.

    `version` is 4 or 6, `length` the bytes of IP payload put together here (`ip.reassembled.length`).
    """

    version: int
    reassembled_in: int | None = None
    pieces: tuple[int, ...] = ()
    length: int | None = None


@value
class Udp:
    """UDP ports, stream number and length in bytes, header included (`udp.length`)."""

    src_port: int
    dst_port: int
    stream: int | None
    length: int | None


@value
class Quoted:
    """What an ICMP error quotes of a packet: addresses, `tcp` or `udp`, ports and the raw sequence number of TCP where
    present."""

    src: str
    dst: str
    transport: str = ""
    src_port: int | None = None
    dst_port: int | None = None
    seq_raw: int | None = None


@value
class Icmp:
    """ICMP or ICMPv6 (`version` 4 or 6): type, code, echo identifier and sequence where present.

    `target` is the address that neighbour discovery asks or answers for, `link_address` the MAC it tells, `mtu` that
    of the next link where a packet was too large for it.
    """

    version: int
    type: int
    code: int | None
    ident: int | None = None
    seq: int | None = None
    response_to: int | None = None
    response_in: int | None = None
    target: str = ""
    link_address: str = ""
    quoted: Quoted | None = None
    mtu: int | None = None
