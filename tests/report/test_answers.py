"""The usual questions of a lab sheet, answered of captures whose story is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from reporter.options import ReportOptions
from reporter.pipeline.report import make_document
from reporter.report.document import Table
from tests.captures import BUNDLED, SHARED

pytestmark = pytest.mark.tshark


def answers(*names: str, folder: Path = BUNDLED) -> dict[str, str]:
    """Questions and answers in English."""
    paths = [folder / name for name in names]
    document = make_document(paths, options=ReportOptions(lang="en"), progress=lambda what, count: None)
    (section,) = [section for section in document.sections if section.id == "answers"]
    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    return {row[0][0].text: "".join(span.text for span in row[1]) for row in table.rows}


def of(found: dict[str, str], word: str) -> str:
    (answer,) = [answer for question, answer in found.items() if word in question]
    return answer


def test_a_visit_that_was_captured_whole():
    found = answers("page-node-curl.pcapng")
    assert "Client 127.0.0.1, port" in of(found, "addresses")
    assert "port 3000 (frame 1)" in of(found, "addresses")
    assert "HTTP/1.1 in the request (frame 4), HTTP/1.1 in the response (frame 6)" in of(found, "version")
    assert "has no Accept-Language" in of(found, "languages")
    assert "Frame 4 carries the GET: Seq 1" in of(found, "carries the request")
    assert "Frame 5 brings this Ack" in of(found, "acknowledgment number")
    assert of(found, "Which status").startswith("200 “OK” (frame 6); Content-Length")
    assert of(found, "sent again").startswith("No:")
    assert "with the FIN in frame" in of(found, "closes")
    assert not [answer for answer in found.values() if "cannot tell" in answer]


def test_what_the_capture_cannot_tell_is_said():
    found = answers("mid-connection.pcapng")
    assert "not both captured" in of(found, "initial sequence numbers")
    assert "cannot tell" in of(found, "round trip")
    none = answers("http-none.pcapng")
    for word in (
        "version",
        "languages",
        "carries the request",
        "Which status",
        "How many TCP segments",
        "How long did",
    ):
        assert "cannot tell" in of(none, word)


@pytest.mark.parametrize("name", ["loss-rto.pcapng", "fin-retransmitted.pcapng", "synack-repeat.pcapng"])
def test_what_was_sent_again_is_counted(name):
    assert of(answers(name), "sent again").startswith("Yes:")


@pytest.mark.parametrize("name", ["duplicate.pcapng", "page-node-curl.pcapng"])
def test_what_was_captured_twice_was_not_sent_again(name):
    assert of(answers(name), "sent again").startswith("No:")


def test_a_request_in_several_segments_grows_the_ack_by_all_of_them():
    answer = of(answers("zero-window-probe.pcapng"), "acknowledgment number")
    assert answer.startswith(
        "By 9091, to 9092 = 1 + 9091: the sequence number of the request's first segment (frame 4)"
    )
    assert "the bytes of its 12 segments" in answer
    assert "those sent again counted once. Frame 27 is the first to bring" in answer


def test_what_an_ack_confirms_besides_the_request_is_named():
    found = answers("tls-decrypted.pcapng")
    assert "By 97, to 695 = 598 + 97: the sequence number of the request (frame 9)" in of(
        found, "acknowledgment number"
    )
    assert "177 = 80 + 97 more than the one before, 518: it also confirms frame 8" in of(found, "acknowledgment number")
    assert "TLS records" in of(found, "segments carry")
    first = of(answers("missed-ends.pcapng"), "acknowledgment number")
    assert first.endswith("it names the next byte expected. It also confirms frame 1."), "no Ack before it was captured"


@pytest.mark.parametrize(
    ("name", "frame", "length"),
    [
        ("pyshark__capture_test.pcapng", 20, 307),
        ("zeek__connect-with-header.pcap", 7, 74),
        ("arkime__https-connect.pcap", 6, 134),
    ],
)
def test_a_response_without_content_or_that_ends_with_the_fin_is_whole(name, frame, length):
    if not (SHARED / "elsewhere" / name).exists():
        pytest.skip("a shared capture")
    found = answers(name, folder=SHARED / "elsewhere")
    assert of(found, "segments carry") == f"One: frame {frame}, {length} bytes of data, header included."


def test_a_switch_of_protocols_is_a_whole_response():
    assert of(answers("websocket.pcapng"), "segments carry").startswith("One: frame 6, ")


def test_an_answer_from_another_connection_names_it():
    found = answers("truncated.pcapng", "mid-connection.pcapng")
    assert of(found, "closes").startswith("On stream 0 (mid-connection.pcapng): The client")


def test_a_reset_is_no_orderly_close():
    assert "aborted with RST" in of(answers("reset-after-data.pcapng"), "closes")


def test_segments_that_only_repeat_others_are_not_counted():
    answer = of(answers("loss-sender-side.pcapng"), "segments carry")
    assert answer.startswith("167 segments (2 more only repeat what these carried), ")
    assert 241178 == 165 * 1448 + 960 + 1298
