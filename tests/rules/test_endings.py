"""What is said of whole streams and of the whole capture, and when nothing is."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from reporter import rules
from reporter.analyse.seen import Analysis
from reporter.explain.endings import END_RULES, CaptureEnd, Witness, conclude
from reporter.explain.engine import Explainer, Failure
from reporter.explain.evidence import Fact, word
from reporter.explain.words import Words
from reporter.options import LANGUAGES
from tests.notation import Notation
from tests.rules.test_cases import plain

rules.load()
WORDS = {language: Words(language) for language in LANGUAGES}

OPEN = """
1 0.000 c>s [S]  seq=0
2 0.001 s>c [SA] seq=0 ack=1
3 0.002 c>s [A]  seq=1 ack=1
"""
CLOSE = """
4 0.003 c>s [FA] seq=1 ack=1
5 0.004 s>c [FA] seq=1 ack=2
6 0.005 c>s [A]  seq=2 ack=2
"""
GET = '4 0.003 c>s [PA] seq=1 ack=1 len=40 get=/ h="Host: lab.example"\n'


def endings(text, tail=""):
    explainer, analysis, witness = Explainer(strict=True), Analysis(), Witness()
    for seen in analysis.run(Notation().packets(text)):
        witness.see(seen, explainer.explain(seen))
    found = conclude(analysis.ended(), witness, failures=[], tail=tail, strict=True)
    told: dict[str, dict[str, Any]] = {}
    for ending in [*(each for some in found.streams.values() for each in some), *found.capture]:
        assert set(ending.facts) == set(END_RULES[ending.on, ending.rule].facts)
        for words in WORDS.values():
            assert words.plain(ending.entry, "text", ending.facts)
        told.setdefault(ending.entry, {name: plain(fact) for name, fact in ending.facts.items()})
    return told


def test_a_whole_connection_needs_no_remark():
    assert endings(OPEN + GET + "5 0.004 s>c [PA] seq=1 ack=41 len=20 status=204\n") == {}


MISSED = """
4 0.003 c>s [FA] seq=1 ack=1
5 0.004 s>c [A]  seq=1 ack=2
6 0.005 c>s [A]  seq=2 ack=2
"""


def test_a_fin_that_the_capture_missed():
    told = endings(OPEN + MISSED)["stream-T17"]
    expected = {"closer": "client", "peer": "server", "fin_frame": 4, "ack": 2, "number": 1, "told_frame": 6}
    assert {name: told[name] for name in expected} == expected
    assert told["answered"] is False
    assert "stream-T09" not in endings(OPEN + MISSED)


def test_of_one_direction_only_nothing_is_said_of_the_other_fin():
    one_way = "1 0.000 s>c [SA] seq=0 ack=1\n2 0.001 s>c [FA] seq=1 ack=78\n"
    told = endings(one_way)["stream-T17"]
    assert (told["fin_frame"], told["number"], told["seq_frame"]) == (2, None, None)


def test_a_syn_ack_that_the_capture_missed():
    missed = "1 0.000 c>s [S] seq=0\n2 0.001 c>s [A] seq=1 ack=1\n3 0.002 s>c [PA] seq=1 ack=1 len=9\n"
    assert endings(missed)["capture-H18"] == {"streams": [0], "count": 1, "whole": 1, "again": 0}
    assert "capture-H18" not in endings(OPEN)


@pytest.mark.parametrize(
    ("more", "closing"), [("", "open"), (CLOSE, "closed"), ("4 0.003 c>s [RA] seq=1 ack=1\n", "reset")]
)
def test_an_unused_connection(more, closing):
    packets = [line for line in (OPEN + more).splitlines() if line]
    expected = {"stream": 0, "frames": [1, 2, 3], "closing": closing, "packets": len(packets)}
    assert endings(OPEN + more)["stream-H16"] == expected


def test_no_unused_connection_without_a_handshake_or_with_data():
    assert "stream-H16" not in endings("1 0.000 c>s [S]  seq=0\n2 1.0 c>s [S] seq=0\n")
    assert "stream-H16" not in endings(OPEN + GET)
    assert "stream-H16" not in endings("1 0.000 c>s [A]  seq=1 ack=1\n2 0.1 s>c [A] seq=1 ack=1\n")


@pytest.mark.parametrize("tail", ["", "cut short", "damaged"])
def test_what_lies_behind_a_damage_is_not_said_to_be_missing_from_the_capture(tail):
    told = endings(OPEN + GET, tail)
    assert [told[entry]["tail"] for entry in ("capture-P32", "stream-P32")] == [tail] * 2
    facts = {"streams": Fact((word(0),)), "count": word(1), "whole": word(1), "tail": word(tail)}
    text, advice = (WORDS["en"].plain("capture-C02", part, facts) for part in ("text", "advice"))
    assert ("part of the file that could be read" in text) is bool(tail)
    assert ("that was not captured" in text) is not bool(tail)
    assert f"if it is {tail} still" in advice if tail else advice.startswith("Before stopping")


def test_requests_of_one_frame_name_it_once():
    get = '4 0.003 c>s [PA] seq=1 ack=1 len=40 get=/ h="Host: lab.example"\n'
    packets = Notation().packets(OPEN + get)
    twice = [dataclasses.replace(each, requests=each.requests * 2) for each in packets]
    analysis, witness = Analysis(), Witness()
    list(analysis.run(twice))
    (found,) = [each for each in conclude(analysis.ended(), witness, failures=[]).capture if each.rule == "P32"]
    assert (plain(found.facts["count"]), plain(found.facts["requests"]), plain(found.facts["more"])) == (2, [4], False)


@pytest.mark.parametrize(
    ("more", "ended", "began"),
    [
        ("", "open", None),
        ("5 0.004 s>c [A] seq=1 ack=41\n6 0.005 s>c [FA] seq=1 ack=41\n", "closed", None),
        ("5 0.004 s>c [R] seq=1\n", "reset", None),
        ("5 0.004 s>c [A] seq=1 ack=41 len=100\n", "open", 5),
    ],
)
def test_a_request_without_a_response(more, ended, began):
    told = endings(OPEN + GET + more)
    found = told["stream-P32"]
    assert (found["frames"], found["count"], found["ended"], found["began"]) == ([4], 1, ended, began)
    assert told["capture-P32"]["count"] == 1


def test_a_request_of_which_the_other_direction_is_missing():
    told = endings('1 0 c>s [PA] seq=1 ack=1 len=40 get=/ h="Host: lab.example"\n2 0.1 c>s [A] seq=41 ack=501\n')
    assert told["stream-P32"]["ended"] == "unseen"


def test_an_answered_request_is_no_finding():
    told = endings(OPEN + GET + "5 0.004 s>c [PA] seq=1 ack=41 len=20 status=204\n")
    assert not {"stream-P32", "capture-P32"} & set(told)


def test_half_closed_when_the_capture_ends():
    half = OPEN + "4 0.003 s>c [FA] seq=1 ack=1\n"
    assert endings(half)["stream-T09"]["ack_frame"] is None
    found = endings(half + "5 0.004 c>s [A] seq=1 ack=2\n")["stream-T09"]
    assert (found["closer"], found["fin_frame"], found["ack_frame"]) == ("server", 4, 5)
    assert "stream-T09" not in endings(OPEN + CLOSE)


def test_connections_side_by_side():
    second = """
