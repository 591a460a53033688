"""What the compiled values need of a dataclass, so that `replace`, `fields` and `match` know them.

It stands beside the compiled modules as `reporter.model.native`; the program as it is written does without it.
"""

from __future__ import annotations

from dataclasses import make_dataclass
from typing import Any, TypeVar

_Value = TypeVar("_Value")


def native(cls: type, names: tuple[str, ...]) -> None:
    """Give a compiled class the marks of a dataclass with these fields."""
    made: Any = make_dataclass(cls.__name__, names)
    for mark in ("__dataclass_fields__", "__match_args__"):
        setattr(cls, mark, getattr(made, mark))


def replaced(value: _Value, **changes: Any) -> _Value:
    """As `dataclasses.replace`, whose types do not take a class that is no dataclass."""
    fields: Any = getattr(value, "__dataclass_fields__", ())
    return type(value)(**{name: getattr(value, name) for name in fields} | changes)
