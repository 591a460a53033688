"""Files in TOML and names in them that people write: read whole, or refused with what is wrong, and where."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from reporter.errors import UsageTrouble

#: So many names are all told; of more, the nearest.
_FEW, _NEAREST = 12, 5


def read_toml(path: Path, what: str) -> tuple[str, dict[str, Any]]:
    """The text and the tables of a file; `what` it is called begins the message.

    Raises UsageTrouble when it is not there, not UTF-8, not TOML or nested too deeply.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageTrouble(f"{what} is not TOML: {error}", where=str(path), to_do="correct that line") from None
    except OSError as error:
        raise UsageTrouble(
            f"{what} cannot be read: {error.strerror}", where=str(path), to_do="check the path"
        ) from None
    except RecursionError:
        raise UsageTrouble(f"{what} is nested too deeply", where=str(path), to_do="write plain tables") from None
    except ValueError:
        raise UsageTrouble(f"{what} is not UTF-8 text", where=str(path), to_do="save it as UTF-8") from None


def place(path: Path, text: str, key: str, start: int = 0) -> str:
    """`path, line N` of the first key or table of that name from `start` on, `path` when it is not found."""
    found = re.compile(rf"^[ \t]*(?:\[+[ \t]*)?[\"']?{re.escape(key)}[\"']?[ \t]*[=\].]", re.MULTILINE).search(
        text, start
    )
    return str(path) if found is None else f"{path}, line {line_of(text, found.start())}"


def line_of(text: str, offset: int) -> int:
    """The number of the line in which that character stands, from 1."""
    return text.count("\n", 0, offset) + 1


def place_of(path: Path, text: str, key: str, value: str) -> str:
    """`path, line N` of the first line on which a key has that value, alone or in its list, `path` without one."""
    quoted = rf"[\"']{re.escape(value)}[\"']"
    said = rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=[ \t]*(?:\[[^\]]*?)?(?P<value>{quoted})"
    found = re.compile(said, re.MULTILINE).search(text)
    return str(path) if found is None else f"{path}, line {line_of(text, found.start('value'))}"


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` when a known name is like this one, else nothing."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def alike(name: str, known: Iterable[str]) -> str:
    """What there is, when that is little, else the few names most like this one: `known are …`."""
    names = list(dict.fromkeys(known))
    if len(names) <= _FEW:
        return f"known are {', '.join(names)}"
    close = difflib.get_close_matches(name, names, n=_NEAREST, cutoff=0.5)
    return f"of {len(names)} known keys the nearest are {', '.join(close)}" if close else f"{len(names)} keys are known"
