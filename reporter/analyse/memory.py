"""What earlier packets of the whole capture told: names and addresses, pages. Bounded."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeVar

from reporter.analyse.http import comparable, parse_content_range, resolved
from reporter.analyse.oversize import MOST, TooLarge, tells_size
from reporter.analyse.step import Answered, Step
from reporter.model.application import Dns
from reporter.model.link import Icmp, Quoted
from reporter.model.packet import Packet
from reporter.model.value import value

_LIMIT = 2048
QueryKey = tuple[str, str, str, int]
TunnelKey = tuple[tuple[tuple[str, ...], ...], frozenset[str], tuple[str, int]]
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@value
class NameAnswer:
    """A DNS answer: `name` has `address`, told by `frame` through `record` (`dns.a` or `dns.aaaa`)."""

    name: str
    address: str
    frame: int
    record: str


@value
class MacAnswer:
    """An ARP message from `mac` for `address` in `frame`."""

    address: str
    mac: str
    frame: int


@value
class Query:
    """A DNS question seen before; `answered` tells that an answer to it has been captured.

    `repeats` counts how many times it was asked again, last in `again_frame` at `again_time`.
    """

    frame: int
    time: Decimal
    answered: bool = False
    repeats: int = 0
    again_frame: int = 0
    again_time: Decimal = Decimal(0)


@value
class PageRequest:
    """A request seen before: the stream and frame of a full URI, and the address that asked."""

    uri: str
    stream: int
    frame: int
    client: str = ""


@value
class Redirect:
    """A response that sent `client` on to `uri` (the Location made absolute)."""

    uri: str
    frame: int
    code: int
    client: str


@value
class Copy:
    """The whole of `uri` as `client` got it by GET (200, or 206 of all bytes), with its validators."""

    uri: str
    frame: int
    client: str
    etag: str
    last_modified: str


@dataclass(slots=True)
class Memory:
    """Answers by address, requests by URI (`http.request.full_uri`), redirects, copies by client and URI.

    `tunnelled` are the conversations seen in a tunnel, each with its last frame there.
    `too_large` are the messages of routers that a segment was too large, by its addresses and ports.
    """

    names: OrderedDict[str, NameAnswer] = field(default_factory=OrderedDict)
    macs: OrderedDict[str, MacAnswer] = field(default_factory=OrderedDict)
    asked_macs: OrderedDict[tuple[str, str], int] = field(default_factory=OrderedDict)
    queries: OrderedDict[QueryKey, Query] = field(default_factory=OrderedDict)
    padded: OrderedDict[int, int] = field(default_factory=OrderedDict)
    encrypted: OrderedDict[int, int] = field(default_factory=OrderedDict)
    pages: OrderedDict[str, PageRequest] = field(default_factory=OrderedDict)
    redirects: OrderedDict[tuple[str, str], Redirect] = field(default_factory=OrderedDict)
    copies: OrderedDict[tuple[str, str], Copy] = field(default_factory=OrderedDict)
    tunnelled: OrderedDict[TunnelKey, int] = field(default_factory=OrderedDict)
    too_large: OrderedDict[tuple[str, str, int, int], tuple[TooLarge, ...]] = field(default_factory=OrderedDict)

    def learn(self, packet: Packet, step: Step | None = None) -> None:
        """Enter what a packet tells, after it has been explained."""
        if packet.dns is not None:
            self._learn_query(packet, packet.dns)
        if packet.dns is not None and packet.dns.response and packet.dns.names:
            for record, addresses in (("dns.a", packet.dns.a), ("dns.aaaa", packet.dns.aaaa)):
                for address in addresses:
                    answer = NameAnswer(packet.dns.names[0], address, packet.frame, record)
                    _remember(self.names, address, answer)
        if packet.arp is not None:
            if packet.arp.sender_ip and packet.arp.sender_ip != "0.0.0.0":  # noqa: S104 (read, not bound)
                mac = MacAnswer(packet.arp.sender_ip, packet.arp.sender_mac, packet.frame)
                _remember(self.macs, packet.arp.sender_ip, mac)
            if packet.arp.opcode == 1:
                _remember(self.asked_macs, (packet.arp.target_ip, packet.arp.sender_ip), packet.frame)
        if packet.icmp is not None and packet.icmp.quoted is not None:
            self._learn_size(packet, packet.icmp, packet.icmp.quoted)
        if packet.tcp is not None:
            if packet.ethernet is not None and packet.ethernet.padding:
                _first_only(self.padded, packet.tcp.stream, packet.frame)
            if packet.tls is not None and (23 in packet.tls.content_types or 23 in packet.tls.opaque_types):
                _first_only(self.encrypted, packet.tcp.stream, packet.frame)
            for request in packet.requests:
                if request.full_uri:
                    page = PageRequest(request.full_uri, packet.tcp.stream, packet.frame, packet.source)
                    _remember(self.pages, request.full_uri, page)
                    self.redirects.pop((packet.source, comparable(request.full_uri)), None)
        if packet.tunnels:
            key = tunnel_key(packet)
            if key is not None:
                _remember(self.tunnelled, key, packet.frame)
        for answered in step.answered if step is not None else ():
            self._learn_answer(packet, answered)

    def _learn_size(self, packet: Packet, icmp: Icmp, quoted: Quoted) -> None:
        if not tells_size(icmp) or quoted.transport != "tcp":
            return
        if quoted.src_port is not None and quoted.dst_port is not None:
            key = (quoted.src, quoted.dst, quoted.src_port, quoted.dst_port)
            told = TooLarge(packet.frame, packet.time, quoted.seq_raw)
            _remember(self.too_large, key, (*self.too_large.get(key, ()), told)[-MOST:])

    def _learn_query(self, packet: Packet, dns: Dns) -> None:
        if not dns.response:
            key = query_key(packet, dns)
            before = self.queries.get(key) if key is not None else None
            if key is not None and before is None:
                _remember(self.queries, key, Query(packet.frame, packet.time))
            elif key is not None and before is not None:
                self.queries[key] = replace(
                    before, repeats=before.repeats + 1, again_frame=packet.frame, again_time=packet.time
                )
            return
        key = query_key(packet, dns)
        asked = self.queries.get(key) if key is not None else None
        if key is not None and asked is not None:
            self.queries[key] = replace(asked, answered=True)

    def _learn_answer(self, packet: Packet, answered: Answered) -> None:
        response, exchange = answered.response, answered.exchange
        asked = exchange.request if exchange is not None else None
        if asked is None or not asked.full_uri:
            return
        client = packet.destination
        location = response.header("Location")
        if response.code in (301, 302, 303, 307, 308) and location is not None:
            target = resolved(asked.full_uri, location.value)
            if target:
                told = Redirect(target, packet.frame, response.code, client)
                _remember(self.redirects, (client, target), told)
        part = response.header("Content-Range")
        covers = parse_content_range(part.value) if part is not None and response.code == 206 else None
        whole = covers is not None and covers.first == 0 and covers.total == covers.last + 1
        if asked.method == "GET" and (response.code == 200 or whole):
            etag, modified = response.header("ETag"), response.header("Last-Modified")
            copy = Copy(
                uri=asked.full_uri,
                frame=packet.frame,
                client=client,
                etag=etag.value if etag else "",
                last_modified=modified.value if modified else "",
            )
            _remember(self.copies, (client, asked.full_uri), copy)


def query_key(packet: Packet, dns: Dns) -> QueryKey | None:
    """What makes a DNS question the same when asked again; None for a message without a question."""
    if not dns.names or not dns.types:
        return None
    asker = packet.destination if dns.response else packet.source
    return (asker, dns.ident, dns.names[0], dns.types[0])


def tunnel_key(packet: Packet) -> TunnelKey | None:
    """What is the same for both directions of a conversation in a tunnel; None outside of one.

    What is neither TCP nor UDP counts as one conversation for each tunnel.
    """
    if not packet.tunnels:
        return None
    ends = {end for each in packet.tunnels if each.outer for end in (each.outer.src, each.outer.dst)}
    inner = ("", 0)
    if packet.tcp is not None:
        inner = ("tcp", packet.tcp.stream)
    elif packet.udp is not None and packet.udp.stream is not None:
        inner = ("udp", packet.udp.stream)
    return tuple([each.protocols for each in packet.tunnels]), frozenset(ends), inner


def _remember(store: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    store[key] = value
    store.move_to_end(key)
    if len(store) > _LIMIT:
        store.popitem(last=False)


def _first_only(store: OrderedDict[int, int], stream: int, frame: int) -> None:
    if stream not in store:
        _remember(store, stream, frame)
