"""What the sources say of the fields of a class: the `#:` comment beside each, or above it where it is long."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_CLASS = re.compile(r"class (\w+)")
_FIELD = re.compile(r"    (\w+): ")
_COMMENT = re.compile(r"#: (.+)$")


def described(kind: type) -> dict[str, str]:
    """The comments of the fields of a class of ours by name; `kind`, which tells blocks apart, is described here."""
    found = dict(_comments(kind.__module__).get(kind.__name__, {}))
    value = getattr(kind, "__dataclass_fields__", {}).get("kind")
    if value is not None:
        found["kind"] = f"`{value.default}`, which `figure_{value.default.replace('-', '_')}` draws"
    return found


@cache
def _comments(module: str) -> dict[str, dict[str, str]]:
    """By class and field. Read from the source, as comments are nowhere else and a class may have been compiled."""
    source = _PACKAGE.joinpath(*module.split(".")[1:]).with_suffix(".py").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = {}
    name, above = "", ""
    for line in source.splitlines():
        if line and not line[0].isspace():
            named = _CLASS.match(line)
            name = named[1] if named else ""
        field, comment = _FIELD.match(line), _COMMENT.search(line)
        said = comment[1] if comment else above
        if name and field and said:
            found.setdefault(name, {})[field[1]] = said
        above = comment[1] if comment and not field else ""
    return found
