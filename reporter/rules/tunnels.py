"""Packets inside packets: tunnels, by which one network carries the packets of another."""

from __future__ import annotations

from reporter.analyse.memory import tunnel_key
from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, known, word
from reporter.explain.registry import rule
from reporter.model.link import Tunnel

#: tshark's names of tunnel protocols that are not written with capital letters alone, or in other words.
_NAMES = {"gtp": "GTP-U", "geneve": "Geneve", "teredo": "Teredo", "lisp-data": "LISP", "etherip": "EtherIP"}
#: What brings copies of packets to the one who analyses them.
_MIRRORS = frozenset(("erspan", "tzsp", "sflow"))


@rule(
    "N11",
    on="packet",
    when="tunnel",
    facts="protocols outer_src outer_dst within within_src within_dst deeper labelled ethernet mirror source target",
    rank=79,
)
def tunnelled(at: At) -> Facts | None:
    """A packet inside another: told on the first one of each conversation in each tunnel.

    `protocols` carry it between the outer addresses; None where there is no outer IP header, but an MPLS label
    (`labelled`). `within` is a second tunnel in the first, `deeper` tells of more. `ethernet` says that a whole
    frame is carried, `mirror` names a protocol that brings copies. `source` and `target` are the innermost addresses.

    Reference: RFC 2784 (GRE); RFC 7348 (VXLAN); RFC 8926 (Geneve); RFC 2003 and RFC 4213 (IP in IP); RFC 3031
      (MPLS); 3GPP TS 29.281 (GTP-U); RFC 2661 (L2TP); tshark field frame.protocols.
    """
    packet = at.packet
    key = tunnel_key(packet)
    if key is None or key in at.memory.tunnelled:
        return None
    stack = at["frame.protocols"]
    outer = [each for each in packet.tunnels if each.outer is not None]
    first, second = (*outer, None, None)[:2]
    ip = packet.ip
    header = "ip" if ip is None or ip.version == 4 else "ipv6"
    mirror = next((name for each in outer for name in each.protocols if name in _MIRRORS), None)
    return {
        "protocols": derived(_protocols(at, first), stack) if first else None,
        "outer_src": _outer(at, first, "src"),
        "outer_dst": _outer(at, first, "dst"),
        "within": derived(_protocols(at, second), stack) if second else None,
        "within_src": _outer(at, second, "src"),
        "within_dst": _outer(at, second, "dst"),
        "deeper": word(len(outer) > 2),
        "labelled": derived(len(outer) < len(packet.tunnels), stack),
        "ethernet": derived(bool(outer) and "eth" in packet.protocols[1:], stack),
        "mirror": derived(_name(mirror), stack) if mirror else None,
        "source": at[f"{header}.src"] if ip else None,
        "target": at[f"{header}.dst"] if ip else None,
    }


def _outer(at: At, tunnel: Tunnel | None, side: str) -> Fact | None:
    if tunnel is None or tunnel.outer is None:
        return None
    ip = tunnel.outer
    return known(ip.src if side == "src" else ip.dst, at.packet.frame, f"{'ip' if ip.version == 4 else 'ipv6'}.{side}")


def _protocols(at: At, tunnel: Tunnel) -> str:
    """The names of a tunnel's protocols, `GRE/ERSPAN`; IP directly in IP is named by the two versions."""
    if tunnel.protocols or tunnel.outer is None:
        return "/".join(_name(each) for each in tunnel.protocols)
    after = at.packet.tunnels[at.packet.tunnels.index(tunnel) + 1 :]
    inner = next((each.outer for each in after if each.outer), at.packet.ip)
    return f"IPv{inner.version if inner else 4}-in-IPv{tunnel.outer.version}"


def _name(protocol: str) -> str:
    return _NAMES.get(protocol, protocol.partition(".")[0].upper())
