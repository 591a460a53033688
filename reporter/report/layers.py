"""The layers of one frame as a figure shows them: what a tunnel carries has headers of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reporter.model.detail import Detail, TreeLine
from reporter.report.author import Author
from reporter.report.document import Layer

_SHORT = {"ip": "IPv4", "ipv6": "IPv6", "tcp": "TCP", "udp": "UDP", "http": "HTTP", "vlan": "802.1Q"}
_SHORT |= {"sll": "Linux cooked", "gre": "GRE", "erspan": "ERSPAN", "vxlan": "VXLAN", "gtp": "GTP"}
#: The fields behind the last layer of an Ethernet frame (IEEE 802.3, clause 3), with short names.
_BEHIND = {"eth.padding": "Padding", "eth.trailer": "Trailer", "eth.fcs": "FCS"}
#: Where a packet of its own begins.
_PACKETS = frozenset(("eth", "ip", "ipv6", "ppp"))


def layers_in(author: Author, detail: Detail) -> tuple[Layer, ...]:
    """The layers that lie in the bytes of the frame, in their order."""
    explanations = author.words.lexicon["layers"]
    lines = list(_lines(detail))
    last = {line.field: place for place, line in enumerate(lines)}
    layers = []
    for place, line in enumerate(lines):
        text = explanations.get(line.field, explanations["other"])
        if line.field in _PACKETS and place < last[line.field]:
            text = explanations["outer"] + text
        name = line.text.split(",")[0] if not line.depth else line.text.split(":")[0]
        short = (_SHORT | _BEHIND).get(line.field, name)
        layers.append(Layer(name, line.start or 0, line.length, author.text(text), short))
    return tuple(layers)


def _lines(detail: Detail) -> Iterator[TreeLine]:
    """The lines of the layers by their first byte. Some tunnels claim the packet that they carry: it is no part of
    them here."""
    found = sorted((line for line in detail.lines if _shown(line, detail)), key=lambda line: line.start or 0)
    for line, after in zip(found, [*found[1:], None], strict=True):
        start, inner = line.start or 0, after.start or 0 if after is not None and after.field in _PACKETS else 0
        yield replace(line, length=inner - start) if start < inner < start + line.length else line


def _shown(line: TreeLine, detail: Detail) -> bool:
    # What stands behind the other layers is a line of Ethernet's own part of the tree.
    if (line.depth and line.field not in _BEHIND) or line.start is None or not line.length:
        return False
    return line.field != "frame" and line.start + line.length <= len(detail.data)
