"""What tshark has to do for a report, begun before anything heavy is imported: light to import itself."""

from __future__ import annotations

from pathlib import Path

from reporter.extract.detail import Details
from reporter.extract.fieldpass import FieldPass


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
