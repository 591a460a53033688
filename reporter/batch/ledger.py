"""The ledger: one SQLite file that is the truth of a run. A row is there whole or not at all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from reporter.batch.job import Outcome, Output
from reporter.batch.observe import Connection
from reporter.batch.submission import Remark
from reporter.batch.traces import Trace
from reporter.batch.verdict import Verdict
from reporter.errors import OutputTrouble, UsageTrouble

NAME = "ledger.sqlite"
_LOCK = ".lock.sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS result (
    key TEXT PRIMARY KEY, identity TEXT NOT NULL, status TEXT NOT NULL, remarks TEXT NOT NULL, outputs TEXT NOT NULL,
    captures TEXT NOT NULL, points REAL, of REAL, seconds REAL NOT NULL, finished TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS finding (
    key TEXT NOT NULL REFERENCES result ON DELETE CASCADE, capture TEXT NOT NULL, rule TEXT NOT NULL,
    count INTEGER NOT NULL, frames TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS verdict (
    key TEXT NOT NULL REFERENCES result ON DELETE CASCADE, place INTEGER NOT NULL, id TEXT NOT NULL,
    passed INTEGER, points REAL NOT NULL, of REAL NOT NULL, told TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS connection (
    key TEXT NOT NULL REFERENCES result ON DELETE CASCADE, capture TEXT NOT NULL, stream INTEGER NOT NULL,
    client TEXT NOT NULL, server TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, start TEXT NOT NULL,
    client_isn INTEGER, server_isn INTEGER, keys TEXT NOT NULL, opened TEXT);
CREATE TABLE IF NOT EXISTS graded (
    book TEXT NOT NULL, title TEXT NOT NULL, row TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (book, title, row));
CREATE INDEX IF NOT EXISTS finding_key ON finding (key);
CREATE INDEX IF NOT EXISTS verdict_key ON verdict (key);
CREATE INDEX IF NOT EXISTS connection_key ON connection (key);
"""
_VERSION = "1"
#: What helps when the output has no room any more.
GO_ON = "free the disk and give the same command again: what is done is not done again"
#: What helps when the output may not be written.
WRITABLE = "make the folder writable, or name another one with -o"


def no_room(where: str) -> OutputTrouble:
    """The trouble of a disk without room."""
    return OutputTrouble("there is no room left on the disk", where=where, to_do=GO_ON)


def is_output(folder: Path) -> bool:
    """Whether a folder is where a run puts its results."""
    return (folder / NAME).is_file() and (folder / _LOCK).is_file()


@dataclass(frozen=True, slots=True)
class Row:
    """A result as the ledger has it; `told` of a verdict is what its words need."""

    key: str
    identity: str
    status: str
    remarks: tuple[Remark, ...]
    outputs: tuple[Output, ...]
    points: float | None
    of: float | None
    verdicts: tuple[dict[str, Any], ...] = ()
    findings: tuple[tuple[str, str, int, tuple[int, ...]], ...] = ()


