"""Which connection a report tells of."""

from __future__ import annotations

from pathlib import Path

from reporter import rules
from reporter.analyse.seen import Analysis
from reporter.explain.engine import Explainer
from reporter.report.choose import Part, choose, choose_named, choose_part, completeness
from reporter.report.material import Capture, Keeper, Particulars, Told, names_of
from tests.notation import Notation

rules.load()

OPENING = """
1 0.000 c>s [S]  seq=0 stream=0
2 0.001 s>c [SA] seq=0 ack=1 stream=0
3 0.002 c>s [A]  seq=1 ack=1 stream=0
"""
WHOLE = """
11 1.000 c>s [S]  seq=0 stream=1
12 1.001 s>c [SA] seq=0 ack=1 stream=1
13 1.002 c>s [A]  seq=1 ack=1 stream=1
14 1.003 c>s [PA] seq=1 ack=1 len=50 get=/ stream=1
15 1.004 s>c [PA] seq=1 ack=51 len=90 status=200 h="Content-Type: text/html" stream=1
16 1.005 c>s [FA] seq=51 ack=91 stream=1
17 1.006 s>c [FA] seq=91 ack=52 stream=1
18 1.007 c>s [A]  seq=52 ack=92 stream=1
"""
CLOSING = """
1 0.000 c>s [A]  seq=1 ack=1 stream=0
2 0.001 s>c [A]  seq=1 ack=1 stream=0
3 0.002 c>s [FA] seq=1 ack=1 stream=0
4 0.003 s>c [FA] seq=1 ack=2 stream=0
5 0.004 c>s [A]  seq=2 ack=2 stream=0
"""


def capture(text: str, name: str = "a.pcapng", shown: frozenset[int] | None = None) -> Capture:
    analysis, explainer, keeper = Analysis(), Explainer(strict=True), Keeper()
    for seen in analysis.run(Notation().packets(text)):
        keeper.keep(Told(seen, explainer.explain(seen)))
    particulars = Particulars(Path(name), 0, "", "pcapng", ())
    return Capture(particulars, keeper, analysis.streams(), "", (), shown, lambda frames: {})


def test_the_most_complete_stream_with_http_is_taken_and_the_reason_named() -> None:
    story = choose([capture(OPENING + WHOLE)], None)
    assert story is not None
    assert (story.stream.number, story.why) == (1, "complete")
    assert completeness(story.stream) == 4


def test_a_stream_asked_for_is_taken() -> None:
    story = choose([capture(OPENING + WHOLE)], 0)
    assert story is not None
    assert (story.stream.number, story.why) == (0, "asked")


def test_a_display_filter_narrows_the_choice() -> None:
    story = choose([capture(OPENING + WHOLE, shown=frozenset({1, 2, 3}))], None)
    assert story is not None
    assert (story.stream.number, story.why) == (0, "filtered")


def test_the_only_stream_is_called_the_only_one() -> None:
    story = choose([capture(OPENING)], None)
    assert story is not None
    assert story.why == "only"


def test_without_tcp_there_is_no_story() -> None:
    assert choose([capture("1 0.0 c>s udp dns=lab.example")], None) is None


def test_a_handshake_and_a_closing_missing_here_are_shown_from_another_capture() -> None:
    middle = "1 0.0 c>s [PA] seq=1 ack=1 len=9 get=/\n2 0.1 s>c [PA] seq=1 ack=10 len=20 status=200"
    captures = [capture(middle), capture(OPENING, "opening.pcapng"), capture(CLOSING, "closing.pcapng")]
    story = choose(captures, None)
    assert story is not None
    assert story.capture is captures[0]
    assert choose_part(captures, story, Part.OPENING).capture.name == "opening.pcapng"
    assert choose_part(captures, story, Part.CLOSING).capture.name == "closing.pcapng"
    assert choose_part(captures, story, Part.WHOLE).story == story


def test_a_named_capture_gives_the_stream_that_shows_the_part_best() -> None:
    captures = [capture(WHOLE), capture(OPENING + WHOLE.replace("stream=1", "stream=1"), "both.pcapng")]
    story = choose(captures, None)
    for part, number in ((Part.OPENING, 1), (Part.WHOLE, 1)):
        chosen = choose_named(captures[1], None, story, part)
        assert chosen.story is not None
        assert (chosen.why, chosen.story.stream.number) == ("named", number)
    first = captures[1].stream(0)
    chosen = choose_named(captures[1], first, story, Part.OPENING)
    assert chosen.story is not None
    assert chosen.story.stream is first


def test_address_resolution_is_shown_from_another_capture() -> None:
    captures = [capture(WHOLE), capture("1 0.0 c>s udp dns=lab.example", "dns.pcapng")]
    chosen = choose_part(captures, choose(captures, None), Part.OUTSIDE)
    assert (chosen.capture.name, chosen.story, chosen.why) == ("dns.pcapng", None, "elsewhere")


def test_captures_of_one_name_are_told_apart_by_their_folders() -> None:
    assert names_of([Path("x/a/lab.pcapng"), Path("x/b/lab.pcapng"), Path("c.pcapng")]) == [
        "a/lab.pcapng",
        "b/lab.pcapng",
        "c.pcapng",
    ]


def test_frames_of_a_story_belong_to_its_stream() -> None:
    story = choose([capture(OPENING + WHOLE)], None)
    assert story is not None
    assert {told.packet.tcp.stream for told in story.told() if told.packet.tcp} == {1}
    assert story.at(1) is None
