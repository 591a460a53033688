"""How soon a packet is explained that is captured on the loopback, 200 of them a second."""

from __future__ import annotations

import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row, Spread
from benchmarks.sizes import Sizes
from reporter.companion.session import Session
from reporter.errors import Trouble
from reporter.explain.words import Words
from reporter.pipeline.explain import Explained

_RATE = 200
_SECONDS = 3
_PROMPT = 0.05
_LOOPBACK = "lo0" if sys.platform == "darwin" else "lo"


def rows(sizes: Sizes) -> Iterator[Row]:
    """The delay of each explanation as a part of 50 ms; nothing where this user may not capture."""
    words, late = Words("zh"), []

    def tell(each: Explained) -> None:
        assert [words.text(found) for found in each.findings]
        late.append((time.time() - float(each.seen.packet.epoch)) / _PROMPT)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, tempfile.TemporaryDirectory() as folder:
        sender.bind(("127.0.0.1", 0))
        port = sender.getsockname()[1]
        try:
            with Session(_LOOPBACK, f"udp port {port}", Path(folder) / "live.pcapng", limit=1 << 24, tell=tell) as run:
                for _ in range(_RATE * _SECONDS):
                    sender.sendto(b"x" * 200, ("127.0.0.1", port))
                    time.sleep(1 / _RATE)
                run.wait(0.3)
                run.end()
        except Trouble:
            return
    yield Row("live", f"delay of an explanation, {_RATE} packets a second", "50 ms", 1, Spread.of(late))
