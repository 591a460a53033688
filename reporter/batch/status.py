"""How a submission ended: exactly one status, with remarks that say why."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from reporter.batch.submission import Remark


class Status(StrEnum):
    """The statuses, from good to bad; `missing` and `duplicate` were not worked on."""

    OK = "ok"
    WARNINGS = "warnings"
    NO_CAPTURE = "no-capture"
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too-large"
    TIMED_OUT = "timed-out"
    CRASHED = "crashed"
    DUPLICATE = "duplicate"
    MISSING = "missing"


#: Statuses with a report, and those that mean that work was not done for what was handed in.
DONE = (Status.OK, Status.WARNINGS)
FAILED = (
    Status.NO_CAPTURE,
    Status.EMPTY,
    Status.UNREADABLE,
    Status.TOO_LARGE,
    Status.TIMED_OUT,
    Status.CRASHED,
)
_BY_CODE = {
    "no-capture": Status.NO_CAPTURE,
    "empty-folder": Status.NO_CAPTURE,
    "no-packets": Status.EMPTY,
    "empty-file": Status.EMPTY,
    "too-many-files": Status.TOO_LARGE,
    "too-many-bytes": Status.TOO_LARGE,
    "file-too-large": Status.TOO_LARGE,
    "archive-too-deep": Status.TOO_LARGE,
    "too-much-memory": Status.TOO_LARGE,
    "too-much-output": Status.TOO_LARGE,
    "timed-out": Status.TIMED_OUT,
    "worker-died": Status.CRASHED,
    "tshark-ended": Status.CRASHED,
    "bug": Status.CRASHED,
}


def status_of(code: str) -> Status:
    """The status that a trouble of this code ends with when nothing could be done."""
    return _BY_CODE.get(code, Status.UNREADABLE)


#: Remarks that are for the teacher's information and do not make a submission less than ok.
_HARMLESS = frozenset(("file-ignored", "own-decode-as", "repeated"))


def status_with(remarks: Sequence[Remark]) -> Status:
    """The status of a submission that has a report: ok, or with warnings."""
    return Status.WARNINGS if any(each.code not in _HARMLESS for each in remarks) else Status.OK
