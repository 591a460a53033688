"""Files of a submission folder: only what lies inside it is read, whatever a text asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from reporter.errors import UsageTrouble
from reporter.handwritten import nearest


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the words of a person something stands; `line` counts from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}"


def read_inside(folder: Path, name: str, most: int, endings: Iterable[str], where: object) -> bytes:
    """The content of a file of the folder, at most `most` bytes.

    Raises UsageTrouble when it is not there, too large, or anywhere but in the folder; `where` asked for it.
    """

    def refuse(what: str, to_do: str) -> UsageTrouble:
        return UsageTrouble(what, where=str(where), to_do=to_do)

    if "://" in name or name.startswith(("//", "data:", "file:")):
        raise refuse(f"{name!r} is not a file of this folder; nothing is fetched", "put the file into the folder")
    root = folder.resolve()
    try:
        path = (root / name).resolve()
        inside = path.is_relative_to(root) and not Path(name).is_absolute()
        there = path.is_file()
    except (OSError, ValueError, RuntimeError):
        inside = there = False
    if not inside:
        raise refuse(f"{name!r} is outside the folder of the report", "put a copy into the folder")
    if not there:
        found = sorted(
            each.relative_to(root).as_posix() for each in _files(root) if each.suffix.lower() in set(endings)
        )
        raise refuse(f"there is no file {name!r}{nearest(name, found)}", f"put it into {folder.name or 'the folder'}")
    if path.stat().st_size > most:
        raise refuse(f"{name!r} is larger than {most // 1024} KB", "make it smaller")
    try:
        return path.read_bytes()
    except OSError as error:
        raise refuse(f"{name!r} cannot be read: {error.strerror}", "check its permissions") from None


def as_text(content: bytes, name: str, where: object) -> str:
    """UTF-8 with plain line ends. Raises UsageTrouble for anything else."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UsageTrouble(
            f"{name!r} is not UTF-8 text (line {line})", where=str(where), to_do="save it as UTF-8"
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _files(root: Path, most: Callable[[int], bool] = lambda count: count < 2000) -> Iterable[Path]:
    for count, path in enumerate(root.rglob("*")):
        if not most(count):
            return
        if path.is_file():
            yield path
