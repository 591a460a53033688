"""What a result depends on, as one hash: when it is the same, the work has been done."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import reporter
from reporter import __version__
from reporter.batch.job import Job, digest_of
from reporter.extract.tshark import version_line
from reporter.resources import templates_dir


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
    """The hash of a course's files."""
    folder = course if course.is_dir() else course.parent
    found = hashlib.sha256(course.name.encode())
    _add(found, folder, (each for each in folder.rglob("*.toml") if each.is_file()))
    return found.hexdigest()


def _add(found: Any, folder: Path, files: Iterable[Path]) -> None:
    for each in sorted(files):
        found.update(str(each.relative_to(folder)).encode() + b"\0" + each.read_bytes() + b"\0")
