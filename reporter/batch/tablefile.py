"""A table that a teacher gives, a roster or a grade book: CSV as it is saved by spreadsheets, and what is none."""

from __future__ import annotations

from pathlib import Path

from reporter.errors import UsageTrouble

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def content_of(path: Path, what: str, option: str) -> bytes:
    """The bytes of the table that was given with an option. Raises UsageTrouble without it, and for a workbook."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageTrouble(
            f"the {what} cannot be read: {error.strerror}", where=str(path), to_do=f"check {option}"
        ) from None
    if content.startswith(_WORKBOOKS):
        raise UsageTrouble(
            f"the {what} is a workbook and no CSV file", where=str(path), to_do="save it as CSV (UTF-8) and give that"
        )
    return content


def is_utf16(content: bytes) -> bool:
    """Whether it is what Excel calls Unicode Text."""
    return content.startswith(_UTF_16)
