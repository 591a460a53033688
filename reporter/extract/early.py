"""What tshark has to do for a report, begun before anything heavy is imported: light to import itself."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

from reporter.errors import Trouble
from reporter.extract.detail import Details
from reporter.extract.fieldpass import FieldPass
from reporter.extract.tshark import version_line


class Early:
    """The calls of tshark for one capture, under way: the pass over all packets, and the details of some."""

    def __init__(self, path: Path, decode_as: tuple[str, ...] = ()) -> None:
        self.path = path
        self.decode_as = decode_as
        self.packets = FieldPass(path, decode_as=decode_as)
        self.details = Details(path, decode_as)

    def __enter__(self) -> Early:
        self.packets.start()
        self.details.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.packets.close()
        self.details.close()


class Version:
    """The version of tshark, asked for in the background."""

    def __init__(self) -> None:
        self._line = ""
        self._thread = threading.Thread(target=self._ask, name="version", daemon=True)
        self._thread.start()

    def _ask(self) -> None:
        with suppress(Trouble):  # told by whoever asks first for packets
            self._line = version_line()

    def line(self) -> str:
        """As `version_line`; waits for the answer."""
        self._thread.join()
        return self._line or version_line()
