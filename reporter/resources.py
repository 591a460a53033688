"""Where the files that are edited without Python (templates and prose) live, and what Jinja made of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import BytecodeCache


@cache
def templates_dir() -> Path:
    """The `templates` folder: inside the installed package, else beside it in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def compiled_templates(*shapers: str | Path) -> BytecodeCache | None:
    """Where Jinja keeps compiled templates from one run to the next; None where nothing can be kept.

    Compiling takes a third of the time of a small report. What is kept is used only while the template's source
    is the same, and with it `shapers`: texts and files (their content) that decide what a template becomes.
    """
    folder = _cache_folder()
    if folder is None:
        return None
    from reporter.compiled import Kept

    return Kept(str(folder), _contents(shapers))


def _contents(shapers: Iterable[str | Path]) -> str:
    return "\0".join(each if isinstance(each, str) else each.read_text(encoding="utf-8") for each in shapers)


@cache
def _cache_folder() -> Path | None:
    """A folder that only its owner, who is us, can write into."""
    named = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else None)
    with suppress(OSError, RuntimeError):
        folder = Path(named or Path.home() / ".cache") / "reporter" / "templates"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.stat()
        ours = sys.platform == "win32" or (state.st_uid == os.getuid() and not state.st_mode & 0o022)
        return folder if ours and os.access(folder, os.W_OK) else None
    return None


def inside(folder: Path, name: str) -> Path | None:
    """The file of that name in the folder; None when there is none or when it lies, by a link, elsewhere."""
    try:
        root, file = folder.resolve(), (folder / name).resolve()
        return file if file.is_relative_to(root) and file.is_file() else None
    except (OSError, ValueError, RuntimeError):
        return None
