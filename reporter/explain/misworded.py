"""What is wrong in the words of others, told where it stands: the file, the line, the nearest right name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from jinja2 import TemplateSyntaxError, UndefinedError

from reporter.errors import UsageTrouble
from reporter.handwritten import line_of, nearest

_UNDEFINED = re.compile(r"'(\w+)' is undefined")


def misworded(error: Exception, file: Path, code: str, key: str, facts: Iterable[str] = ()) -> UsageTrouble:
    """The trouble that an error in the words `key` of the table `code` of a file is; `facts` are what they may use."""
    known = sorted(facts)
    unknown = _UNDEFINED.fullmatch(str(error)) if isinstance(error, UndefinedError) else None
    said = f"there is no {unknown[1]!r}{nearest(unknown[1], known)}" if unknown else str(error)
    line = error.lineno if isinstance(error, TemplateSyntaxError) else 1
    to_do = f"they may use {', '.join(known)}" if known else "they may use no facts"
    return UsageTrouble(
        f"the words {code}.{key} cannot be used: {said}",
        where=_place(file, code, key, unknown[1] if unknown else "", line),
        to_do="correct that line" if isinstance(error, TemplateSyntaxError) else to_do,
    )


def _place(file: Path, code: str, key: str, name: str, line: int) -> str:
    """`path, line N` of the name in the words, else of the given line of them; `path` where they are not found."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return str(file)
    head = re.compile(rf"^[ \t]*\[[ \t]*[\"']?{re.escape(code)}[\"']?[ \t]*\]", re.MULTILINE).search(text)
    begin = re.compile(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=[ \t]*(\"\"\"\n?|'''\n?)?", re.MULTILINE)
    said = begin.search(text, head.end()) if head else None
    if said is None:
        return str(file)
    used = re.compile(rf"(?<![\w.]){re.escape(name)}\b").search(text, said.end()) if name else None
    # A text between single quotation marks stands on one line, whatever it spells.
    below = line - 1 if said[1] else 0
    return f"{file}, line {line_of(text, used.start() if used else said.end()) + (0 if used else below)}"
