"""What is wrong in a template, as a person sees it: the file, the line, what, and the nearest right name."""

from __future__ import annotations

import dataclasses
import re
import traceback
from collections.abc import Sequence
from pathlib import Path

from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError

from reporter.errors import UsageTrouble
from reporter.render.context import Context
from reporter.render.sandbox import nearest_of
from reporter.resources import templates_dir

_UNDEFINED = re.compile(r"'(\w+)' is undefined")
_CONTEXT = tuple(each.name for each in dataclasses.fields(Context))


def mistake(error: BaseException, folders: Sequence[Path]) -> UsageTrouble:
    """The trouble that an error in a template is; `folders` are those of the theme."""
    file, line = _place(error, folders)
    where = f"{file}, line {line}" if line else file
    excerpt = _line(file, line)
    if excerpt:
        where += f"\n{line}: {excerpt}"
    return UsageTrouble(_what(error, folders), where=where, to_do=_to_do(error))


def _what(error: BaseException, folders: Sequence[Path]) -> str:
    if isinstance(error, TemplateNotFound):
        there = sorted(
            {str(file.relative_to(folder)) for folder in folders for file in folder.rglob("*.j2") if file.is_file()}
        )
        return f"there is no template {error.name!r}{nearest_of(str(error.name), there)}"
    if isinstance(error, RecursionError):
        return "the templates call each other without end"
    if isinstance(error, MemoryError):
        return "the templates use more memory than a report may"
    text = str(error)
    unknown = _UNDEFINED.fullmatch(text) if isinstance(error, UndefinedError) else None
    if unknown:
        return f"there is no {unknown[1]!r}{nearest_of(unknown[1], _CONTEXT)}"
    if isinstance(error, TemplateError):
        return text
    return f"{type(error).__name__}: {text}"


def _to_do(error: BaseException) -> str:
    if isinstance(error, TemplateSyntaxError):
        return "correct that line"
    if isinstance(error, SecurityError):
        return "use what `reporter template variables` lists"
    if isinstance(error, UndefinedError):
        return "`reporter template variables` lists what there is"
    return "mend the template, or leave the theme out"


def _place(error: BaseException, folders: Sequence[Path]) -> tuple[str, int]:
    """The file and line of the template where it happened: the innermost of the theme's own, else the innermost."""
    if isinstance(error, TemplateSyntaxError):
        return error.filename or error.name or "", error.lineno
    frames = [
        (frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename.endswith((".j2", ".css", ".svg"))
    ]
    ours = str(templates_dir())
    own = [each for each in frames if not each[0].startswith(ours)]
    if own or frames:
        return (own or frames)[-1]
    return str(folders[0]) if folders else "", 0


def _line(file: str, line: int) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").splitlines()[line - 1].strip()[:160] if line else ""
    except (OSError, IndexError, ValueError):
        return ""