4 0.003 c>s [S]  stream=1 port.c=50001 seq=0
5 0.004 s>c [SA] stream=1 seq=0 ack=1
6 0.005 c>s [A]  stream=1 seq=1 ack=1
"""
    found = endings(OPEN + second)["capture-H17"]
    assert (found["count"], found["most"], found["streams"]) == (2, 2, [0, 1])
    after = second.replace("4 0.003", "7 0.013").replace("5 0.004", "8 0.014").replace("6 0.005", "9 0.015")
    assert "capture-H17" not in endings(OPEN + CLOSE + after)
    assert "capture-H17" not in endings(OPEN + second.replace("port.c", "port.s=8080 port.c"))


def test_a_reused_port_ends_the_connection_of_which_no_close_was_captured():
    again = """
4 9.003 c>s [S]  stream=1 port.c=49999 seq=0
5 9.004 s>c [SA] stream=1 seq=0 ack=1
6 9.005 c>s [A]  stream=1 seq=1 ack=1
"""
    assert "capture-H17" not in endings(OPEN + again)
    third = "7 9.1 c>s [S] stream=2 seq=0\n8 9.2 s>c [SA] stream=2 seq=0 ack=1\n"
    third += "9 9.3 c>s [A] stream=2 seq=1 ack=1\n"
    found = endings(OPEN + again + third)["capture-H17"]
    assert (found["count"], found["most"]) == (3, 2)


def test_a_connection_that_both_ends_have_closed_is_not_open_beside_the_next():
    late = """
