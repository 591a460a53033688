"""A packet notation that can be read aloud, for rule cases.

One packet a line: frame, relative time in seconds, direction, flags, then `key=value` words.

    1 0.000 c>s [S]  seq=0 win=64240 mss=1460 ws=7 sack
    2 0.001 s>c [SA] seq=0 ack=1 mss=1460
    3 0.002 c>s [A]  seq=1 ack=1
    4 0.003 c>s [PA] seq=1 ack=1 len=401 get=/index.html h="Host: lab.example"
    5 0.004 s>c [PA] seq=1 ack=402 len=227 status=200 h="Content-Length: 100"
    6 0.005 c>* arp op=1 ask=10.0.0.2
    7 0.006 c>s udp dns=lab.example
    8 0.007 s>c udp dns=lab.example a=10.0.0.2 to=7 took=0.001

Flags: S SYN, A ACK, P PSH, F FIN, R RST, U URG, E ECE, C CWR. TCP words: `seq ack len win` (numbers), `mss ws sack ts`
(options; `ts=1000/900` is TSval and TSecr), `cut` (some may be cut off), `ws=cut`, `sacks=228-707,900-1000`,
`dsack=228-707`, `label=retransmission,out_of_order` (tcp.analysis labels),
`dup=1/5` (duplicate ACK 1 of frame 5), `rto=0.2/8`, `complete=31`, `into=9` (reassembled in), `parts=7,8,9`,
`whole=900` (reassembled length), `rtt=0.01` (initial_rtt), `stream=1`, `urg=5`, `scale=128`. HTTP words: `get=/x`,
`method=POST` with `target=/x`, `version=HTTP/1.0`, `status=404`, `phrase="Not Found"`, `h="Name: value"` (repeatable),
`then=/y` (a GET behind the request in the same frame), `took=0.01`, `chunks=10,0`. Anything else of the model:
`caplen=60`, `frame_len=1514`, `link=null`, `ip.c=127.0.0.1` (address of the client for the rest of the case),
`port.s=3000`, `icmp=3/1`, `ws=…` is window scale; WebSocket is
`op=1,9 mask=1,1 wslen=4,0 code=1000`, TLS is `tls=22 hs=1 sni=lab.example alpn=h2 alert=0 rec=120 opaque=23
versions=772`, HTTP/2 is `h2=4,3 ids=0,1 errors=,8`, QUIC `quic=0 quicframes=6,0`. Below TCP:
`mac.src= mac.dst= vlan=7 tags=vlan,pppoes,ppp pad=0000
ipid=0x1234 ecn=3 cksum=0xfe28 layer=data` (protocols above TCP or UDP); ICMP: `target= mac=
mtu= quoted=SRC,DST,udp,PORT,PORT`;
IP fragments: `frag=9` (reassembled in), `frags=7,8,9 fraglen=2000` (here). Tunnels, from outside in:
`tunnel=udp+vxlan+eth,OUTER-SRC,OUTER-DST/mpls` (what stands between the headers).
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from decimal import Decimal
from typing import Any

from reporter.extract.messages import header_of
from reporter.model.application import Dns, HttpRequest, HttpResponse, Quic, Tls, WebSocket
from reporter.model.http2 import Http2
from reporter.model.link import Arp, Ethernet, Fragment, Icmp, Ip, Quoted, Tunnel, Udp
from reporter.model.packet import Packet
from reporter.model.tcp import CUT_OPTIONS, NO_LABELS, NO_OPTIONS, Tcp, TcpLabels, TcpOptions

_BITS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32, "E": 64, "C": 128}
_EPOCH = Decimal("1700000000.000000000")
_MAC = {"c": "02:00:00:00:00:01", "s": "02:00:00:00:00:02", "*": "ff:ff:ff:ff:ff:ff"}


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part)


def _ranges(text: str) -> tuple[tuple[int, int], ...]:
    return tuple((int(left), int(right)) for left, _, right in (part.partition("-") for part in text.split(",")))


def _tunnels(text: str) -> tuple[Tunnel, ...]:
    """`NAMES,SRC,DST` for each tunnel from outside in, with `/` between them; `mpls` alone has no addresses."""
    found = []
    for part in filter(None, text.split("/")):
        names, *ends = part.split(",")
        protocols = tuple(name for name in names.split("+") if name not in ("", "udp", "eth"))
        found.append(Tunnel(protocols, Ip(6 if ":" in ends[0] else 4, ends[0], ends[1], 64) if ends else None))
    return tuple(found)


def _stack(text: str) -> tuple[str, ...]:
    """What `frame.protocols` names before the innermost IP header."""
    names: list[str] = []
    for part in filter(None, text.split("/")):
        between, *ends = part.split(",")
        names += [*(["ipv6" if ":" in ends[0] else "ip"] if ends else []), *filter(None, between.split("+"))]
    return tuple(names)


def _fragment(words: dict[str, str], version: int) -> Fragment:
    into, length = words.get("frag"), words.get("fraglen")
    pieces = _numbers(words.get("frags", ""))
    return Fragment(version, int(into) if into else None, pieces, int(length) if length else None)


class Notation:
    """Parses one case; addresses and ports may be set by words and hold from then on."""

    def __init__(self) -> None:
        self.ip = {"c": "192.0.2.10", "s": "192.0.2.80", "*": "192.0.2.255"}
        self.port = {"c": 50000, "s": 80}

    def packets(self, text: str) -> list[Packet]:
        return [self.packet(line) for line in text.strip().splitlines() if line.strip()]

    def packet(self, line: str) -> Packet:
        number, time, direction, *rest = shlex.split(line)
        sender, _, receiver = direction.partition(">")
        kind = rest[0] if rest and "=" not in rest[0] else ""
        words: dict[str, str] = {}
        headers: list[str] = []
        for item in rest[1:] if kind else rest:
            key, _, value = item.partition("=")
            if key == "h":
                headers.append(value)
            elif key.startswith("ip."):
                self.ip[key[3:]] = value
            elif key.startswith("port."):
                self.port[key[5:]] = int(value)
            else:
                words[key] = value or "1"
        frame = int(number)
        address = self.ip[sender]
        ip = Ip(
            6 if ":" in address else 4,
            address,
            self.ip.get(receiver, ""),
            64,
            words.get("ipid", ""),
            int(words.get("ecn", 0)),
        )
        length = int(words.get("frame_len", 54 + int(words.get("len", 0))))
        link = words.get("link", "eth")
        base = Packet(
            frame=frame,
            epoch=_EPOCH + Decimal(time),
            time=Decimal(time),
            length=length,
            captured=int(words.get("caplen", length)),
            protocols=(
                link,
                *filter(None, words.get("tags", "").split(",")),
                *_stack(words.get("tunnel", "")),
                "ip" if ip.version == 4 else "ipv6",
            ),
            protocol=words.get("protocol", ""),
            info=words.get("info", ""),
            ethernet=Ethernet(
                words.get("mac.src", _MAC[sender]),
                words.get("mac.dst", _MAC[receiver]),
                int(words["vlan"]) if "vlan" in words else None,
                words.get("pad", ""),
            )
            if link == "eth"
            else None,
            ip=ip,
            tunnels=_tunnels(words.get("tunnel", "")),
            fragment=_fragment(words, ip.version) if "frag" in words or "frags" in words else None,
        )
        if kind.startswith("["):
            return self._tcp(base, kind.strip("[]"), sender, receiver, words, headers)
        if kind == "arp":
            return self._arp(base, words, sender)
        if kind == "udp":
            return self._udp(base, words, sender, receiver)
        if kind == "icmp" or "icmp" in words:
            return self._icmp(base, words)
        return base

    def _tcp(
        self, base: Packet, flags: str, sender: str, receiver: str, words: dict[str, str], headers: list[str]
    ) -> Packet:
        stream = int(words.get("stream", 0))
        seq, ack = int(words.get("seq", 0)), int(words.get("ack", 0))
        isn = {"c": 1_000_000, "s": 5_000_000}
        port = {"c": self.port["c"] + stream, "s": self.port["s"]}
        tcp = Tcp(
            stream=stream,
            src_port=port[sender],
            dst_port=port[receiver],
            seq=seq,
            seq_raw=int(words["raw"]) if "raw" in words else (isn[sender] + seq) % (1 << 32),
            ack=ack,
            ack_raw=int(words["ackraw"])
            if "ackraw" in words
            else (isn[receiver] + ack) % (1 << 32)
            if "A" in flags
            else 0,
            length=int(words.get("len", 0)),
            header_length=20,
            flag_bits=sum(_BITS[flag] for flag in flags),
            window_value=int(words.get("win", 65535)),
            window=int(words.get("win", 65535)),
            scale_factor=int(words["scale"]) if "scale" in words else None,
            urgent_pointer=int(words.get("urg", 0)),
            completeness=int(words["complete"]) if "complete" in words else None,
            options=_options(words),
            labels=_labels(words),
            initial_rtt=Decimal(words["rtt"]) if "rtt" in words else None,
            reassembled_in=int(words["into"]) if "into" in words else None,
            segments=_numbers(words.get("parts", "")),
            reassembled_length=int(words["whole"]) if "whole" in words else None,
            checksum=words.get("cksum", ""),
        )
        protocols = (*base.protocols, "tcp", *filter(None, words.get("layer", "").split(",")))
        packet = replace(base, tcp=tcp, protocols=protocols)
        lines = tuple(header_of(header + "\\r\\n") for header in headers)
        first = min((*tcp.segments, base.frame))
        if "get" in words or "method" in words:
            host = next((line.value for line in lines if line.name.lower() == "host"), self.ip["s"])
            target = words.get("get") or words.get("target", "/")
            request = HttpRequest(
                method="GET" if "get" in words else words["method"],
                target=target,
                version=words.get("version", "HTTP/1.1"),
                full_uri=f"http://{host}{target}",
                headers=lines,
                headers_known=True,
                first_frame=first,
                response_in=int(words["answer"]) if "answer" in words else None,
                chunk_sizes=_numbers(words.get("chunks", "")),
            )
            behind = (_behind(words["then"], request),) if "then" in words else ()
            packet = replace(packet, requests=(request, *behind), protocols=(*protocols, "http"))
        elif "status" in words:
            response = HttpResponse(
                version=words.get("version", "HTTP/1.1"),
                code=int(words["status"]),
                phrase=words.get("phrase", ""),
                headers=lines,
                headers_known=True,
                first_frame=first,
                request_in=int(words["request"]) if "request" in words else None,
                time=Decimal(words["took"]) if "took" in words else None,
                chunk_sizes=_numbers(words.get("chunks", "")),
            )
            packet = replace(packet, responses=(response,), protocols=(*protocols, "http"))
        if "tls" in words:
            packet = replace(packet, tls=_tls(words), protocols=(*protocols, "tls"))
        if "op" in words:
            socket = WebSocket(
                opcodes=_numbers(words["op"]),
                masked=tuple(part == "1" for part in words.get("mask", "").split(",") if part),
                lengths=_numbers(words.get("wslen", "")),
                close_code=int(words["code"]) if "code" in words else None,
            )
            packet = replace(packet, websocket=socket, protocols=(*protocols, "http", "websocket"))
        if "h2" in words:
            errors = tuple([int(part) if part else None for part in words.get("errors", "").split(",")])
            frames = Http2(
                _numbers(words["h2"]), _numbers(words.get("ids", "")), errors=errors if "errors" in words else ()
            )
            packet = replace(packet, http2=frames, protocols=(*protocols, "http2"))
        return packet

    def _arp(self, base: Packet, words: dict[str, str], sender: str) -> Packet:
        arp = Arp(
            opcode=int(words.get("op", 1)),
            sender_ip=words.get("from", self.ip[sender]),
            sender_mac=_MAC[sender],
            target_ip=words.get("ask", self.ip["s"]),
            target_mac=words.get("mac", "00:00:00:00:00:00"),
            gratuitous="gratuitous" in words,
        )
        return replace(base, arp=arp, ip=None, protocols=(*base.protocols[:-1], "arp"), protocol="ARP")

    def _udp(self, base: Packet, words: dict[str, str], sender: str, receiver: str) -> Packet:
        ports = {"c": 40000, "s": 53}
        udp = Udp(ports[sender], ports[receiver], int(words.get("stream", 0)), 8 + int(words.get("len", 30)))
        over = tuple(filter(None, words.get("layer", "").split(",")))
        packet = replace(base, udp=udp, protocols=(*base.protocols, "udp", *over), protocol=base.protocol or "UDP")
        if "quic" in words or "quicframes" in words:
            quic = Quic(_numbers(words.get("quic", "")), _numbers(words.get("quicframes", "")))
            packet = replace(packet, quic=quic)
        if "dns" not in words:
            return packet
        answer = sender == "s"
        dns = Dns(
            ident=words.get("id", "0x0001"),
            response=answer,
            names=(words["dns"],),
            types=_numbers(words.get("type", "28" if "aaaa" in words else "1")),
            a=tuple(filter(None, words.get("a", "").split(","))),
            aaaa=tuple(filter(None, words.get("aaaa", "").split(","))),
            cname=tuple(filter(None, words.get("cname", "").split(","))),
            rcode=int(words.get("rcode", 0)) if answer else None,
            time=Decimal(words["took"]) if "took" in words else None,
            response_to=int(words["to"]) if "to" in words else None,
            retransmission="again" in words,
            answers=int(words["answers"]) if "answers" in words else None,
            truncated="cut" in words,
        )
        return replace(packet, dns=dns, protocols=(*packet.protocols, "dns"), protocol="DNS")

    def _icmp(self, base: Packet, words: dict[str, str]) -> Packet:
        kind, _, code = words.get("icmp", "8/0").partition("/")
        assert base.ip is not None
        icmp = Icmp(
            version=base.ip.version,
            type=int(kind),
            code=int(code or 0),
            ident=int(words["ident"]) if "ident" in words else None,
            seq=int(words["seq"]) if "seq" in words else None,
            response_to=int(words["to"]) if "to" in words else None,
            response_in=int(words["answer"]) if "answer" in words else None,
            target=words.get("target", ""),
            link_address=words.get("mac", ""),
            quoted=_quoted(words["quoted"]) if "quoted" in words else None,
            mtu=int(words["mtu"]) if "mtu" in words else None,
        )
        name = "icmp" if icmp.version == 4 else "icmpv6"
        return replace(base, icmp=icmp, protocols=(*base.protocols, name), protocol=name.upper())


def _behind(target: str, request: HttpRequest) -> HttpRequest:
    host = tuple(line for line in request.headers if line.name.lower() == "host")
    uri = f"http://{host[0].value if host else ''}{target}"
    return replace(request, method="GET", target=target, full_uri=uri, headers=host, chunk_sizes=())


def _quoted(text: str) -> Quoted:
    src, dst, transport, from_port, to_port, *seq = text.split(",")
    return Quoted(src, dst, transport, int(from_port), int(to_port), int(seq[0]) if seq else None)


def _options(words: dict[str, str]) -> TcpOptions:
    names = ("mss", "ws", "sack", "ts", "sacks", "dsack", "tfo")
    if not any(name in words for name in names):
        return CUT_OPTIONS if "cut" in words else NO_OPTIONS
    numbers = {"mss": 2, "ws": 3, "sack": 4, "sacks": 5, "ts": 8, "dsack": 5, "tfo": 34}
    dsack = _ranges(words["dsack"])[0] if "dsack" in words else None
    sacks = _ranges(words["sacks"]) if "sacks" in words else ()
    return TcpOptions(
        kinds=tuple(sorted({numbers[name] for name in names if name in words})),
        mss=int(words["mss"]) if "mss" in words else None,
        wscale=int(words["ws"]) if words.get("ws", "cut") != "cut" else None,
        sack_permitted="sack" in words,
        sack=((dsack,) if dsack else ()) + sacks,
        dsack=dsack,
        ts_value=int(words["ts"].partition("/")[0]) if "ts" in words else None,
        ts_echo=int(words["ts"].partition("/")[2] or 0) if "ts" in words else None,
        fast_open=words.get("tfo", ""),
        whole="cut" not in words,
    )


def _labels(words: dict[str, str]) -> TcpLabels:
    found: dict[str, Any] = {}
    for name in filter(None, words.get("label", "").split(",")):
        found[name] = True
    if "dup" in words:
        number, _, frame = words["dup"].partition("/")
        found |= {"duplicate_ack_num": int(number), "duplicate_ack_frame": int(frame)}
    if "rto" in words:
        seconds, _, frame = words["rto"].partition("/")
        found |= {"rto": Decimal(seconds), "rto_frame": int(frame)}
    if "ack_rtt" in words:
        seconds, _, frame = words["ack_rtt"].partition("/")
        found |= {"ack_rtt": Decimal(seconds), "acks_frame": int(frame)}
    return replace(NO_LABELS, **found) if found else NO_LABELS


def _tls(words: dict[str, str]) -> Tls:
    return Tls(
        content_types=_numbers(words["tls"]),
        handshake_types=_numbers(words.get("hs", "")),
        server_name=words.get("sni", ""),
        alpn=tuple(filter(None, words.get("alpn", "").split(","))),
        version=words.get("version", "0x0303"),
        alerts=_numbers(words.get("alert", "")),
        lengths=_numbers(words.get("rec", "")),
        opaque_types=_numbers(words.get("opaque", "")),
        supported_versions=_numbers(words.get("versions", "")),
    )
