"""A tiny DNS server: dns_server.py ADDRESS NAME=ADDR [NAME=ADDR ...]

Answers A (and AAAA, if an IPv6 address is given) for the names listed, an
empty NOERROR for their other types, NXDOMAIN for every other name.
"""

import contextlib
import ipaddress
import socket
import struct
import sys

A, AAAA, TTL = 1, 28, 300


def answer(query, names):
    ident, flags = struct.unpack_from("!HH", query)
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode("ascii", "replace").lower())
        at += 1 + query[at]
    question = query[12 : at + 5]
    kind = struct.unpack_from("!H", query, at + 1)[0]
    addresses = names.get(".".join(labels))
    records = b""
    count = 0
    for address in addresses or ():
        if (kind, address.version) in ((A, 4), (AAAA, 6)):
            count += 1
            records += struct.pack("!HHHIH", 0xC00C, kind, 1, TTL, len(address.packed)) + address.packed
    code = 0 if addresses else 3
    flags = 0x8480 | (flags & 0x0100) | code  # response, authoritative, recursion as asked
    return struct.pack("!HHHHHH", ident, flags, 1, count, 0, 0) + question + records


def main():
    names = {}
    for item in sys.argv[2:]:
        name, address = item.split("=")
        names.setdefault(name, []).append(ipaddress.ip_address(address))
    family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.bind((sys.argv[1], 53))
        while True:
            query, peer = sock.recvfrom(4096)
            with contextlib.suppress(IndexError, struct.error):  # not a DNS query
                sock.sendto(answer(query, names), peer)


main()
