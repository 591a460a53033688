"""A long, slow, sometimes lossy cable: wire.py UP_IF DOWN_IF DELAY_MS MBIT RULE ...

Passes Ethernet frames between the two interfaces of a namespace, each DELAY_MS
later and not faster than MBIT per second, unchanged and in order. "up" is the
direction from UP_IF to DOWN_IF (client to server), "down" the other.

RULE: drop:DIRECTION:KIND:FIRST[-LAST] loses the frames numbered FIRST to LAST
(from 1) among those of that kind and direction. KIND: data (TCP with payload),
ack (TCP with neither payload nor SYN, FIN, RST), fin (TCP with FIN), syn.
"""

import collections
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


def main():
    up_if, down_if, delay, mbit, *rules = sys.argv[1:]
    delay, mbit = float(delay) / 1000, float(mbit)
    drops = []
    for rule in rules:
        _, direction, kind, numbers = rule.split(":")
        first, _, last = numbers.partition("-")
        drops.append((direction, kind, int(first), int(last or first)))
    ends = {}
    for name, interface in (("up", up_if), ("down", down_if)):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        sock.bind((interface, 0))
        ends[name] = sock
    counts = collections.Counter()
    queues = {"up": collections.deque(), "down": collections.deque()}
    free = {"up": 0.0, "down": 0.0}  # when the cable can take the next frame
    while True:
        now = time.monotonic()
        for name, queue in queues.items():
            while queue and queue[0][0] <= now:
                ends["down" if name == "up" else "up"].send(queue.popleft()[1])
        due = [queue[0][0] for queue in queues.values() if queue]
        ready = select.select(ends.values(), [], [], max(0, min(due) - now) if due else None)[0]
        now = time.monotonic()
        for name, sock in ends.items():
            if sock not in ready:
                continue
            frame, address = sock.recvfrom(65536)
            if address[2] == PACKET_OUTGOING:
                continue
            lost = False
            for kind in kinds(frame):
                counts[name, kind] += 1
                number = counts[name, kind]
                lost |= any((d, k) == (name, kind) and a <= number <= b for d, k, a, b in drops)
            if not lost:
                free[name] = max(free[name], now) + len(frame) * 8 / mbit / 1e6
                queues[name].append((free[name] + delay, frame))


main()
