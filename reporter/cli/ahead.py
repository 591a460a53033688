"""tshark's calls for `reporter report`, begun before the command line has been read, which takes longer to load than
tshark to start. It is a guess: what was begun is used when it is what turns out to be asked for, else ended."""

from __future__ import annotations

import atexit
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from reporter.errors import Trouble

if TYPE_CHECKING:
    from reporter.extract.early import Early

_begun: list[Early] = []


def begin(arguments: Sequence[str]) -> None:
    """Start tshark for the capture that these arguments of `reporter report` seem to name, if any."""
    pairs = zip(["", *arguments], arguments, strict=False)
    files = (Path(each) for last, each in pairs if not _is_option(each) and ("=" in last or not _is_option(last)))
    with suppress(OSError, ValueError, Trouble):  # told when the command line is read
        path = next((path for path in files if path.is_file()), None)
        if path is not None and path.stat().st_size:
            from reporter.extract.early import Early

            atexit.register(end)
            _begun.append(Early(path))
            _begun[0].__enter__()


def _is_option(argument: str) -> bool:
    return argument.startswith("-")


def calls(path: Path, decode_as: tuple[str, ...]) -> Early:
    """The calls for this capture: those begun, or new ones, not yet started. To be entered by the caller."""
    if _begun and (_begun[0].path, _begun[0].decode_as) == (path, decode_as):
        return _begun.pop()
    end()
    from reporter.extract.early import Early

    return Early(path, decode_as)


def end() -> None:
    """End what was begun and is not used."""
    while _begun:
        _begun.pop().__exit__()
