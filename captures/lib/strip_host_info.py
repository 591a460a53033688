"""Copy a pcapng file without the notes on the computer that made it.

Removes shb_hardware and shb_os from section headers and if_os, if_hardware
from interface descriptions. Packet blocks are copied byte for byte. A file
that is not pcapng (classic pcap has no such notes) is copied unchanged.
"""

import pathlib
import struct
import sys

SECTION, INTERFACE = 0x0A0D0D0A, 1
FIXED = {SECTION: 16, INTERFACE: 8}  # bytes of block body before the options
REMOVE = {SECTION: {2, 3}, INTERFACE: {12, 15}}


def keep_options(data, order, unwanted):
    kept, at = b"", 0
    while at + 4 <= len(data):
        code, length = struct.unpack_from(order + "HH", data, at)
        end = at + 4 + (length + 3) // 4 * 4
        if code not in unwanted:
            kept += data[at:end]
        at = end
    return kept


def strip(data):
    out, at, order = [], 0, "<"
    while at < len(data):
        if data[at : at + 4] == b"\n\r\r\n":
            order = "<" if data[at + 8 : at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
        kind, length = struct.unpack_from(order + "II", data, at)
        block = data[at : at + length]
        if kind in FIXED:
            body, start = block[8:-4], FIXED[kind]
            body = body[:start] + keep_options(body[start:], order, REMOVE[kind])
            size = struct.pack(order + "I", len(body) + 12)
            block = block[:4] + size + body + size
        out.append(block)
        at += length
    return b"".join(out)


def main():
    data = pathlib.Path(sys.argv[1]).read_bytes()
    if data[:4] == b"\n\r\r\n":
        data = strip(data)
    pathlib.Path(sys.argv[2]).write_bytes(data)


main()
