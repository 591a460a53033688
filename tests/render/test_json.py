"""The JSON of an explanation: as its schema says, for every capture; and its evidence is tshark's own."""

from __future__ import annotations

import json
from decimal import Decimal
from enum import Enum

import jsonschema
import pytest

from reporter.capture.file import CaptureFile
from reporter.errors import Trouble
from reporter.explain.evidence import Evidence, Fact
from reporter.explain.words import Words
from reporter.pipeline import Explanation
from reporter.render.json import (
    Span,
    capture_object,
    document,
    encoded,
    iso_utc,
    packet_object,
    plain,
    schema,
    stream_object,
)
from tests.captures import bundled, shared

WORDS = {language: Words(language) for language in ("zh", "en")}
VALIDATOR = jsonschema.Draft202012Validator(schema())


def explained(path, words):
    explanation, span, packets = Explanation(path), Span(), []
    for each in explanation:
        span.learn(each.seen)
        packets.append(encoded(packet_object(each.seen, each.findings, words)))
    streams = [stream_object(stream) for stream in explanation.streams()]
    capture = capture_object(CaptureFile.of(path), span, explanation.tail)
    return json.loads("".join(document(capture, streams, packets)))


@pytest.mark.tshark
@pytest.mark.parametrize("path", [*bundled(), *shared()], ids=lambda path: path.name)
def test_it_is_as_the_schema_says(path):
    try:
        found = explained(path, WORDS["zh"])
    except Trouble:
        pytest.skip("tshark does not read this file")
    VALIDATOR.validate(found)
    assert [packet["frame"] for packet in found["packets"]] == list(range(1, found["capture"]["packets"] + 1))
    numbers = {stream["stream"] for stream in found["streams"]}
    assert {packet["stream"] for packet in found["packets"]} - {None} == numbers
    for packet in found["packets"]:
        assert (packet["stream"] is None) == (packet["sender"] is None)
        for finding in packet["findings"]:
            assert {item["fact"] for item in finding["evidence"]} <= finding["facts"].keys()


def test_the_schema_itself_is_right():
    jsonschema.Draft202012Validator.check_schema(schema())


def test_the_schema_refuses_what_is_wrong():
    state = {"client": None, "server": None}
    finding = {"rule": "X00", "text": "t", "facts": {}, "evidence": []}
    packet = {
        "frame": 1, "time": 0, "stream": None, "sender": None, "protocol": "", "info": "",
        "state": state, "move": None, "findings": [finding], "text": "t",
    }  # fmt: skip
    checker = jsonschema.Draft202012Validator({**schema(), "$ref": "#/$defs/packet", "required": [], "properties": {}})
    checker.validate(packet)
    changes: list[dict[str, object]] = [{"frame": 0}, {"sender": "peer"}, {"findings": []}, {"state": {}}]
    for change in changes:
        with pytest.raises(jsonschema.ValidationError):
            checker.validate(packet | change)


class Word(Enum):
    ONE = "one"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fact(402, (Evidence(1, "tcp.ack", "402"),)), 402),
        (Fact(Decimal("0.000123456")), 0.000123456),
        (Fact(Decimal("2.000")), 2),
        (Fact((Fact(1), Fact(2))), [1, 2]),
        (((1, 2), (3, 4)), [[1, 2], [3, 4]]),
        (Word.ONE, "one"),
        (True, True),
        (None, None),
        ({"a": Word.ONE}, {"a": "one"}),
    ],
)
def test_values(value, expected):
    found = plain(value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("epoch", "expected"),
    [
        ("1795228514.875045166", "2026-11-21T02:35:14.875045166Z"),
        ("0", "1970-01-01T00:00:00Z"),
        ("-0.5", "1969-12-31T23:59:59.5Z"),
        ("99999999999999.5", "99999999999999.5"),
    ],
)
def test_times(epoch, expected):
    assert iso_utc(Decimal(epoch)) == expected


def test_nothing_in_it_steers_a_terminal():
    text = "\x1b[31m\u202egnp\x9b\ud800\u200b 中文"
    line = encoded({"info": text})
    # Half a surrogate pair is no character: what strict readers would refuse is spelled out.
    assert json.loads(line)["info"] == text.replace("\ud800", "\\ud800")
    assert "中文" in line
    assert not any(sign in line for sign in "\x1b\u202e\x9b\ud800\u200b")