class Ledger:
    """The open ledger of an output folder. Only one process has it open at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = sqlite3.connect(folder / _LOCK, timeout=0, isolation_level=None)
        try:
            self._lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if _of_the_disk(error):
                raise _not_written(folder, error) from None
            raise UsageTrouble(
                "another run is at work in this folder", where=str(folder), to_do="wait for it, or name another -o"
            ) from None
        try:
            self._db = sqlite3.connect(folder / NAME)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute("PRAGMA foreign_keys=ON")
            self._db.executescript(_SCHEMA)
            if "opened" not in {each[1] for each in self._db.execute("PRAGMA table_info(connection)")}:
                self._db.execute("ALTER TABLE connection ADD COLUMN opened TEXT")
            version = self.meta("schema")
            if version not in ("", _VERSION):
                raise sqlite3.DatabaseError(f"made by another version ({version})")
            self.set_meta("schema", _VERSION)
        except sqlite3.DatabaseError as error:
            self._lock.close()
            if _of_the_disk(error):
                raise _not_written(folder, error) from None
            raise OutputTrouble(
                f"the ledger of earlier runs cannot be used: {error}",
                where=str(folder / NAME),
                to_do="name another folder with -o, or remove this one",
            ) from None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """All of the block or nothing of it. Raises OutputTrouble."""
        try:
            with self._db:
                yield
        except sqlite3.OperationalError as error:
            if not _of_the_disk(error):
                raise
            raise _not_written(self._folder, error) from error

    def close(self) -> None:
        """Close the database and give up the lock, so that another run may use the folder."""
        self._db.close()
        self._lock.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def meta(self, name: str) -> str:
        """A remark about the whole run, empty when there is none."""
        found = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else ""

    def set_meta(self, name: str, value: str) -> None:
        """Keep a remark about the whole run."""
        with self._writing():
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def row(self, key: str) -> Row | None:
        """The result of the submission of that key; None when it has none yet."""
        return next(self._rows("WHERE key = ?", (key,)), None)

    def rows(self) -> dict[str, Row]:
        """The results of all submissions, by their keys."""
        return {row.key: row for row in self._rows("", ())}

    def worked_on(self) -> dict[str, set[str]]:
        """The keys of submissions on which work was done, each with the hashes of the captures that it had."""
        query = "SELECT key, captures FROM result WHERE identity != ''"
        return {key: {each[1] for each in json.loads(captures)} for key, captures in self._db.execute(query).fetchall()}

    def _rows(self, where: str, values: Sequence[str]) -> Iterator[Row]:
        query = f"SELECT key, identity, status, remarks, outputs, points, of FROM result {where}"  # noqa: S608
        for key, identity, status, remarks, outputs, points, of in self._db.execute(query, values).fetchall():
            verdicts = self._db.execute("SELECT told FROM verdict WHERE key = ? ORDER BY place", (key,))
            findings = self._db.execute(
                "SELECT capture, rule, count, frames FROM finding WHERE key = ? ORDER BY rowid", (key,)
            )
            yield Row(
                key,
                identity,
                status,
                tuple(Remark.of(code, **facts) for code, facts in json.loads(remarks)),
                tuple(Output(*each) for each in json.loads(outputs)),
                points,
                of,
                tuple(json.loads(told) for (told,) in verdicts),
                tuple((capture, rule, count, tuple(json.loads(frames))) for capture, rule, count, frames in findings),
            )

    def forget(self, keys: Iterable[str]) -> None:
        """Remove the results of these keys, so that the submissions are done again."""
        with self._writing():
            self._db.executemany("DELETE FROM result WHERE key = ?", [(key,) for key in keys])

    def enter(self, outcome: Outcome, identity: str, finished: str) -> None:
        """Enter a result, in place of an earlier one of the same submission."""
        points, of = _points(outcome)
        with self._writing():
            self._db.execute("DELETE FROM result WHERE key = ?", (outcome.key,))
            self._db.execute(
                "INSERT INTO result VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    outcome.key,
                    identity,
                    str(outcome.status),
                    _json([(each.code, dict(each.facts)) for each in outcome.remarks]),
                    _json([(each.name, each.size, each.sha256) for each in outcome.outputs]),
                    _json([(each.name, each.sha256, each.packets, each.tail) for each in outcome.observed]),
                    points,
                    of,
                    outcome.seconds,
                    finished,
                ),
            )
            self._db.executemany(
                "INSERT INTO finding VALUES (?, ?, ?, ?, ?)",
                [
                    (outcome.key, each.name, rule, found.count, _json(found.frames))
                    for each in outcome.observed
                    for rule, found in each.findings.items()
                ],
            )
            self._db.executemany(
                "INSERT INTO verdict VALUES (?, ?, ?, ?, ?, ?, ?)",
                [_verdict(outcome.key, place, each) for place, each in enumerate(outcome.verdicts)],
            )
            self._db.executemany(
                "INSERT INTO connection VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [_trace(outcome.key, each.name, one) for each in outcome.observed for one in each.connections],
            )

    def traces(self) -> Iterator[Trace]:
        """The connections of all submissions, in a fixed order."""
        query = "SELECT * FROM connection ORDER BY key, capture, stream"
        for key, capture, stream, client, server, first, last, start, mine, theirs, keys, when in self._db.execute(
            query
        ):
            isns = None if mine is None else (int(mine), int(theirs))
            pairs = (each.partition(":")[::2] for each in keys.split())
            times = {int(mark, 16): int(time, 16) if time else 0 for mark, time in pairs}
            opened = Decimal(when) if when else None
            yield Trace(key, capture, stream, client, server, first, last, start, isns, frozenset(times), opened, times)

    def grades(self, book: str, title: str) -> dict[str, str]:
        """What was written into the column of that title of a grade book earlier, by row."""
        query = "SELECT row, value FROM graded WHERE book = ? AND title = ?"
        return dict(self._db.execute(query, (book, title)).fetchall())

    def graded(self, book: str, title: str, values: dict[str, str]) -> None:
        """Remember what is written into the column of that title of a grade book."""
        with self._writing():
            rows = [(book, title, row, value) for row, value in values.items()]
            self._db.executemany("INSERT OR REPLACE INTO graded VALUES (?, ?, ?, ?)", rows)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The database itself, for whoever asks it something of their own."""
        yield self._db


def _of_the_disk(error: sqlite3.Error) -> bool:
    """Whether it is the disk that failed, and not what was asked of the database."""
    name = getattr(error, "sqlite_errorname", "")
    return name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN"))


def _not_written(folder: Path, error: sqlite3.Error) -> OutputTrouble:
    forbidden = getattr(error, "sqlite_errorname", "").startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN"))
    to_do = WRITABLE if forbidden else GO_ON
    return OutputTrouble(f"the ledger cannot be written: {error}", where=str(folder / NAME), to_do=to_do)


def _points(outcome: Outcome) -> tuple[float | None, float | None]:
    if not outcome.verdicts:
        return None, None
    return total(each.points for each in outcome.verdicts), total(each.of for each in outcome.verdicts)


def total(points: Iterable[float]) -> float:
    """The sum of points, without what floating point adds to sums of tenths."""
    return round(sum(points), 6)


def told_of(each: Verdict) -> dict[str, Any]:
    """A verdict as the ledger keeps it and the words take it."""
    return {
        "id": each.check,
        "kind": each.kind,
        "passed": each.passed,
        "points": each.points,
        "of": each.of,
        "facts": dict(each.facts),
        "texts": dict(each.texts),
        "cites": [{"capture": cite.capture, "frames": list(cite.frames), "more": cite.more} for cite in each.cites],
    }


def _verdict(key: str, place: int, each: Verdict) -> tuple[Any, ...]:
    return key, place, each.check, each.passed, each.points, each.of, _json(told_of(each))


def _trace(key: str, capture: str, one: Connection) -> tuple[Any, ...]:
    mine, theirs = one.isns if one.isns is not None else (None, None)
    keys = " ".join(f"{each:x}:{time:x}" for each, time in one.keys.items())
    start = str(one.start)
    return (
        key,
        capture,
        one.number,
        one.client,
        one.server,
        one.first_frame,
        one.last_frame,
        start,
        mine,
        theirs,
        keys,
        None if one.opened is None else str(one.opened),
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, default=str)
