"""A response that took long because the client's window was closed: said wherever its time is told."""

import pytest

from tests.captures import BUNDLED
from tests.reports import document, said

pytestmark = pytest.mark.tshark
_CLOSED = "window was closed for 3.952 s of it (frames 12–20)"


@pytest.mark.parametrize("name", ["summary", "answers", "exchange"])
def test_the_time_of_a_response_names_the_closed_window(name):
    assert _CLOSED in said(document(BUNDLED / "zero-window.pcapng"), name)


@pytest.mark.parametrize("name", ["zero-window-probe.pcapng", "merged-close.pcapng"])
def test_a_window_that_was_open_while_the_response_came_is_not_called_closed(name):
    found = document(BUNDLED / name)
    assert not [part for part in ("summary", "answers", "exchange") if "window was closed" in said(found, part)]


@pytest.mark.parametrize(
    ("name", "drawn"),
    [("keepalive-full.pcapng", None), ("zero-window-probe.pcapng", "13, 16"), ("loss-rto.pcapng", "5, 6")],
)
def test_only_what_is_drawn_dashed_is_said_to_be(name, drawn):
    text = said(document(BUNDLED / name), "trouble")
    assert (f"draws frames {drawn} dashed" in text) if drawn else ("dashed" not in text)
