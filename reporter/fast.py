"""The compiled form of the modules through which every packet goes; `make fast` builds it, nothing needs it.

It lies in the virtual environment, apart from the sources, and is used only while their contents are as they were
when it was built.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

#: Where the compiled modules are, with `modules.json`, which names them.
FOLDER = Path(sys.prefix) / "reporter-fast"
#: When this variable is set, the program runs as it is written.
SWITCH = "REPORTER_PLAIN"
_LAYERS = ("model", "extract", "analyse", "explain", "rules", "render")


class Compiled(MetaPathFinder):
    """Finds the modules that have been compiled, by full name."""

    def __init__(self, files: dict[str, str]) -> None:
        self._files = files

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        """The compiled module of that name; None for any other."""
        file = self._files.get(name)
        return None if file is None else spec_from_file_location(name, FOLDER / file)


def state_of(package: Path) -> str:
    """The Python in use, and a digest of every source that a compiled module may rest on."""
    digest = sha256()
    for file in sorted(file for layer in _LAYERS for file in (package / layer).glob("*.py")):
        digest.update(f"{file.parent.name}/{file.name}\0".encode())
        digest.update(file.read_bytes())
    return f"{sys.implementation.cache_tag} {sys.version_info[:3]} {digest.hexdigest()}"


def ready() -> dict[str, str] | None:
    """The files of the compiled modules by name; None when there are none, or when a source has changed since."""
    with suppress(OSError, ValueError, KeyError):
        told = json.loads((FOLDER / "modules.json").read_text(encoding="utf-8"))
        if told["state"] == state_of(Path(__file__).resolve().parent):
            return dict(told["modules"])
    return None


def use() -> bool:
    """Import compiled modules from now on, where they are; whether they are. To be called before they are imported."""
    if os.environ.get(SWITCH):
        return False
    files = ready()
    if files is not None:
        sys.meta_path.insert(0, Compiled(files))
    return files is not None
