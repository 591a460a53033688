"""A tiny DNS server: dns_server.py ADDRESS NAME=ADDR [NAME=ADDR ...]

Answers A (and AAAA, if an IPv6 address is given) for the names listed, an
empty NOERROR for their other types, NXDOMAIN for every other name.
NAME=NAME2 makes an alias (CNAME). NAME=silent:N lets the first N questions for
that name go without an answer.
"""

import contextlib
import ipaddress
import socket
import struct
import sys

A, CNAME, AAAA, TTL = 1, 5, 28, 300


def encode(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def answer(query, names, aliases, silent):
    ident, flags = struct.unpack_from("!HH", query)
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode("ascii", "replace").lower())
        at += 1 + query[at]
    question = query[12 : at + 5]
    kind = struct.unpack_from("!H", query, at + 1)[0]
    name, owner = ".".join(labels), b"\xc0\x0c"  # the name in the question
    if silent.get(name, 0):
        silent[name] -= 1
        return None
    records = b""
    count = 0
    while name in aliases:
        name = aliases[name]
        count += 1
        records += owner + struct.pack("!HHIH", CNAME, 1, TTL, len(encode(name))) + encode(name)
        owner = encode(name)
    addresses = names.get(name)
    for address in addresses or ():
        if (kind, address.version) in ((A, 4), (AAAA, 6)):
            count += 1
            records += owner + struct.pack("!HHIH", kind, 1, TTL, len(address.packed)) + address.packed
    code = 0 if addresses else 3
    flags = 0x8480 | (flags & 0x0100) | code  # response, authoritative, recursion as asked
    return struct.pack("!HHHHHH", ident, flags, 1, count, 0, 0) + question + records


def main():
    names, aliases, silent = {}, {}, {}
    for item in sys.argv[2:]:
        name, value = item.split("=")
        if value.startswith("silent:"):
            silent[name] = int(value[7:])
        elif value[-1].isalpha():
            aliases[name] = value
        else:
            names.setdefault(name, []).append(ipaddress.ip_address(value))
    family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.bind((sys.argv[1], 53))
        while True:
            query, peer = sock.recvfrom(4096)
            with contextlib.suppress(IndexError, struct.error):  # not a DNS query
                if (response := answer(query, names, aliases, silent)) is not None:
                    sock.sendto(response, peer)


main()
