"""Secrets out of packets, before anything is read from them."""

from __future__ import annotations

from dataclasses import replace

from reporter.model.application import Header, HttpRequest, HttpResponse, head_length
from reporter.model.packet import Packet
from reporter.privacy.masks import Masks

#: Protocols whose Info column never holds what a user typed.
_QUIET = frozenset(("TCP", "UDP", "ARP", "ICMP", "ICMPv6", "DNS", "MDNS", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"))
#: Protocols in which people log in by commands that the Info column shows.
LOGIN = frozenset(("ftp", "pop", "imap", "smtp", "telnet", "irc", "resp", "nntp"))


def masked(packet: Packet, masks: Masks) -> Packet:
    """The packet with masks where it had secrets; the same object when it had none."""
    if packet.innermost in _QUIET and not packet.requests and not packet.responses and packet.http2 is None:
        return packet
    requests = tuple([_request(each, masks) for each in packet.requests])
    responses = tuple([_response(each, masks) for each in packet.responses])
    info = masks.uri(packet.info)
    if not LOGIN.isdisjoint(packet.protocols):
        info = masks.command(info)
    http2 = packet.http2.rewritten(masks.uri) if packet.http2 is not None else None
    same = (info, requests, responses, http2) == (packet.info, packet.requests, packet.responses, packet.http2)
    return packet if same else replace(packet, info=info, requests=requests, responses=responses, http2=http2)


def _request(request: HttpRequest, masks: Masks) -> HttpRequest:
    headers = _headers(request.headers, masks)
    target, full_uri = masks.uri(request.target), masks.uri(request.full_uri)
    if headers == request.headers and target == request.target and full_uri == request.full_uri:
        return request
    return replace(request, target=target, full_uri=full_uri, headers=headers, head_length=head_length(request) or 0)


def _response(response: HttpResponse, masks: Masks) -> HttpResponse:
    headers = _headers(response.headers, masks)
    if headers == response.headers:
        return response
    return replace(response, headers=headers, head_length=head_length(response) or 0)


def _headers(headers: tuple[Header, ...], masks: Masks) -> tuple[Header, ...]:
    return tuple([changed(each, masks.header(each.name, each.value)) for each in headers])


def changed(header: Header, value: str) -> Header:
    """The header with another value, in its line too."""
    if value == header.value:
        return header
    before, _, after = header.line.partition(header.value)
    return Header(header.name, value, f"{before}{value}{after}")
