"""odd_frames.py IN OUT FRAME...: a pcapng file whose frames FRAME have no time; one of an unknown link type follows.

The frames are written as Simple Packet Blocks (draft-ietf-opsawg-pcapng, section 4.4), so all of them must be of the
first interface. The last frame belongs to a second interface of LINKTYPE_USER0 (147).
"""

import pathlib
import struct
import sys

INTERFACE, SIMPLE, ENHANCED = 1, 3, 6
USER0 = 147
SAMPLE = b"\x01\x07sample frame of a device of our own"


def block(kind, body):
    body += bytes(-len(body) % 4)
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size


def blocks(data):
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        yield kind, data[at : at + length]
        at += length


def odd(data, untimed):
    out, frame = [], 0
    for kind, whole in blocks(data):
        out.append(whole)
        if kind == INTERFACE:  # a second one: if_name, if_tsresol (nanoseconds), end of options
            out.append(
                block(INTERFACE, struct.pack("<HHIHH8sHHB3xHH", USER0, 0, 65535, 2, 7, b"sample0", 9, 1, 9, 0, 0))
            )
        if kind == ENHANCED:
            frame += 1
            high, low, captured, length = struct.unpack_from("<IIII", whole, 12)
            if frame in untimed:
                assert captured == length
                out[-1] = block(SIMPLE, struct.pack("<I", length) + whole[28 : 28 + captured])
    last = struct.pack("<IIIII", 1, high, low, len(SAMPLE), len(SAMPLE)) + SAMPLE
    return b"".join(out) + block(ENHANCED, last)


def main():
    data = pathlib.Path(sys.argv[1]).read_bytes()
    pathlib.Path(sys.argv[2]).write_bytes(odd(data, set(map(int, sys.argv[3:]))))


main()