4 0.003 c>s [FA] seq=1 ack=1
5 0.004 s>c [FA] seq=1 ack=2
6 0.005 c>s [S]  stream=1 seq=0
7 0.006 c>s [A]  seq=2 ack=2
8 0.007 s>c [SA] stream=1 seq=0 ack=1
9 0.008 c>s [A]  stream=1 seq=1 ack=1
"""
    assert "capture-H17" not in endings(OPEN + late)
    half = late.replace("5 0.004 s>c [FA] seq=1 ack=2", "5 0.004 s>c [A] seq=1 ack=2").replace(
        "7 0.006 c>s [A]  seq=2 ack=2", "7 0.006 s>c [FA] seq=1 ack=2"
    )
    assert endings(OPEN + half)["capture-H17"]["most"] == 2


def _visit(frame, time, seq, ack, uri, status, referer=""):
    header = f' h="Referer: {referer}"' if referer else ""
    return (
        f'{frame} {time} c>s [PA] seq={seq} ack={ack} len=40 get={uri} h="Host: lab.example"{header}\n'
        f"{frame + 1} {time}1 s>c [PA] seq={ack} ack={seq + 40} len=20 status={status}\n"
    )


def test_the_cache_story():
    page = "http://lab.example/"
    first = _visit(4, 0.1, 1, 1, "/", 200) + _visit(6, 0.2, 41, 21, "/style.css", 200, page)
    again = _visit(8, 0.3, 81, 41, "/", 304)
    told = endings(OPEN + first + again)
    assert told["capture-P15"]["unchanged"] == [page]
    assert told["capture-P15"]["unchanged_frames"] == [9]
    found = told["capture-P16"]
    assert (found["page"], found["first_frame"], found["again_frame"], found["missing"]) == (
        page, 4, 8, ["http://lab.example/style.css"],
    )  # fmt: skip
    asked = endings(OPEN + first + again + _visit(10, 0.4, 121, 61, "/style.css", 200, page))
    assert "capture-P16" not in asked
    assert asked["capture-P15"]["fetched"] == ["http://lab.example/style.css"]
    assert not {"capture-P15", "capture-P16"} & set(endings(OPEN + first))


def test_the_quality_of_the_capture():
    told = endings("1 0.000 c>s [PA] seq=1 ack=1 len=40 complete=12\n2 0.001 s>c [A] seq=1 ack=41 complete=12\n")
    assert told["capture-C01"] == {"streams": [0], "count": 1, "whole": 1}
    assert told["capture-C02"]["count"] == 1
    assert endings(OPEN + "4 0.003 c>s [A] seq=1 ack=1 len=90 frame_len=144 caplen=60\n")["capture-C04"]["count"] == 1


def test_a_broken_rule_costs_only_its_finding(monkeypatch):
    def breaks(end: CaptureEnd) -> list[Any]:
        raise ZeroDivisionError

    rule = END_RULES["capture", "H17"]
    broken = dataclasses.replace(rule, function=breaks)
    monkeypatch.setitem(END_RULES, (rule.on, rule.code), broken)
    failures: list[Failure] = []
    conclude((), Witness(), failures=failures)
    assert [failure.rule for failure in failures] == ["H17"]
    with pytest.raises(ZeroDivisionError):
        conclude((), Witness(), failures=failures, strict=True)
    assert not CaptureEnd((), Witness()).where("C01")


PIPELINED = (
    OPEN
    + """
4 0.003 c>s [PA] seq=1 ack=1 len=40 get=/1 h="Host: lab.example"
5 0.004 c>s [PA] seq=41 ack=1 len=40 get=/2 h="Host: lab.example"
6 0.005 s>c [PA] seq=31 ack=81 len=20 status=200
"""
)


def test_one_of_several_requests_is_answered_but_it_cannot_be_told_which():
    told = endings(PIPELINED)
    found = told["stream-P32"]
    assert (found["frames"], found["count"], found["passed"], found["more"]) == ([], 1, [], False)
    assert (found["unsure"], found["unsure_count"], found["unsure_answers"]) == ([4, 5], 1, [6])
    found = told["capture-P32"]
    assert (found["requests"], found["count"], found["unsure"], found["unsure_count"]) == ([], 1, [4, 5], 1)


def test_what_begins_in_a_request_of_doubtful_length_may_be_no_request():
    lengths = 'h="Content-Length: 1" h="Content-Length: 30"'
    told = endings(OPEN + f"4 0.003 c>s [PA] seq=1 ack=1 len=80 method=POST target=/a {lengths} then=/b\n")
    assert (told["stream-P32"]["count"], told["stream-P32"]["doubted"]) == (2, [4])
    told = endings(OPEN + f"4 0.003 c>s [PA] seq=1 ack=1 len=40 method=POST target=/a {lengths}\n")
    assert told["stream-P32"]["doubted"] == []


def test_a_request_after_those_is_one_of_its_own():
    third = '7 0.006 c>s [PA] seq=81 ack=51 len=40 get=/3 h="Host: lab.example"\n'
    found = endings(PIPELINED + third)["stream-P32"]
    assert (found["frames"], found["count"], found["unsure_count"]) == ([7], 2, 1)


def test_as_many_responses_as_requests_leave_none_unanswered():
    assert "stream-P32" not in endings(PIPELINED + "7 0.006 s>c [PA] seq=51 ack=81 len=20 status=200\n")
