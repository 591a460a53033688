"""A sender that is no operating system: TCP segments written by hand.

    handmade.py IFACE OWN_IP OWN_MAC PEER_IP PEER_MAC OWN_PORT PORT STEP ...

For segments that no kernel here can be made to send. It speaks from an address of
its own, so that the kernel stays out of it; the peer is an ordinary program on an
ordinary kernel and what it answers is real. Steps:

    open          SYN, wait for SYN+ACK, ACK
    text:TEXT     send TEXT in one segment (backslash escapes as in Python)
    urgent:TEXT   the same with URG, the last byte being urgent
    stream:N      send N bytes of sample lines as the peer's window allows; while it
                  is zero, probe with the next byte after 0.5 s, 1 s, 2 s, ...
    read:S        take in what comes for S seconds, without answering
    message       take in until data came and 0.1 s of silence
    ack           acknowledge all that came
    back:N        acknowledge all but the last N bytes that came
    reset:N       RST with a sequence number N too high
    syn           the SYN of the opening once more, as a late copy
    finish        FIN
    flags:LETTERS one segment with just these flags, of F S R P A U (none: no flag at all)
"""

import random
import socket
import struct
import sys
import time

FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
FLAGS = dict(zip("FSRPAU", (FIN, SYN, RST, PSH, ACK, URG), strict=True))


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


class Host:
    def __init__(self, interface, own_ip, own_mac, peer_ip, peer_mac, own_port, port):
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
        self.sock.bind((interface, 0))
        self.ends = socket.inet_aton(own_ip), socket.inet_aton(peer_ip)
        macs = (bytes.fromhex(mac.replace(":", "")) for mac in (peer_mac, own_mac))
        self.ethernet = b"".join(macs) + b"\x08\x00"
        self.ports = int(own_port), int(port)
        self.ident = random.randrange(30000)
        self.first = self.next = random.randrange(1 << 31)  # the first and the next number of ours
        self.expected = 0  # the next one of the peer
        self.acked, self.window, self.scale, self.lines = self.next, 0, 0, 0

    def send(self, flags, payload=b"", at=None, ack=None, options=b"", urgent=0):
        number = self.next if at is None else at
        own, peer = self.ends
        tcp = struct.pack(
            "!HHIIBBHHH", *self.ports, number, (self.expected if ack is None else ack) if flags & ACK else 0,
            (20 + len(options)) << 2, flags, 0 if flags & RST else 16384, 0, urgent,
        )  # fmt: skip
        tcp += options + payload
        pseudo = own + peer + struct.pack("!HH", socket.IPPROTO_TCP, len(tcp))
        tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
        self.ident += 1
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), self.ident, 0x4000, 64, socket.IPPROTO_TCP, 0)
        ip += own + peer
        ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
        self.sock.send(self.ethernet + ip + tcp)

    def advance(self, flags, payload=b"", **more):
        self.send(flags, payload, **more)
        self.next += len(payload) + bool(flags & SYN) + bool(flags & FIN)

    def receive(self, seconds):
        """Take in one segment of the peer: its flags and length; None if none came."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.sock.settimeout(left)
            try:
                frame = self.sock.recv(65536)
            except TimeoutError:
                return None
            ip = frame[14:]
            tcp = ip[(ip[0] & 15) * 4 : struct.unpack_from("!H", ip, 2)[0]]
            if ip[9] != socket.IPPROTO_TCP or (ip[12:16], ip[16:20]) != self.ends[::-1]:
                continue
            source, target, number, ack, offset, flags, window = struct.unpack_from("!HHIIBBH", tcp)
            if (target, source) != self.ports:
                continue
            length = len(tcp) - (offset >> 2)
            if flags & SYN:
                self.expected = number
            if number == self.expected:
                self.expected += length + bool(flags & SYN) + bool(flags & FIN)
            if flags & ACK:
                self.acked, self.window = ack, window << self.scale
            return flags, length
        return None

    def open(self):
        self.advance(SYN, options=struct.pack("!BBHBBBB", 2, 4, 1000, 1, 3, 3, 0))
        while not self.receive(5)[0] & SYN:
            pass
        self.scale = 0  # the sample peers' buffers need no scaling
        self.send(ACK)

    def stream(self, count):
        wait, end = 0.5, self.next + count
        text = b"".join(b"%05d sample line\n" % n for n in range(count // 18 + 1))[:count]
        while self.acked < end:
            room = min(self.acked + self.window, end) - self.next
            if room >= min(1000, end - self.next) > 0:
                at = count - (end - self.next)
                self.advance(ACK, text[at : at + min(room, 1000)])
                wait = 0.5
            elif self.receive(wait) is None:
                if self.next == self.acked and self.next < end:
                    at = count - (end - self.next)
                    self.send(ACK, text[at : at + (room if room > 0 else 1)])
                    if room > 0:
                        self.next += room
                wait *= 2

    def run(self, steps):
        for step in steps:
            name, _, value = step.partition(":")
            text = value.encode("utf-8").decode("unicode_escape").encode("latin-1")
            if name == "open":
                self.open()
            elif name == "text":
                self.advance(PSH | ACK, text)
            elif name == "urgent":
                self.advance(PSH | ACK | URG, text, urgent=len(text))
            elif name == "stream":
                self.stream(int(value))
            elif name == "read":
                end = time.monotonic() + float(value)
                while (left := end - time.monotonic()) > 0:
                    self.receive(left)
            elif name == "message":
                came = 0
                while (segment := self.receive(0.1 if came else 10)) is not None:
                    came += segment[1]
            elif name == "ack":
                self.send(ACK)
            elif name == "back":
                self.send(ACK, ack=self.expected - int(value))
            elif name == "reset":
                self.send(RST, at=self.next + int(value))
            elif name == "syn":
                self.send(SYN, at=self.first)
            elif name == "finish":
                self.advance(FIN | ACK)
            elif name == "flags":
                self.send(sum(FLAGS[letter] for letter in value))
            else:
                raise SystemExit(f"unknown step {step}")


Host(*sys.argv[1:8]).run(sys.argv[8:])
