"""What a class has handed in: who, which files, from where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Student:
    """A student: number and name, either of which may be unknown (empty)."""

    id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a layout reads from the name of one entry of the download.

    `person` is the same for all entries of one student. Of several `attempt`s (in their order) the last counts;
    entries without one belong to it. `file` is the student's own name of a file that the LMS has renamed, empty for a
    folder of the LMS's around the student's own files; None where a layout renames nothing.
    `lms_id` and `login` are how the LMS knows the student, `members` the students of a group, `logins` theirs.
    `text` is the part of the name that tells whose it is: the roster's own numbers, logins and names are looked for in
    it. What is `aside` may be a list that the teacher keeps, and is a submission only if a student is meant.
    """

    person: str
    id: str = ""
    name: str = ""
    lms_id: str = ""
    login: str = ""
    attempt: str = ""
    file: str | None = None
    members: tuple[Student, ...] = ()
    logins: tuple[str, ...] = ()
    text: str = ""
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to be said of a submission: a code of `templates/batch/words` and what its words need."""

    code: str
    facts: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def of(cls, code: str, **facts: Any) -> Remark:
        """A remark with facts, sorted so that equal remarks are equal."""
        return cls(code, tuple(sorted(facts.items())))


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a submission: its name as handed in (with folders), and where its bytes are."""

    name: str
    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Submission:
    """What one student has handed in; without `entries` nothing was.

    `key` is unique in the class and names the student's folder. `matched` tells by what the roster was matched
    (`id`, `login`, `name`), empty when it was not; `listed` is whether the student is on the roster (None
    without a roster). `logins` are how the LMS and the roster call them, `called` the name that the download has
    for whom `lms_id` is (empty where it has none, as in an anonymous assignment). `called_by_them` are the student's
    own names of entries that the LMS has renamed, each with its entry. `group` is common to those who handed in
    together. `useless` are names of files that are neither captures nor of use. `refused` is why the files
    cannot be used, `remarks` are lesser matters. `replaced` names the attempt that counts instead.
    """

    key: str
    student: Student
    entries: tuple[str, ...] = ()
    layout: str = ""
    lms_id: str = ""
    called: str = ""
    called_by_them: tuple[tuple[str, str], ...] = ()
    logins: tuple[str, ...] = ()
    matched: str = ""
    listed: bool | None = None
    group: str = ""
    captures: tuple[Piece, ...] = ()
    others: tuple[Piece, ...] = ()
    useless: tuple[str, ...] = ()
    refused: Remark | None = None
    remarks: tuple[Remark, ...] = ()
    replaced: Remark | None = None
