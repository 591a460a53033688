"""Connections are forgotten when there are too many, and of what comes after nothing false is said."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import pytest

from reporter import rules
from reporter.analyse.followed import Followed
from reporter.analyse.seen import Analysis
from reporter.explain.engine import FALLBACK, Explainer
from reporter.extract.fieldpass import FieldPass
from reporter.model.numbers import Numbers
from tests.captures import BUNDLED

rules.load()


def copies(name, number):
    """The packets of a capture, `number` times one after the other, each time with streams and ports of their own."""
    packets = list(FieldPass(BUNDLED / name))
    streams = 1 + max(packet.tcp.stream for packet in packets if packet.tcp)
    for copy in range(number):
        for packet in packets:
            frame = packet.frame + copy * len(packets)
            time = packet.time + 10 * copy
            tcp = packet.tcp
            if tcp is not None:
                ports = (tcp.src_port, tcp.dst_port)
                mine = max(ports) + copy * streams
                source, target = (mine if port == max(ports) else port for port in ports)
                tcp = replace(tcp, stream=tcp.stream + copy * streams, src_port=source, dst_port=target)
            yield replace(packet, frame=frame, time=time, epoch=packet.epoch + 10 * copy, tcp=tcp)


def following(**limits):
    analysis = Analysis(keep=False)
    analysis._followed = Followed(keep=False, **limits)
    return analysis


@pytest.mark.tshark
def test_no_more_conversations_are_held_than_allowed():
    analysis = following(most_open=3, most_over=2)
    followed = analysis._followed
    for _ in analysis.run(chain(copies("page-node-browser.pcapng", 5), copies("syn-unanswered.pcapng", 1))):
        assert len(followed._open) <= 4
        assert len(followed._over) <= 3
    assert len(followed.forgotten) > 5
    assert len(analysis._lookahead.known) <= 5


@pytest.mark.tshark
def test_a_late_packet_of_a_forgotten_stream_is_only_named():
    packets = [packet for packet in copies("page-node-browser.pcapng", 3) if packet.tcp]
    late = replace(packets[0], frame=packets[-1].frame + 1, time=packets[-1].time, epoch=packets[-1].epoch)
    explainer, found = Explainer(strict=True), []
    for seen in following(most_open=1, most_over=1).run([*packets, late]):
        found.append((seen, explainer.explain(seen)))
    seen, findings = found[-1]
    assert seen.conversation is None
    assert seen.step is None
    assert [each.rule for each in findings] == [FALLBACK]


@pytest.mark.tshark
def test_what_is_forgotten_when_over_changes_nothing_else():
    def told(analysis):
        explainer = Explainer(strict=True)
        return [explainer.explain(seen) for seen in analysis.run(copies("page-nginx-browser.pcapng", 4))]

    assert told(following(most_over=1)) == told(Analysis())


@pytest.mark.tshark
def test_parallel_connections_are_not_counted_once_an_open_one_is_forgotten():
    explainer, analysis, after = Explainer(strict=True), following(most_open=1), set()
    for seen in analysis.run(copies("page-nginx-browser.pcapng", 2)):
        findings = explainer.explain(seen)
        if analysis._followed.forgotten:
            after |= {each.rule for each in findings}
    assert "H01" in after
    assert "H17" not in after


def test_numbers():
    numbers = Numbers((3, 70_000, 3))
    numbers.add(0)
    assert sorted(numbers) == [0, 3, 70_000]
    assert len(numbers) == 3
    assert 4 not in numbers
    assert -1 not in numbers
