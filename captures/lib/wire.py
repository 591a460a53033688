"""A long, slow, sometimes lossy cable: wire.py UP_IF DOWN_IF DELAY_MS MBIT RULE ...

Passes Ethernet frames between the two interfaces of a namespace, each DELAY_MS
later and not faster than MBIT per second, unchanged and in order but for the
rules. "up" is the direction from UP_IF to DOWN_IF (client to server), "down" the
other.

RULE: drop:DIRECTION:KIND:FIRST[-LAST] loses the frames numbered FIRST to LAST
(from 1) among those of that kind and direction. KIND: data (TCP with payload),
ack (TCP with neither payload nor SYN, FIN, RST), fin (TCP with FIN), syn.
hold:DIRECTION:KIND:FIRST[-LAST]:MS lets them arrive MS later than their turn, so
that others overtake them. ce:DIRECTION:KIND:FIRST[-LAST] marks them "congestion
experienced", as a crowded router does (only if they are ECN-capable).
tag:DIRECTION:ID puts an 802.1Q tag on every frame of that direction, as a switch
does on a trunk; a tag that a frame arrives with is taken off by the kernel.
"""

import collections
import heapq
import select
import socket
import struct
import sys
import time

ETH_P_ALL, PACKET_OUTGOING = 3, 4
FIN, SYN, RST = 1, 2, 4


def kinds(frame):
    if frame[12:14] != b"\x08\x00" or frame[23] != socket.IPPROTO_TCP:
        return
    total = struct.unpack_from("!H", frame, 16)[0]
    tcp = 14 + (frame[14] & 15) * 4
    flags = frame[tcp + 13]
    payload = 14 + total - tcp - (frame[tcp + 12] >> 4) * 4
    if payload:
        yield "data"
    elif not flags & (FIN | SYN | RST):
        yield "ack"
    if flags & FIN:
        yield "fin"
    if flags & SYN:
        yield "syn"


def congested(frame):
    """The frame with ECN "congestion experienced" and its IP checksum mended."""
    if not frame[15] & 3:
        return frame
    header = bytearray(frame[14 : 14 + (frame[14] & 15) * 4])
    header[1] |= 3
    header[10:12] = b"\0\0"
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    struct.pack_into("!H", header, 10, total ^ 0xFFFF)
    return frame[:14] + bytes(header) + frame[14 + len(header) :]


def read_rules(words):
    """Rules for numbered frames, and the tag of each direction."""
    rules, tags = [], {}
    for word in words:
        action, direction, *rest = word.split(":")
        if action == "tag":
            tags[direction] = struct.pack("!HH", 0x8100, int(rest[0]))
            continue
        first, _, last = rest[1].partition("-")
        late = float(rest[2]) / 1000 if action == "hold" else 0.0
        rules.append((action, direction, rest[0], int(first), int(last or first), late))
    return rules, tags


def main():
    up_if, down_if, delay, mbit, *words = sys.argv[1:]
    delay, mbit = float(delay) / 1000, float(mbit)
    rules, tags = read_rules(words)
    ends = {}
    for name, interface in (("up", up_if), ("down", down_if)):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        sock.bind((interface, 0))
        ends[name] = sock
    counts = collections.Counter()
    queues = {"up": [], "down": []}  # heaps of (when, number, frame)
    free = {"up": 0.0, "down": 0.0}  # when the cable can take the next frame
    passed = 0
    while True:
        now = time.monotonic()
        for name, queue in queues.items():
            while queue and queue[0][0] <= now:
                ends["down" if name == "up" else "up"].send(heapq.heappop(queue)[2])
        due = [queue[0][0] for queue in queues.values() if queue]
        ready = select.select(ends.values(), [], [], max(0, min(due) - now) if due else None)[0]
        now = time.monotonic()
        for name, sock in ends.items():
            if sock not in ready:
                continue
            frame, address = sock.recvfrom(65536)
            if address[2] == PACKET_OUTGOING:
                continue
            lost, late = False, 0.0
            for kind in kinds(frame):
                counts[name, kind] += 1
                for action, direction, what, first, last, wait in rules:
                    if (direction, what) != (name, kind) or not first <= counts[name, kind] <= last:
                        continue
                    lost |= action == "drop"
                    late = max(late, wait)
                    if action == "ce":
                        frame = congested(frame)
            if not lost:
                if name in tags:
                    frame = frame[:12] + tags[name] + frame[12:]
                free[name] = max(free[name], now) + len(frame) * 8 / mbit / 1e6
                passed += 1
                heapq.heappush(queues[name], (free[name] + delay + late, passed, frame))


main()
