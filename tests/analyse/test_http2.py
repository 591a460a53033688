"""HTTP/2 frames are put together to messages and exchanges by their HTTP/2 streams, and no two streams are mixed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from reporter.analyse.seen import Analysis
from reporter.extract.fieldpass import FieldPass
from reporter.model.http2 import Http2Exchange
from reporter.model.role import Role
from tests import h2
from tests.captures import BUNDLED
from tests.crafted import write

pytestmark = pytest.mark.tshark


def exchanges(path: Path, *, keep: bool = True) -> dict[tuple[int, int], Http2Exchange]:
    analysis = Analysis(keep=keep)
    with FieldPass(path) as source:
        for _ in analysis.run(source):
            pass
    return {(each.number, one.number): one for each in analysis.streams() for one in each.http2}


def talked(tmp_path: Path, *said: tuple[str, bytes]) -> dict[int, Http2Exchange]:
    path = write(tmp_path / "talk.pcapng", h2.talk(*h2.begun(*said)))
    return {number: each for (_, number), each in exchanges(path).items()}


def told(each: Http2Exchange) -> Sequence[object]:
    asked = each.request.fields if each.request else None
    answered = each.response.fields if each.response else None
    return (
        asked and (asked.method, asked.path),
        answered and (answered.status, answered.content_type, answered.content_length),
        each.response and each.response.data,
    )


def test_streams_in_one_segment_each_have_their_own_fields_and_data() -> None:
    found = exchanges(BUNDLED / "http2-clear.pcapng")
    assert {place: told(each) for place, each in found.items()} == {
        (0, 1): (("GET", "/"), (200, "text/html; charset=utf-8", "496"), 496),
        (0, 3): (("GET", "/style.css"), (200, "text/css; charset=utf-8", "257"), 257),
        (0, 5): (("GET", "/lines.txt"), (200, "text/plain", "1492"), 1492),
        (0, 7): (("GET", "/missing"), (404, "text/plain", ""), 10),
        (1, 1): (("POST", "/form"), (204, "", ""), 0),
    }
    frames = {}
    for place, each in found.items():
        assert each.request is not None
        assert each.response is not None
        assert each.answered
        frames[place] = (each.request.frame, each.request.last, each.response.frame, each.response.last)
        assert each.time == each.response.time - each.request.time
    assert frames == {
        (0, 1): (6, 6, 13, 13),
        (0, 3): (6, 6, 14, 14),
        (0, 5): (6, 6, 14, 16),
        (0, 7): (6, 6, 11, 11),
        (1, 1): (33, 37, 39, 39),
    }


def test_a_section_may_be_cut_into_several_frames_and_packets(tmp_path: Path) -> None:
    asked = h2.block((":method", "GET"), (":scheme", "http"), (":path", "/one"), ("x-empty", ""))
    answered = h2.block((":status", "200"), ("content-type", "text/plain"), ("content-length", "4"))
    found = talked(
        tmp_path,
        (
            "client",
            h2.frame(h2.HEADERS, 1, asked[:20], h2.END_STREAM)
            + h2.frame(h2.CONTINUATION, 1, asked[20:35])
            + h2.frame(h2.CONTINUATION, 1, asked[35:], h2.END_HEADERS)
            + h2.asking(3, "/two"),
        ),
        ("server", h2.frame(h2.HEADERS, 3, answered[:12])),
        (
            "server",
            h2.frame(h2.CONTINUATION, 3, answered[12:], h2.END_HEADERS) + h2.frame(h2.DATA, 3, b"abcd", h2.END_STREAM),
        ),
        ("server", h2.answering(1, 404, flags=h2.END_HEADERS | h2.END_STREAM)),
    )
    assert told(found[1]) == (("GET", "/one"), (404, "", ""), 0)
    assert told(found[3]) == (("GET", "/two"), (200, "text/plain", "4"), 4)
    assert (found[3].response and found[3].response.frame, found[3].response and found[3].response.split) == (7, True)


def test_promises_interim_responses_and_trailers_are_no_responses(tmp_path: Path) -> None:
    promised = b"\0\0\0\2" + h2.block((":method", "GET"), (":scheme", "http"), (":path", "/pushed"))
    found = talked(
        tmp_path,
        ("client", h2.asking(1, "/")),
        (
            "server",
            h2.frame(h2.PUSH_PROMISE, 1, promised, h2.END_HEADERS)
            + h2.answering(1, 103)
            + h2.answering(1, 200)
            + h2.frame(h2.DATA, 1, b"\3ab\0\0\0", h2.END_STREAM | h2.PADDED),
        ),
        (
            "server",
            h2.answering(2, 206)
            + h2.frame(h2.DATA, 2, b"pushed")
            + h2.frame(h2.HEADERS, 2, h2.block(("grpc-status", "0")), h2.END_HEADERS | h2.END_STREAM),
        ),
    )
    assert told(found[1]) == (("GET", "/"), (200, "", ""), None)
    assert (found[1].interim, found[1].pushed) == ((7,), False)
    assert told(found[2]) == (None, (206, "", ""), 6)
    assert found[2].pushed
    assert found[2].response is not None
    assert found[2].response.ended


def test_a_change_of_the_tables_size_is_no_field(tmp_path: Path) -> None:
    # tshark counts it among the fields, of which it prints one fewer.
    fields = ((":method", "GET"), (":scheme", "http"), (":path", "/first"), ("accept", "*/*"))
    update = h2.frame(h2.HEADERS, 1, b"\x20" + h2.block(*fields), h2.END_HEADERS | h2.END_STREAM)
    found = talked(tmp_path, ("client", update + h2.asking(3, "/second")))
    assert [told(each)[0] for each in found.values()] == [("GET", "/first"), ("GET", "/second")]


def test_who_ended_a_stream_before_its_response_is_told(tmp_path: Path) -> None:
    found = talked(
        tmp_path,
        ("client", h2.asking(1, "/a") + h2.asking(3, "/b")),
        ("server", h2.answering(3, 200, flags=h2.END_HEADERS | h2.END_STREAM)),
        ("server", h2.frame(h2.RST_STREAM, 1, bytes(4)) + h2.frame(h2.RST_STREAM, 3, bytes(4))),
    )
    assert (found[1].reset, found[1].response, found[1].time) == ((Role.SERVER, 8), None, None)
    assert found[3].reset is None
    assert found[3].time is not None


@pytest.mark.parametrize("missing", [6, 7])
def test_fields_behind_a_gap_are_not_read(tmp_path: Path, missing: int) -> None:
    """The table of fields is no longer known: tshark prints other fields, or none, for what refers to it."""
    told_once = h2.block((":status", "200"), ("content-type", "text/one"), indexed=True)
    again = b"\xbf\xbe"  # the two fields last entered
    frames = h2.talk(
        *h2.begun(
            ("client", h2.asking(1, "/a") + h2.asking(3, "/b")),
            ("server", h2.frame(h2.HEADERS, 1, told_once, h2.END_HEADERS | h2.END_STREAM)),
            ("server", h2.frame(h2.HEADERS, 3, again, h2.END_HEADERS)),
            ("server", h2.frame(h2.DATA, 3, b"abcd", h2.END_STREAM)),
        )
    )
    whole = exchanges(write(tmp_path / "whole.pcapng", frames))
    assert told(whole[0, 3]) == (("GET", "/b"), (200, "text/one", ""), 4)
    del frames[missing]
    found = exchanges(write(tmp_path / "gap.pcapng", frames))
    assert told(found[0, 3])[0] == ("GET", "/b")
    assert told(found[0, 3])[1:] == (None, None)


def test_nothing_is_kept_of_what_is_over(tmp_path: Path) -> None:
    said = [("client", h2.asking(number, "/")) for number in (1, 3)]
    said.append(("server", h2.answering(1, 200, flags=h2.END_HEADERS | h2.END_STREAM)))
    path = write(tmp_path / "talk.pcapng", h2.talk(*h2.begun(*said)))
    assert [number for _, number in exchanges(path, keep=False)] == [3]


def test_each_error_code_stands_with_its_own_frame(tmp_path: Path) -> None:
    ends = h2.frame(h2.RST_STREAM, 1, bytes((0, 0, 0, 8))) + h2.frame(h2.DATA, 3, b"x")
    ends += h2.frame(h2.RST_STREAM, 3, bytes(4)) + h2.frame(h2.GOAWAY, 0, bytes((0, 0, 0, 3, 0, 0, 0, 11)))
    spoken = h2.begun(("client", h2.asking(1, "/a") + h2.asking(3, "/b")), ("server", ends))
    with FieldPass(write(tmp_path / "ends.pcapng", h2.talk(*spoken))) as source:
        found = [each.http2.errors for each in source if each.http2 is not None]
    assert found == [(), (), (), (8, None, 0, 11)]
