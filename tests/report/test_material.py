"""What is kept of long captures."""

from __future__ import annotations

from reporter.analyse.seen import Seen
from reporter.report import material
from reporter.report.material import Keeper, Told
from tests.notation import Notation


def keep(count: int) -> Keeper:
    keeper = Keeper()
    for number in range(1, count + 1):
        packet = Notation().packet(f"{number} {number}.0 c>s [A] seq=1 ack=1")
        keeper.keep(Told(Seen(packet), ()))
    return keeper


def test_a_short_stream_is_kept_whole() -> None:
    assert [told.packet.frame for told in keep(50).of_stream(0)] == list(range(1, 51))


def test_of_a_long_stream_the_middle_is_let_go_and_counted(monkeypatch: object) -> None:
    limits = {"HEAD": 10, "TAIL": 5, "_ALL": 0}
    for name, value in limits.items():
        monkeypatch.setattr(material, name, value)  # type: ignore[attr-defined]
    keeper = keep(40)
    frames = [told.packet.frame for told in keeper.of_stream(0)]
    assert frames[:10] == list(range(1, 11))
    assert frames[-1] == 40
    assert len(frames) + keeper.dropped(0) == 40


def test_first_and_last_packet_are_known() -> None:
    keeper = keep(7)
    assert keeper.first is not None
    assert keeper.last is not None
    assert (keeper.first.frame, keeper.last.frame, keeper.count) == (1, 7, 7)
