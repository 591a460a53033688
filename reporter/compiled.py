"""Jinja's store of compiled templates, made so that trouble with it never costs anybody a report."""

from __future__ import annotations

from contextlib import suppress

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket


class Kept(FileSystemBytecodeCache):
    """Compiled templates in a folder; `shape` is what, besides its source, decides what a template becomes."""

    def __init__(self, folder: str, shape: str) -> None:
        super().__init__(folder, "%s.jinja")
        self._shape = shape

    def get_source_checksum(self, source: str) -> str:
        """What must be the same for a kept template to be used."""
        return super().get_source_checksum(f"{self._shape}\0{source}")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Use what is kept; a file that cannot be read is as good as none."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # a damaged pickle may raise nearly anything
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it, if there is room."""
        with suppress(OSError):
            super().dump_bytecode(bucket)
