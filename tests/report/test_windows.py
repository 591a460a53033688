"""What of a detail tree and of the bytes is shown."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

import pytest

from reporter.model.detail import Detail, TreeLine
from reporter.report.document import Colour
from reporter.report.rows import colour
from reporter.report.windows import hex_rows, tree_rows
from tests.segments import segment_of

DATA = b"\x00" * 20 + b"Cookie: a=secret\r\n" + b"\x00" * 10


def detail() -> Detail:
    lines = (
        TreeLine(0, "Frame 7: 48 bytes", "frame", 0, 48),
        TreeLine(1, "[Protocols in frame: eth:ip:tcp:http]", "frame.protocols", None, 0),
        TreeLine(0, "Hypertext Transfer Protocol", "http", 20, 28),
        TreeLine(1, "Cookie: a=secret\\r\\n", "http.cookie", 20, 18),
        TreeLine(1, "Host: \u202elab", "http.host", 0, 2),
        TreeLine(1, "[Expert Info (Chat/Sequence): GET]", "_ws.expert", None, 0),
    )
    return Detail(7, lines, DATA)


@pytest.mark.parametrize(
    ("label", "bad"),
    [
        ("retransmission", True), ("fast_retransmission", True), ("spurious_retransmission", True),
        ("out_of_order", True), ("lost_segment", True), ("ack_lost_segment", True), ("zero_window", True),
        ("zero_window_probe", True), ("window_full", True), ("reused_ports", True), ("duplicate_ack_num", True),
        ("window_update", False), ("keep_alive", False), ("acks_frame", False),
    ],
)  # fmt: skip
def test_what_wireshark_calls_bad_tcp_has_its_colour(label, bad):
    """The rule "Bad TCP" of Wireshark's own file of colouring rules."""
    packet = segment_of(1, "192.0.2.1", 16, 1, 1)
    assert packet.tcp is not None
    assert (colour(packet) is Colour.BAD) is False
    labels = copy(packet.tcp.labels)
    object.__setattr__(labels, label, 1)
    assert (colour(replace(packet, tcp=replace(packet.tcp, labels=labels))) is Colour.BAD) is bad


def test_hidden_bytes_are_asterisks_in_both_columns() -> None:
    shown, _ = hex_rows(replace(detail(), hidden=((30, 36),)), frozenset())
    assert shown[1].hexadecimal == "00 00 00 00 43 6f 6f 6b 69 65 3a 20 61 3d ** **"
    assert shown[1].characters == "....Cookie: a=**"
    assert shown[2].hexadecimal.startswith("** ** ** ** 0d 0a")


def test_layers_below_are_folded_and_bookkeeping_is_left_out() -> None:
    rows, _ = tree_rows(detail(), frozenset(), "http")
    assert not [row for row in rows if "Protocols in frame" in row.text or "Expert" in row.text]


def test_direction_marks_are_spelled_out() -> None:
    rows, _ = tree_rows(detail(), frozenset(), "http")
    assert any("\\u202elab" in row.text for row in rows)


def test_marked_fields_mark_their_bytes() -> None:
    rows, _ = hex_rows(detail(), frozenset({"http.host"}))
    assert rows[0].mark == (0, 2)
    assert all(row.mark is None for row in rows[1:])


def test_what_is_left_out_is_counted() -> None:
    long = Detail(1, tuple(TreeLine(0, f"layer {n}", "x", 0, 1) for n in range(50)), bytes(1000))
    rows, omitted = tree_rows(long, frozenset(), "http")
    assert len(rows) + omitted == 50
    shown, missing = hex_rows(long, frozenset())
    assert len(shown) * 16 + missing == 1000


def test_what_is_marked_is_shown_also_far_from_the_beginning() -> None:
    """Behind the outer headers of a tunnel."""
    lines = (TreeLine(0, "Transmission Control Protocol", "tcp", 134, 20), TreeLine(1, "Flags", "tcp.flags", 146, 2))
    rows, left = hex_rows(Detail(4, lines, bytes(200)), frozenset({"tcp.flags"}))
    assert [row.offset for row in rows] == ["0090", "00a0", "00b0", "00c0"]
    assert rows[0].mark == (2, 4)
    assert left == 144
    rows, left = hex_rows(Detail(4, lines, bytes(400)), frozenset({"tcp.flags"}))
    assert (len(rows), left) == (8, 400 - 128)
