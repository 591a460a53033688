"""What a result depends on, as one hash: when it is the same, the work has been done.

What became of a submission for want of time or memory depends on those limits too. What failed for a program that
is missing, or for a fault of ours, is never done.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import reporter
from reporter import __version__
from reporter.batch.job import Job, digest_of
from reporter.batch.submission import Remark
from reporter.batch.worker import Bounds
from reporter.extract.tshark import version_line
from reporter.resources import templates_dir

#: Remarks that other limits may spare a submission, and those of what we cannot see, where another run may do better.
_LIMITED = frozenset(("timed-out", "worker-died", "tshark-ended", "too-much-memory", "too-much-output"))
_PASSING = frozenset(("bug", "tool"))


def identity(job: Job) -> str:
    """The hash of all that decides what comes of a job: captures, student, options, rubric, course, rules, versions."""
    parts: dict[str, Any] = {
        "code": code_digest(),
        "tshark": version_line(),
        "student": asdict(job.student),
        "captures": [(piece.name, digest_of(piece.path)) for piece in (*job.captures, *job.others)],
        "formats": job.formats,
        "lang": job.lang,
        "decode_as": job.decode_as,
        "timezone": job.timezone,
        "course": course_digest(job.course) if job.course is not None else "",
        "rubric": job.rubric.digest if job.rubric is not None else "",
        "remarks": [asdict(each) for each in job.remarks],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def with_limits(own: str, bounds: Bounds) -> str:
    """The identity of a result that depends on the limits as well."""
    return hashlib.sha256(f"{own} {asdict(bounds)}".encode()).hexdigest()


def entered_as(own: str, remarks: Sequence[Remark], bounds: Bounds) -> str:
    """The identity under which a result is entered: its own, with the limits where they tell, or one of no job."""
    codes = {code for each in remarks for code in (each.code, dict(each.facts).get("why"))}
    if codes & _PASSING:
        return f"again {own}"
    return with_limits(own, bounds) if codes & _LIMITED else own


@cache
def code_digest() -> str:
    """The hash of our version, rules, templates and of what renders."""
    package = Path(reporter.__file__).parent
    found = hashlib.sha256(f"{__version__} {importlib.metadata.version('weasyprint')}".encode())
    _add(found, package, (each for each in package.rglob("*.py")))
    _add(found, templates_dir(), (each for each in templates_dir().rglob("*") if each.is_file()))
    return found.hexdigest()


@cache
def course_digest(course: Path) -> str:
    """The hash of a course's files: its notes, its words, its themes, and nothing that lies beside them."""
    folder = course if course.is_dir() else course.parent
    found = hashlib.sha256(course.name.encode())
    notes = folder / "course.toml" if course.is_dir() else course
    files = [notes, *(folder / "prose").rglob("*.toml"), *(folder / "reports").rglob("*")]
    _add(found, folder, (each for each in files if each.is_file()))
    return found.hexdigest()


def _add(found: Any, folder: Path, files: Iterable[Path]) -> None:
    for each in sorted(files):
        found.update(str(each.relative_to(folder)).encode() + b"\0" + each.read_bytes() + b"\0")
