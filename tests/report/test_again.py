"""Which segments count as sent again, and how surely."""

from __future__ import annotations

from reporter import rules
from reporter.analyse.seen import Analysis
from reporter.explain.engine import Explainer
from reporter.report.again import Again, frames_of
from reporter.report.material import Told
from tests.notation import Notation

rules.load()


def counted(text: str) -> dict[Again, list[int]]:
    """The frames sent again, by how sure that is; without what there is none of."""
    explainer = Explainer(strict=True)
    told = [Told(each, explainer.explain(each)) for each in Analysis().run(Notation().packets(text))]
    return {kind: frames for kind, frames in frames_of(told).items() if frames}


def test_a_second_copy_by_a_timer_is_sure():
    packets = """
1 0.000 c>s [PA] seq=1 ack=1 len=100
2 0.300 c>s [PA] seq=1 ack=1 len=100 label=retransmission
3 0.310 s>c [A]  seq=1 ack=101
"""
    assert counted(packets) == {Again.SURE: [2]}


def test_without_a_first_copy_it_is_only_likely():
    packets = """
1 0.000 c>s [PA] seq=1 ack=1 len=100
2 0.001 c>s [PA] seq=201 ack=1 len=100
3 0.300 c>s [PA] seq=101 ack=1 len=100 label=retransmission
"""
    assert counted(packets) == {Again.LIKELY: [3]}


def test_a_syn_ack_that_follows_soon_is_sure_only_where_it_is_another_packet():
    opening = """
1 0.000 c>s [S]  seq=0
2 0.010 s>c [SA] seq=0 ack=1 {0}
3 0.012 s>c [SA] seq=0 ack=1 {1}
"""
    assert counted(opening.format("", "")) == {Again.TWICE: [3]}
    assert counted(opening.format("ipid=0x0001", "ipid=0x0002")) == {Again.SURE: [3]}


def test_a_syn_ack_long_after_its_answer_was_likely_sent_again():
    packets = """
1 0.000 c>s [S]  seq=0
2 0.010 c>s [A]  seq=1 ack=1
3 1.010 s>c [SA] seq=0 ack=1
4 1.020 c>s [A]  seq=1 ack=1
"""
    assert counted(packets) == {Again.LIKELY: [3]}


def test_a_packet_captured_twice_counts_as_delivered_or_captured_twice() -> None:
    packets = """
1 0.000 c>s [A]  seq=1 ack=1 ipid=0x0006
2 0.001 c>s [PA] seq=1 ack=1 len=100 ipid=0x0007
3 0.002 c>s [PA] seq=1 ack=1 len=100 ipid=0x0007 label=retransmission
4 0.003 s>c [A]  seq=1 ack=101 ipid=0x0100
5 0.004 c>s [A]  seq=101 ack=1 ipid=0x0008
6 0.005 c>s [A]  seq=101 ack=1 ipid=0x0008
"""
    assert counted(packets) == {Again.TWICE: [3, 6]}
