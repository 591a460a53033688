"""Where in the nested protocols of a frame the transport stands, its IP header, and the tunnels around them."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

_ICMP = ("icmp", "icmpv6")
_IP = {"ip": 4, "ipv6": 6}
_LINK = ("eth", "wlan")


class Header(NamedTuple):
    """An IP header of a frame: its version, and which of the headers of that version it is (0 is the outermost)."""

    version: int
    at: int


class Wrap(NamedTuple):
    """A tunnel: the names between the outer header and the inner one, and the outer header (None for MPLS)."""

    names: tuple[str, ...]
    outer: Header | None


class Layers:
    """`frame.protocols` taken apart: `ip` is the header of the transport, `ethernet` the place of the innermost one.

    Of nested packets the innermost is the one that is told; but what lies in TCP is its data.
    """

    __slots__ = ("ethernet", "icmp", "ip", "names", "tcp", "text", "udp", "wraps")

    def __init__(self, names: tuple[str, ...], text: str) -> None:
        self.names = names
        self.text = text
        self.icmp = next((name for name in names if name in _ICMP), "")
        # An ICMP error quotes a header: what stands behind it was not sent in this frame.
        reach = names[: names.index(self.icmp)] if self.icmp else names
        self.tcp = "tcp" in reach
        if self.tcp:
            reach = reach[: reach.index("tcp")]
        self.wraps, inner = _wraps(reach)
        reach = reach[inner:]
        # An ICMP message has no UDP header of its own.
        self.udp = not self.tcp and not self.icmp and "udp" in reach
        if self.udp:
            reach = reach[: len(reach) - 1 - reach[::-1].index("udp")]
        self.ip: Header | None = None
        for place, name in enumerate(reach, inner):
            if name in _IP:
                self.ip = _header(names, place)
        self.ethernet = max(names[: inner + 1].count("eth") - 1, 0)


def _header(names: tuple[str, ...], place: int) -> Header:
    return Header(_IP[names[place]], names[:place].count(names[place]))


def _wraps(names: tuple[str, ...]) -> tuple[tuple[Wrap, ...], int]:
    """The tunnels in these names, from outside in, and where the innermost packet begins."""
    wraps: list[Wrap] = []
    inner = 0
    outer: int | None = None
    for place, name in enumerate(names):
        if name not in _IP and (outer is None or name not in _LINK):
            continue
        between = names[inner if outer is None else outer + 1 : place]
        if outer is not None:
            wrap = tuple(each for each in between if each != "udp" and not each.startswith("ipv6."))
            bare = ("udp",) if "udp" in between else ()
            wraps.append(Wrap(wrap or bare, _header(names, outer)))
            inner = place
        elif "mpls" in between:
            wraps.append(Wrap(("mpls",), None))
            inner = place
        outer = place if name in _IP else None
    return tuple(wraps), inner


@lru_cache(maxsize=4096)
def layers_of(protocols: str) -> Layers:
    """Parsed and remembered `frame.protocols`."""
    return Layers(tuple(part for part in protocols.split(":") if part and part != "ethertype"), protocols)
