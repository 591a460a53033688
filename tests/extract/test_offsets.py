"""Where frames lie: told by tshark, or its trouble."""

from __future__ import annotations

import pytest

from reporter.errors import Trouble
from reporter.extract.offsets import Offsets
from tests.captures import BUNDLED
from tests.faults import stand_in

pytestmark = pytest.mark.tshark


def test_a_tshark_that_fails_after_some_frames_is_told(tmp_path, monkeypatch):
    capture = BUNDLED / "page-node-curl.pcapng"
    with Offsets(capture) as whole:
        assert len(list(whole)) == 21
    monkeypatch.setenv(
        "REPORTER_TSHARK", stand_in(tmp_path, '"$TSHARK" "$@" | head -2; echo "tshark: broken" >&2; exit 1')
    )
    with Offsets(capture) as cut, pytest.raises(Trouble):
        list(cut)
