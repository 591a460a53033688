"""Whether what was asked for is there."""

from __future__ import annotations

from collections.abc import Set

from reporter.errors import CaptureTrouble

_NAMED = 20


def verify_stream(where: str, wanted: int | None, there: Set[int]) -> None:
    """Raise CaptureTrouble, naming the streams there are, when the wanted one is not among them."""
    if wanted is None or wanted in there:
        return
    if not there:
        raise CaptureTrouble(
            f"the capture has no TCP stream {wanted}; it has no TCP at all",
            where=where,
            to_do="leave out --stream (in a folder: stream in report.toml)",
        )
    numbers = sorted(there)
    named = ", ".join(map(str, numbers[:_NAMED])) + (f" … {numbers[-1]}" if len(numbers) > _NAMED else "")
    raise CaptureTrouble(
        f"the capture has no TCP stream {wanted}; its streams are {named}",
        where=where,
        to_do="name one of these, or leave out --stream (in a folder: stream in report.toml)",
    )
