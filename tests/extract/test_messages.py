"""HTTP messages from the fields of a frame of which text was left out."""

from __future__ import annotations

import pytest

from reporter.extract.fields import AT, FIELDS, VALUE_SEPARATOR
from reporter.extract.messages import requests_of


@pytest.mark.parametrize(
    ("lines", "cut", "shown"),
    [
        (["Accept: */*\r\n", "Host: a.example\r\n"], False, "http://a.example/x"),
        (["Accept: */*\r\n", "Host: a.example\r\n"], True, "http://a.example/x"),
        (["Accept: */*\r\n"], False, "http://a.example/x"),
        (["Accept: */*\r\n"], True, ""),
        (["Accept: */*\r\n", "Host: a.exam"], True, ""),
    ],
)
def test_an_address_made_of_a_host_that_was_cut_is_not_shown(lines, cut, shown):
    """tshark puts what it has of the host into `http.request.full_uri`: of a cut one a beginning."""
    row = [""] * len(FIELDS)
    told = {
        "http.request.method": "GET",
        "http.request.uri": "/x",
        "http.request.version": "HTTP/1.1",
        "http.request.full_uri": "http://a.example/x",
        "http.request.line": VALUE_SEPARATOR.join(lines),
    }
    for name, text in told.items():
        row[AT[name]] = text
    (request,) = requests_of(row, 1, None, cut)
    assert request.full_uri == shown
