"""What we add to Wireshark, put into a home folder and taken away again without a trace.

A list of what was written (files with their SHA-256, folders that had to be made) lies in the profile's folder.
Files that have been changed since are the user's own and are kept, except `recent`, which Wireshark itself writes.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reporter import __version__
from reporter.companion.places import MANIFEST, PROFILE, Places, launcher
from reporter.errors import OutputTrouble
from reporter.render.files import replacing
from reporter.resources import templates_dir

#: Wireshark writes this file whenever it is quit.
_WRITTEN_BY_WIRESHARK = "recent"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done, or to be done: `verb` is write, keep, remove or make; `path` a file or folder."""

    verb: str
    path: Path


@dataclass(frozen=True, slots=True)
class Installed:
    """What the list says was installed."""

    version: str
    language: str
    files: dict[str, str]
    folders: tuple[str, ...]


def wanted(places: Places, language: str) -> dict[Path, bytes]:
    """The files of an installation with their content."""
    source = templates_dir() / "wireshark" / language / "profile"
    files = {places.profile / each.name: each.read_bytes() for each in sorted(source.iterdir())}
    script = Path(__file__).resolve().parent / "extcap.py"
    files[places.launcher] = launcher(places.system, sys.executable, str(script), language)
    return files


def installed(places: Places) -> Installed | None:
    """What is installed there; None when nothing is. Raises OutputTrouble when that cannot be told."""
    try:
        text = places.manifest.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise _unclear(places, str(error)) from None
    try:
        found: dict[str, Any] = json.loads(text)
        files = {str(path): str(digest) for path, digest in found["files"].items()}
        return Installed(str(found["version"]), str(found["language"]), files, tuple(map(str, found["folders"])))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unclear(places, f"{type(error).__name__}") from None


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputTrouble(
            f"Wireshark's folder cannot be changed: {error.strerror or error}",
            where=str(error.filename or ""),
            to_do="see to it that you may write there, then try again",
        ) from error


@_told()
def install(places: Places, language: str, *, pretend: bool = False) -> list[Step]:
    """Write what is missing or out of date, remove what an earlier version left; `pretend` only tells.

    Raises OutputTrouble, before anything is written, when something of the same name is there that is not ours.
    """
    before = installed(places)
    known = before.files if before is not None else {}
    files = wanted(places, language)
    _refuse_strangers(places, files, known)
    steps: list[Step] = []
    for old, digest in known.items():
        if Path(old) not in files:
            steps += _remove(Path(old), digest, every=False, pretend=pretend)
    made = list(before.folders) if before is not None else []
    for path, content in files.items():
        state = _state(path, known.get(str(path), ""))
        own = path.name == _WRITTEN_BY_WIRESHARK and str(path) in known
        if path.exists() and (own or path.read_bytes() == content):
            continue
        if state == "changed":
            steps.append(Step("keep", path))
            continue
        for folder in _missing(path.parent):
            if str(folder) not in made:
                steps.append(Step("make", folder))
                made.append(str(folder))
            if not pretend:
                folder.mkdir()
        steps.append(Step("write", path))
        if not pretend:
            _write(path, content, executable=path == places.launcher)
    steps += _forget_folders(made, files, pretend=pretend)
    if not pretend:
        digests = {str(path): hashlib.sha256(content).hexdigest() for path, content in files.items()}
        _list(places, Installed(__version__, language, digests, tuple(made)))
    return steps


@_told()
def uninstall(places: Places, *, every: bool = False, pretend: bool = False) -> list[Step]:
    """Remove what was installed, and the folders made for it. Files changed since are kept, unless `every`."""
    before = installed(places)
    if before is None:
        return []
    steps: list[Step] = []
    for ours, digest in before.files.items():
        steps += _remove(Path(ours), digest, every=every, pretend=pretend)
    strangers = [path for path in _inside(places.profile) if str(path) not in before.files]
    for path in strangers:
        steps.append(Step("remove" if every else "keep", path))
        if every and not pretend:
            path.unlink()
    if any(step.verb == "keep" for step in steps):
        if not pretend:
            kept = {each: digest for each, digest in before.files.items() if Path(each).exists()}
            _list(places, Installed(before.version, before.language, kept, before.folders))
        return steps
    if not pretend:
        places.manifest.unlink()
    for folder in reversed(before.folders):
        if pretend:
            steps.append(Step("remove", Path(folder)))
            continue
        with suppress(OSError):  # others have put something into it, or removed it
            Path(folder).rmdir()
            steps.append(Step("remove", Path(folder)))
    return steps


def states(places: Places) -> dict[Path, str]:
    """Each file of the installation: `as installed`, `changed` or `missing`; empty when nothing is installed."""
    before = installed(places)
    return {} if before is None else {Path(path): _state(Path(path), digest) for path, digest in before.files.items()}


def _refuse_strangers(places: Places, files: dict[Path, bytes], known: dict[str, str]) -> None:
    if not known and places.profile.exists():
        raise OutputTrouble(
            f"Wireshark has a profile named {PROFILE!r} already, and reporter has not made it",
            where=str(places.profile),
            to_do="rename it in Wireshark (Edit > Configuration Profiles), then install again",
        )
    program = places.launcher
    if program.exists() and str(program) not in known and program.read_bytes() != files[program]:
        raise OutputTrouble(
            "a capture program of that name is there already, and reporter has not made it",
            where=str(places.launcher),
            to_do="rename or remove it, then install again",
        )


def _state(path: Path, digest: str) -> str:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "missing"
    if found == digest or path.name == _WRITTEN_BY_WIRESHARK:
        return "as installed"
    return "changed"


def _remove(path: Path, digest: str, *, every: bool, pretend: bool) -> Iterator[Step]:
    state = _state(path, digest)
    if state == "changed" and not every:
        yield Step("keep", path)
    elif state != "missing":
        yield Step("remove", path)
        if not pretend:
            path.unlink()


def _forget_folders(made: list[str], files: dict[Path, bytes], *, pretend: bool) -> Iterator[Step]:
    """Remove the folders of an earlier installation that are no longer used."""
    used = {parent for path in files for parent in path.parents}
    for folder in [each for each in reversed(made) if Path(each) not in used]:
        made.remove(folder)
        if not pretend:
            with suppress(OSError):
                Path(folder).rmdir()
        yield Step("remove", Path(folder))


def _missing(folder: Path) -> list[Path]:
    """The folders that must be made, outermost first."""
    return [each for each in (*reversed(folder.parents), folder) if not each.exists()]


def _inside(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST)


def _list(places: Places, done: Installed) -> None:
    text = json.dumps(
        {"version": done.version, "language": done.language, "files": done.files, "folders": list(done.folders)},
        ensure_ascii=False,
        indent=1,
    )
    content = (text + "\n").encode()
    if not places.manifest.exists() or places.manifest.read_bytes() != content:
        _write(places.manifest, content)


def _write(path: Path, content: bytes, *, executable: bool = False) -> None:
    with replacing(path) as file:
        file.write(content)
    if executable:
        path.chmod(path.stat().st_mode | 0o111)


def _unclear(places: Places, reason: str) -> OutputTrouble:
    return OutputTrouble(
        f"the list of what was installed cannot be read: {reason}",
        where=str(places.manifest),
        to_do=f"remove the folder {places.profile} and {places.launcher} by hand, then install again",
    )
