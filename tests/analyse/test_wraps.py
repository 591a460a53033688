"""Captures whose sequence numbers pass 2^32, dissected by tshark and explained: every sum closes, no byte is lost."""

from __future__ import annotations

import pytest

from reporter.explain.words import Words
from reporter.model.stream import Closing, Opening, Role
from reporter.options import LANGUAGES
from reporter.pipeline import Explanation
from tests.arithmetic import sums, wrong_sums
from tests.crafted import ACK, CLIENT, FIN, PSH, SERVER, SYN, segment, write

pytestmark = pytest.mark.tshark
WRAP = 1 << 32
WORDS = [Words(language) for language in LANGUAGES]


def explained(path):
    """The packets and streams of a capture; what is said of every packet has been checked."""
    explanation = Explanation(path, strict=True)
    packets, checked = [], 0
    for each in explanation:
        for finding in each.findings:
            for words in WORDS:
                text = words.text(finding)
                checked += len(sums(text))
                assert not wrong_sums(text), (each.seen.packet.frame, finding.rule, text)
        packets.append(each)
    assert checked > len(packets)
    return packets, explanation.streams()


def test_sixty_four_connections_that_wrap_at_once(tmp_path):
    """Interleaved; the number of each wraps at another byte: in the SYN, between, within a segment, at the FIN."""
    answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 700\r\n\r\n", b"a" * 700]
    request = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
    size = sum(map(len, answers))
    flows = []
    for number in range(64):
        client, server = (CLIENT, 40000 + number), (SERVER, 80)
        ours, theirs = WRAP - 1 - number % 40, WRAP - 1 - number * 12
        flow = [
            segment(client, server, SYN, ours),
            segment(server, client, SYN | ACK, theirs, ours + 1),
            segment(client, server, ACK, ours + 1, theirs + 1),
            segment(client, server, PSH | ACK, ours + 1, theirs + 1, request),
        ]
        ours, theirs = ours + 1 + len(request), theirs + 1
        for piece in answers:
            flow.append(segment(server, client, PSH | ACK, theirs, ours, piece))
            theirs += len(piece)
            flow.append(segment(client, server, ACK, ours, theirs))
        flow.append(segment(client, server, FIN | ACK, ours, theirs))
        flow.append(segment(server, client, FIN | ACK, theirs, ours + 1))
        flow.append(segment(client, server, ACK, ours + 1, theirs + 1))
        flows.append(flow)
    capture = write(tmp_path / "wraps.pcapng", [frame for step in zip(*flows, strict=True) for frame in step])
    packets, streams = explained(capture)
    assert len(packets) == 64 * 11
    assert len(streams) == 64
    for stream in streams:
        assert stream.opening is Opening.THREE_WAY
        assert stream.closing in (Closing.FOUR_WAY, Closing.THREE_SEGMENT)
        assert stream.payload == {Role.CLIENT: len(request), Role.SERVER: size}
        assert len(stream.exchanges) == 1
    confirmed = [each.seen.step.confirms for each in packets if each.seen.step.confirms is not None]
    assert sum(each.payload for each in confirmed) == 64 * (len(request) + size)
    assert (sum(each.syn for each in confirmed), sum(each.fin for each in confirmed)) == (128, 128)
    assert not any(each.unseen for each in confirmed)


def test_five_gigabytes_in_a_capture_of_some_kilobytes(tmp_path):
    """Of most of it only the Acks were captured, each a little less than 2^31 further than the last."""
    client, server = (CLIENT, 50000), (SERVER, 80)
    ours, theirs = WRAP - 5, 3 * 10**9
    request = b"GET /5G HTTP/1.1\r\nHost: a.example\r\n\r\n"
    frames = [
        segment(client, server, SYN, ours),
        segment(server, client, SYN | ACK, theirs, ours + 1),
        segment(client, server, ACK, ours + 1, theirs + 1),
        segment(client, server, PSH | ACK, ours + 1, theirs + 1, request),
        segment(server, client, ACK, theirs + 1, ours + 1 + len(request)),
    ]
    ours, at, captured = ours + 1 + len(request), theirs + 1, 0
    step, total = 10**8, 5 * 10**9
    for _ in range(total // step):
        at += step - 1000
        frames.append(segment(server, client, ACK, at, ours, b"a" * 1000))
        at, captured = at + 1000, captured + 1000
        frames.append(segment(client, server, ACK, ours, at))
    frames.append(segment(server, client, FIN | ACK, at, ours))
    frames.append(segment(client, server, FIN | ACK, ours, at + 1))
    frames.append(segment(server, client, ACK, at + 1, ours + 1))
    packets, streams = explained(write(tmp_path / "sparse.pcapng", frames))
    (stream,) = streams
    assert stream.payload[Role.SERVER] == captured
    confirmed = [
        each.seen.step.confirms
        for each in packets
        if each.seen.step.confirms is not None and each.seen.step.sender is Role.CLIENT
    ]
    assert sum(each.ack - each.before for each in confirmed) == total + 2
    assert sum(each.unseen for each in confirmed) == total - captured
    assert sum(each.payload for each in confirmed) == captured
