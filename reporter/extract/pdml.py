"""tshark's PDML, one packet at a time: the tree as Wireshark shows it, and the bytes behind each line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from reporter.model.detail import TreeLine

#: Preferences that make tshark say where a frame lies in the file, and prove its bytes.
PREFERENCES = ("-o", "frame.show_file_off:TRUE", "-o", "frame.generate_md5_hash:TRUE")
#: More bytes than a frame can have: a value of so many was put together from several.
_LARGEST_FRAME = 262_144
_LONG = re.compile(rb'(value|show)="([0-9a-fA-F:]{%d,})"' % (2 * _LARGEST_FRAME))
_CREATOR = re.compile(rb'<pdml[^>]*? creator="([^"]*)"')
_NUMBER = re.compile(rb'<field name="num"[^>]*? show="(\d+)"')
#: What XML 1.0 does not allow, as UTF-8; tshark may still print it.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Wireshark puts what it computed in brackets, but PDML does not say what that is. It is what stands for no
# bytes, except for:
_STATED = frozenset(
    """
    _ws.malformed _ws.short data dtls.handshake.extension.data frame.cap_len frame.encap_type
    frame.interface_description frame.interface_id frame.interface_name frame.len frame.number
    frame.section_number frame.time frame.time_utc frame.time_epoch http.file_data ipv6.opt.padn json
    mysql.user tls.handshake.extension.data tls.handshake.reassembled_in
    tls.handshake.session_ticket_nonce urlencoded form.value wlan_radio wlan_radio.channel
    wlan_radio.data_rate wlan_radio.frequency wlan_radio.phy wlan_radio.short_preamble
    wlan_radio.signal_dbm wlan_radio.timestamp
    """.split()  # noqa: SIM905 (a list would be three screens)
)
# … and of what stands for bytes:
_COMPUTED = frozenset(
    """
    amr.payload_decoded_as amr.reserved dns.count.labels dns.qry.name.len http.content_length
    http.response.code.desc http2.header.count http2.header.length http2.header.unescaped
    icmp.data_time_relative ip.fragment ip.fragments ip.reassembled.data ipv6.dst_slaac_mac
    ipv6.dstopts.len_oct ipv6.fragment ipv6.fragments ipv6.hopopts.len_oct ipv6.reassembled.data
    ipv6.routing.len_oct ipv6.src_slaac_mac json.member_with_value json.path json.path_with_value
    rtcp.timestamp.ntp rtp.extseq sip.call_id_generated smb2.preauth_hash tcp.flags.str
    tcp.options.sack.dsack_le tcp.options.sack.dsack_re tcp.options.wscale.multiplier tcp.pdu.size
    tcp.reassembled.data tcp.segment tcp.segment.error tcp.segments tcp.window_size
    tcp.window_size_scalefactor tls.handshake.fragment tls.handshake.fragments udp.checksum.status
    websocket.fragment websocket.fragments
    """.split()  # noqa: SIM905 (a list would be three screens)
)
_OURS = ("frame.file_off", "frame.md5_hash")
_WRAPPER = "fake-field-wrapper"
#: Is handed one packet's PDML; returns False to stop.
Take = Callable[[bytes], bool]
_MESSAGE, _BODY = "http", "http.file_data"


@dataclass(slots=True)
class Node:
    """One visible line of the tree; `value` is the hex of its bytes, empty where PDML does not tell all."""

    depth: int
    text: str
    field: str
    start: int
    length: int
    value: str


@dataclass(slots=True)
class Tree:
    """One packet of PDML. `offset` and `md5` are known when the PREFERENCES were set.

    `bodies` is the hex of what the packet's first HTTP message says of its body (`http.file_data`), None where that was
    cut (`shortened`).
    """

    frame: int = 0
    captured: int = 0
    offset: int | None = None
    md5: str = ""
    nodes: list[Node] = field(default_factory=list)
    bodies: list[str | None] = field(default_factory=list)


def shortened(line: bytes) -> bytes:
    """One line of PDML without values that are longer than any frame; `cut` says how many bytes a value had."""
    return _LONG.sub(_cut, line) if len(line) > _LARGEST_FRAME else line


class Cutter:
    """Cuts PDML, given line by line, into packets, `shortened`.

    `creator` is what the output says at its beginning of the program that made it: `wireshark/4.0.17`.
    """

    def __init__(self) -> None:
        self.creator = ""
        self._packet: list[bytes] = []

    def packet(self, line: bytes) -> bytes | None:
        """The packet that ends with this line, else None."""
        if not self._packet and not line.startswith(b"<packet>"):
            said = _CREATOR.search(line)
            self.creator = said[1].decode("utf-8", "replace") if said else self.creator
            return None
        self._packet.append(shortened(line))
        if not line.rstrip().endswith(b"</packet>"):
            return None
        whole = b"\n".join(self._packet)
        self._packet.clear()
        return whole


def _cut(found: re.Match[bytes]) -> bytes:
    return b'cut="%d"' % (len(found[2]) // 2) if found[1] == b"value" else b'show=""'


def number_of(packet: bytes) -> int:
    """The frame number of one `<packet>` element, 0 when it has none."""
    found = _NUMBER.search(packet)
    return int(found.group(1)) if found else 0


def tree_of(packet: bytes) -> Tree:
    """One `<packet>` element read. Raises ValueError when it is not well-formed."""
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.buffer_text = True
    try:
        parser.Parse(_NOT_XML.sub("\ufffd", packet.decode("utf-8", "replace")).encode(), True)
    except expat.ExpatError as error:
        raise ValueError(f"PDML that is not well-formed: {error}") from error
    return reader.tree


class _Reader:
    """Takes what expat reports. Only visible lines count; `geninfo` is not part of Wireshark's tree."""

    def __init__(self) -> None:
        self.tree = Tree()
        self._depth = 0
        self._hidden = 0
        self._general = False
        self._comment = False
        self._delta = ""
        self._messages = 0
        self._message = False

    def start(self, tag: str, at: dict[str, str]) -> None:
        name = at.get("name", "")
        if tag == "proto" and name == "geninfo":
            self._general = True
        elif self._general:
            self._learn(name, at.get("show", ""))
        elif tag in ("proto", "field") and name != _WRAPPER:
            if self._hidden or at.get("hide") == "yes" or name in _OURS:
                self._hidden += 1
                self._learn(name, at.get("show", ""))
            else:
                self._append(name, at)
                self._depth += 1

    def end(self, tag: str) -> None:
        if self._general:
            self._general = tag != "proto"
        elif tag in ("proto", "field"):
            if self._hidden:
                self._hidden -= 1
            else:
                self._depth = max(self._depth - 1, 0)

    def _learn(self, name: str, shown: str) -> None:
        if name == "num":
            self.tree.frame = int(shown)
        elif name == "caplen":
            self.tree.captured = int(shown)
        elif name == "frame.file_off":
            self.tree.offset = int(shown)
        elif name == "frame.md5_hash":
            self.tree.md5 = shown

    def _append(self, name: str, at: dict[str, str]) -> None:
        start, length = int(at.get("pos", -1)), int(at.get("size", 0))
        value = at.get("unmaskedvalue", at.get("value", ""))
        text = at.get("showname") or at.get("show", "")
        if name == "data" and not text:
            # The one protocol that PDML prints without its place: its first field has the same.
            length = int(at.get("cut", len(value) // 2))
            text = f"Data ({length} byte{'' if length == 1 else 's'})"
        if self.tree.nodes and self.tree.nodes[-1].start < 0:
            self.tree.nodes[-1].start = start
        if name == "frame.time_delta":
            self._delta = text.partition(": ")[2]
        elif name == "frame.time_delta_displayed" and self._delta:
            # tshark means the frames that our own filter let through; without one it is the frame before.
            text = f"{text.partition(': ')[0]}: {self._delta}"
        if self._depth == 0:
            self._comment = name == "pkt_comment"
            self._message = name == _MESSAGE and not self._messages
            self._messages += name == _MESSAGE
        elif self._depth == 1 and self._message and name == _BODY:
            self.tree.bodies.append(at.get("value") if length else "")
        computed = name in _COMPUTED if length else not (self._comment or name in _STATED)
        self.tree.nodes.append(
            Node(
                depth=self._depth,
                text=f"[{text}]" if computed else text,
                field=name,
                start=start,
                length=length,
                value=value if len(value) == 2 * length else "",
            )
        )


def lines_of(tree: Tree, data: bytes) -> tuple[TreeLine, ...]:
    """The lines of a tree, each with its bytes in the frame; `start` is None for what was read elsewhere."""
    lines: list[TreeLine] = []
    reach = 0
    for nodes in _protocols(tree.nodes):
        inside = _on_frame(nodes, data, reach)
        head = nodes[0]
        if inside and head.field != "frame":
            reach = head.start
        for node in nodes:
            here = inside and node.length and max(head.start, 0) <= node.start <= len(data) - node.length
            here = here and _agrees(node, data)
            lines.append(TreeLine(node.depth, node.text, node.field, node.start if here else None, node.length))
    return tuple(lines)


def _protocols(nodes: list[Node]) -> Iterator[list[Node]]:
    group: list[Node] = []
    for node in nodes:
        if node.depth == 0 and group:
            yield group
            group = []
        group.append(node)
    if group:
        yield group


def _on_frame(nodes: list[Node], data: bytes, reach: int) -> bool:
    """Whether a protocol was read from the frame itself, not from reassembled or unpacked bytes.

    PDML does not say. Bytes of the frame agree with the values, and no protocol begins before the last one.
    """
    head = nodes[0]
    if head.field == "frame":
        return True
    if head.start < reach or head.start + head.length > len(data):
        return False
    valued = [node for node in nodes if node.value]
    return all(_agrees(node, data) for node in valued[:8])


def _agrees(node: Node, data: bytes) -> bool:
    return not node.value or data[node.start : node.start + node.length].hex() == node.value
