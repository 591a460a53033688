"""Which response answers which request, where some were not put together or not captured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.analyse.conversation import Conversation
from reporter.analyse.foresight import Lookahead
from reporter.model.stream import Exchange
from tests.notation import Notation

ASK = 'c>s [PA] seq={} ack={} len=37 get=/{} h="Host: lab.example"'
ANSWER = 's>c [PA] seq={} ack={} len=43 status=200 phrase="OK" h="Content-Length: 5"'
DATA = "s>c [PA] seq={} ack={} len=300"


def exchanges(*lines: str) -> tuple[Exchange, ...]:
    text = "\n".join(f"{number} 0.{number:03} {line}" for number, line in enumerate(lines, start=1))
    lookahead = Lookahead()
    conversation: Conversation | None = None
    for packet in lookahead.pass_through(Notation().packets(text)):
        conversation = conversation or Conversation(packet, lookahead.known[0])
        conversation.advance(packet)
    assert conversation is not None
    return conversation.summary().exchanges


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        pytest.param(
            [ASK.format(1, 1, 1), DATA.format(1, 38), ASK.format(38, 301, 2), ANSWER.format(301, 75)],
            [(1, None, 2), (3, 4, None)],
            id="the first answer was captured, but not recognised",
        ),
        pytest.param(
            [
                ASK.format(1, 1, 1),
                ASK.format(38, 301, 2),
                ASK.format(75, 601, 3),
                ANSWER.format(601, 112),
                ASK.format(112, 644, 4),
                ANSWER.format(644, 149),
            ],
            [(1, None, None), (2, None, None), (3, 4, None), (5, 6, None)],
            id="two answers were not captured",
        ),
        pytest.param(
            [
                ASK.format(1, 1, 1),
                "s>c [A] seq=1 ack=38 len=1000 into=4",
                ASK.format(38, 1001, 2),
                's>c [PA] seq=1001 ack=38 len=43 parts=2,4 whole=1043 status=200 h="Content-Length: 900"',
                ANSWER.format(1044, 75),
            ],
            [(1, 4, None), (3, 5, None)],
            id="asked again while the answer arrives",
        ),
        pytest.param(
            [
                ASK.format(1, 1, 1),
                ASK.format(38, 1, 2),
                ANSWER.format(1, 75),
                ASK.format(75, 44, 3),
                ANSWER.format(44, 75),
                ANSWER.format(87, 112),
            ],
            [(1, 3, None), (2, 5, None), (4, 6, None)],
            id="pipelined, and asked again after the first answer",
        ),
        pytest.param(
            [
                ASK.format(1, 1, 1),
                ASK.format(38, 1, 2),
                DATA.format(1, 75),
                ANSWER.format(301, 75),
                ASK.format(75, 344, 3),
                ANSWER.format(344, 112),
            ],
            [(1, None, 3), (2, None, 3), (None, 4, None), (5, 6, None)],
            id="pipelined, and what comes before the answer was not recognised",
        ),
        pytest.param(
            ["c>s [PA] seq=1 ack=1 len=37", ANSWER.format(1, 38)],
            [(None, 2, 1)],
            id="the request was not recognised",
        ),
        pytest.param(
            [ASK.format(1, 1, 1), DATA.format(1, 38)],
            [(1, None, 2)],
            id="the capture ends within the answer",
        ),
    ],
)
def test_pairs(lines: list[str], told: list[tuple[int | None, int | None, int | None]]) -> None:
    found = exchanges(*lines)
    assert [(each.request_frame, each.response_frame, each.begun) for each in found] == told


def test_a_response_to_nothing() -> None:
    opening = ["c>s [S] seq=0", "s>c [SA] seq=0 ack=1", "c>s [A] seq=1 ack=1"]
    (found,) = exchanges(*opening, ANSWER.format(1, 1))
    assert found.unasked
    (found,) = exchanges(*opening, "c>s [PA] seq=1 ack=1 len=9", ANSWER.format(1, 10))
    assert not found.unasked
    (found,) = exchanges(*opening, ANSWER.format(1, 10))
    assert not found.unasked, "what the Ack confirms was not captured"


def test_an_answer_before_the_end_of_the_request_took_no_time() -> None:
    early = ["c>s [PA] seq=1 ack=1 len=100 into=3", ANSWER.format(1, 101)]
    last = 'c>s [PA] seq=101 ack=44 len=50 parts=1,3 whole=150 method=POST h="Content-Length: 100"'
    (found,) = exchanges(*early, last)
    assert (found.request_frame, found.response_frame, found.early, found.time) == (3, 2, True, None)


@given(st.data())
def test_where_all_is_recognised_the_order_of_the_requests_decides(data: st.DataObject) -> None:
    """Whatever is sent when, however far the client's Acks have come, and however often it asks ahead."""
    lines: list[str] = []
    asked, answered = 0, 0
    sent, received, confirmed = 1, 1, 1
    while answered < 6:
        if asked < 6 and (asked == answered or data.draw(st.booleans())):
            confirmed = data.draw(st.integers(confirmed, received))
            lines.append(ASK.format(sent, confirmed, asked))
            asked, sent = asked + 1, sent + 37
        else:
            lines.append(ANSWER.format(received, sent))
            answered, received = answered + 1, received + 43
    found = exchanges(*lines)
    requests = [number for number, line in enumerate(lines, start=1) if line.startswith("c>s")]
    responses = [number for number, line in enumerate(lines, start=1) if line.startswith("s>c")]
    assert [(each.request_frame, each.response_frame) for each in found] == list(zip(requests, responses, strict=True))


@given(st.lists(st.sampled_from(["recognised", "data", "missed"]), min_size=1, max_size=8))
def test_where_the_client_waits_each_time_no_answer_goes_to_another_request(answers: list[str]) -> None:
    lines, told = [], []
    sent, received = 1, 1
    for number, answer in enumerate(answers):
        lines.append(ASK.format(sent, received, number))
        sent += 37
        asked = len(lines)
        if answer == "recognised":
            lines.append(ANSWER.format(received, sent))
        elif answer == "data":
            lines.append(DATA.format(received, sent))
        received += 43 if answer == "recognised" else 300
        there = len(lines) if answer != "missed" else None
        told.append((asked, there if answer == "recognised" else None, there if answer == "data" else None))
    assert [(each.request_frame, each.response_frame, each.begun) for each in exchanges(*lines)] == told


def test_what_may_be_missing_is_named_where_the_pairs_cannot_be_told() -> None:
    found = exchanges(
        'c>s [PA] seq=1 ack=1 len=10 get=/a h="Host: a"',
        'c>s [PA] seq=11 ack=1 len=10 get=/b h="Host: a"',
        "s>c [PA] seq=31 ack=21 len=20 status=200",
    )
    assert [(each.request_frame, each.response_frame, each.perhaps) for each in found] == [
        (1, None, (3,)),
        (2, None, (3,)),
        (None, 3, (1, 2)),
    ]
