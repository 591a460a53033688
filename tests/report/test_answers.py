"""The usual questions of a lab sheet, answered of captures whose story is known."""

from __future__ import annotations

import pytest

from reporter.options import ReportOptions
from reporter.pipeline.report import make_document
from reporter.report.document import Table
from tests.captures import BUNDLED

pytestmark = pytest.mark.tshark


def answers(*names: str) -> dict[str, str]:
    """Questions and answers in English."""
    paths = [BUNDLED / name for name in names]
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


def test_an_answer_from_another_connection_names_it():
    found = answers("truncated.pcapng", "mid-connection.pcapng")
    assert of(found, "closes").startswith("On stream 0 (mid-connection.pcapng): The client")


def test_a_reset_is_no_orderly_close():
    assert "aborted with RST" in of(answers("reset-after-data.pcapng"), "closes")
