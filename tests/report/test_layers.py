"""The figure of a frame's layers tells outer headers from inner ones."""

from __future__ import annotations

from reporter.explain.words import Words
from reporter.model.detail import Detail, TreeLine
from reporter.report.author import Author
from reporter.report.layers import layers_in


def test_a_tunnel_has_headers_of_its_own():
    lines = (
        TreeLine(0, "Frame 1: 80 bytes", "frame", 0, 80),
        TreeLine(0, "Ethernet II, Src: 02:00:00:00:00:01", "eth", 0, 14),
        TreeLine(0, "Internet Protocol Version 4, Src: 198.51.100.1", "ip", 14, 20),
        TreeLine(0, "Encapsulated Remote Switch Packet ANalysis", "erspan", 34, 46),
        TreeLine(0, "Ethernet II, Src: 02:00:00:00:00:02", "eth", 42, 14),
        TreeLine(0, "Internet Protocol Version 4, Src: 192.0.2.1", "ip", 56, 20),
        TreeLine(0, "Data (4 bytes)", "data", 76, 4),
    )
    layers = layers_in(Author(Words("en")), Detail(1, lines, bytes(80)))
    assert [(each.short, each.start, each.length) for each in layers] == [
        ("Ethernet II", 0, 14),
        ("IPv4", 14, 20),
        ("ERSPAN", 34, 8),
        ("Ethernet II", 42, 14),
        ("IPv4", 56, 20),
        ("Data (4 bytes)", 76, 4),
    ]
    outer = [each.text[0].text.startswith("Outer header") for each in layers]
    assert outer == [True, True, False, False, False, False]
