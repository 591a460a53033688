"""One student's own submission against a rubric, without reports and without a ledger."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from reporter.batch.archives import HEAD, Refused, kind_of_archive
from reporter.batch.classroom import ready_rubric
from reporter.batch.ledger import told_of
from reporter.batch.names import natural
from reporter.batch.prepare import Handed, Prepared, evidence_of, prepare
from reporter.batch.submission import Piece, Remark, Student
from reporter.batch.unpack import Quota, Unpacker
from reporter.batch.verdict import judge
from reporter.batch.words import BatchWords
from reporter.capture.file import check
from reporter.errors import CaptureTrouble
from reporter.options import ReportOptions


def checked(
    path: Path, rubric: Path, student: Student, decode_as: tuple[str, ...], lang: str = "en"
) -> tuple[list[Mapping[str, Any]], tuple[Remark, ...]]:
    """The verdicts on a capture, or on a folder or archive as it would be handed in, with remarks.

    Raises Trouble, of what cannot be unpacked in the words of a class and in the language `lang`.
    """
    ready = ready_rubric(rubric)
    with tempfile.TemporaryDirectory(prefix="reporter-") as scratch, ExitStack() as stack:
        try:
            pieces, others, remarks = _pieces(path, Path(scratch))
        except Refused as refused:
            said = BatchWords(lang).remark(Remark.of(refused.code, **refused.facts))
            raise CaptureTrouble(said, where=str(path), code=refused.code) from None
        found = Prepared()
        handed = Handed(student, pieces, others, Path(scratch))
        prepare(stack, handed, ReportOptions(decode_as=decode_as), None, found, report=False)
        if not found.captures:
            if found.troubles:
                raise found.troubles[0][1]
            raise CaptureTrouble("there is no capture there", where=str(path), to_do="name a capture, or its folder")
        verdicts: list[Mapping[str, Any]] = [
            told_of(each) for each in judge(ready, evidence_of(found, student, decode_as))
        ]
    return list(verdicts), (*remarks, *found.remarks())


def _pieces(path: Path, scratch: Path) -> tuple[tuple[Piece, ...], tuple[Piece, ...], tuple[Remark, ...]]:
    """The captures, other files and remarks of what is to be handed in. Raises Refused."""
    unpacker = Unpacker(scratch / "in", Quota())
    if path.is_dir():
        unpacker.folder(path, ())
    else:
        size = check(path)
        with path.open("rb") as file:
            head = file.read(HEAD)
        if not kind_of_archive(head, path.name):
            return (Piece(path.name, path, size),), (), ()
        unpacker.file(path, (path.name,))
    found = unpacker.found
    captures = tuple(sorted(found.captures, key=lambda each: natural(each.name)))
    return captures, tuple(found.others), tuple(found.remarks)
