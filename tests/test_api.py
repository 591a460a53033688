"""The library's three functions give what the commands give."""

from __future__ import annotations

import json

import jsonschema
import pytest

from reporter import api
from reporter.errors import Trouble
from reporter.render.json import schema
from tests.captures import BUNDLED
from tests.cli.run import reporter

CAPTURE = BUNDLED / "page-node-curl.pcapng"
pytestmark = pytest.mark.tshark


def test_explain_is_what_the_command_writes():
    found = api.explain(CAPTURE, lang="en")
    jsonschema.validate(found, schema())
    done = reporter("explain", str(CAPTURE), "--format", "json", "--lang", "en")
    assert json.loads(done.stdout) == found


def test_packets_are_those_of_explain():
    assert list(api.packets(CAPTURE)) == api.explain(CAPTURE)["packets"]


def test_packets_can_be_left_early():
    first = next(iter(api.packets(CAPTURE, lang="en")))
    assert first["frame"] == 1


def test_report_writes_each_output(tmp_path):
    page = tmp_path / "lab.html"
    api.report([CAPTURE], [page], lang="en", student="示例")
    assert "示例" in page.read_text("utf-8")


def test_trouble_is_raised_not_printed(tmp_path):
    with pytest.raises(Trouble) as caught:
        api.explain(tmp_path / "none.pcapng")
    assert "does not exist" in caught.value.what
