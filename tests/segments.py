"""TCP segments as tshark's fields tell them, made without tshark."""

from __future__ import annotations

from decimal import Decimal

from reporter.extract.build import Builder
from reporter.extract.fields import AT, FIELDS
from reporter.model.packet import Packet


def segment_of(frame: int, source: str, flags: int, seq: int, ack: int, length: int = 0) -> Packet:
    """A segment between 192.0.2.1 and 192.0.2.2, of stream 0; numbers are relative ones."""
    client = source == "192.0.2.1"
    told = {
        "frame.number": frame, "frame.time_epoch": Decimal(frame), "frame.time_relative": Decimal(frame),
        "frame.len": 54 + length, "frame.cap_len": 54 + length, "frame.protocols": "eth:ethertype:ip:tcp",
        "_ws.col.Protocol": "TCP", "_ws.col.Info": "", "ip.src": source, "ip.version": 4,
        "ip.dst": "192.0.2.2" if client else "192.0.2.1",
        "tcp.stream": 0, "tcp.srcport": 50000 if client else 80, "tcp.dstport": 80 if client else 50000,
        "tcp.seq": seq, "tcp.seq_raw": seq % (1 << 32), "tcp.ack": ack, "tcp.ack_raw": ack % (1 << 32),
        "tcp.len": length, "tcp.hdr_len": 20, "tcp.flags": f"0x{flags:04x}", "tcp.window_size_value": 1000,
        "tcp.window_size": 1000,
    }  # fmt: skip
    row = [""] * len(FIELDS)
    for name, value in told.items():
        if name in AT:
            row[AT[name]] = str(value)
    return Builder().packet(row, False)
