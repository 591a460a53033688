"""ICMP echo requests: ping.py ADDRESS COUNT [INTERVAL]; the kernel there answers."""

import os
import select
import socket
import struct
import sys
import time

address, count = sys.argv[1], int(sys.argv[2])
interval = float(sys.argv[3]) if len(sys.argv) > 3 else 1.0
ident = os.getpid() & 0xFFFF
with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as sock:
    for number in range(1, count + 1):
        body = struct.pack("!HH", ident, number) + bytes(range(48))
        total = 0x0800 + sum(struct.unpack("!26H", body))
        total = (total & 0xFFFF) + (total >> 16)
        total = (total & 0xFFFF) + (total >> 16)
        sock.sendto(struct.pack("!BBH", 8, 0, total ^ 0xFFFF) + body, (address, 0))
        end = time.monotonic() + interval
        while (left := end - time.monotonic()) > 0:
            if select.select([sock], [], [], left)[0]:
                sock.recv(2048)
