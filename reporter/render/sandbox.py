"""The sandbox in which templates run: they reach the documented fields of the document, and nothing else.

Jinja's own sandbox refuses names that begin with an underscore; here it is the other way round. An attribute is
reached when it is a public field or method of one of our documented values, a harmless method of a text, a list or a
mapping, or belongs to Jinja itself. Files come from the theme's folders and ours; no link leads out of them.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from jinja2 import TemplateNotFound as NotFound
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError
from jinja2.runtime import BlockReference, LoopContext, Macro, TemplateReference
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Cycler, Joiner, Namespace
from markupsafe import Markup

from reporter.resources import inside

_TEXT = frozenset(
    [
        *("capitalize", "casefold", "count", "endswith", "expandtabs", "find", "format", "index", "isalpha", "isdigit"),
        *("islower", "isnumeric", "isupper", "join", "lower", "lstrip", "partition", "removeprefix", "removesuffix"),
        *("replace", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase"),
        *("title", "upper"),
    ]
)
_MAPPING = frozenset(("get", "items", "keys", "values"))
_SEQUENCE = frozenset(("count", "index"))
#: The document has tuples only: every list is the template's own.
_LIST = _SEQUENCE | {"append", "extend"}
#: Values of Jinja itself: what is public there is made for templates.
_JINJA = (TemplateModule, BlockReference, LoopContext, Macro, TemplateReference, Cycler, Joiner, Namespace)
_NONE: frozenset[str] = frozenset()


class Folder(FileSystemLoader):
    """Templates of one folder; a link that leads out of it is no template."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """As Jinja asks for it. Raises TemplateNotFound."""
        if inside(self.folder, template) is None:
            raise NotFound(template)
        return super().get_source(environment, template)


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of a theme. `open_types` are classes of ours whose public names templates may use."""

    def __init__(self, folders: Sequence[Path], ours: Path, open_types: Iterable[type] = ()) -> None:
        # `builtin:reports/lab/report.html.j2` is ours, whatever a theme has under that name; a number is a folder of
        # the theme's chain.
        named: dict[str, BaseLoader] = {"builtin": Folder(ours)}
        named |= {str(index): Folder(folder) for index, folder in enumerate(folders)}
        plain = [Folder(folder) for folder in (*folders, ours / "reports" / "lab")]
        super().__init__(
            loader=ChoiceLoader([PrefixLoader(named, delimiter=":"), *plain]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._names: dict[type, frozenset[str] | None] = {kind: public(kind) for kind in open_types}
        del self.globals["lipsum"]

    def getattr(self, obj: Any, attribute: str) -> Any:
        """An attribute, if it may be reached; an undefined value with the nearest right name otherwise."""
        kind = type(obj)
        try:
            names = self._names[kind]
        except KeyError:
            names = self._names[kind] = _reachable(kind)
        if names is None:
            return super().getattr(obj, attribute)
        if attribute in names:
            value = getattr(obj, attribute)
            if attribute == "format" and isinstance(obj, str):
                return self.wrap_str_format(value) or value
            return value
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return self._unknown(obj, attribute, names)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """An item, or an attribute by its name."""
        if isinstance(obj, Sequence | Mapping | str) or type(obj) in (TemplateReference, LoopContext):
            try:
                return obj[argument]
            except (TypeError, LookupError):
                pass
        if isinstance(argument, str):
            return self.getattr(obj, str(argument))
        return self.undefined(obj=obj, name=argument)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether the attribute of an object may be reached."""
        names = _reachable(type(obj))
        return super().is_safe_attribute(obj, attr, value) if names is None else attr in names

    def _unknown(self, obj: Any, attribute: str, names: frozenset[str]) -> Any:
        if attribute.startswith("_") or (not names and hasattr(obj, attribute)):
            return self.undefined(f"{attribute!r} is out of reach here", obj, attribute, SecurityError)
        known = sorted(names | set(obj)) if isinstance(obj, Mapping) else sorted(names)
        hint = f"{type(obj).__name__} has no {attribute!r}{nearest_of(attribute, known)}"
        return self.undefined(hint, obj, attribute)


def nearest_of(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` or, where nothing is alike and little is known, what there is."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; there are {', '.join(sorted(names))}" if 0 < len(names) <= 12 else ""


def public(kind: type) -> frozenset[str]:
    """The public names of a class of ours: fields of a dataclass, properties, methods."""
    fields = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()
    hidden = {each.name for each in fields if each.metadata.get("hidden")}
    names = {each.name for each in fields} | set(vars(kind))
    return frozenset(name for name in names - hidden if not name.startswith("_"))


def _reachable(kind: type) -> frozenset[str] | None:
    """The attributes of a class that templates may reach, None for those of Jinja, which looks after them itself."""
    if issubclass(kind, _JINJA):
        return None
    found = _NONE
    if dataclasses.is_dataclass(kind) and kind.__module__.startswith("reporter."):
        found |= public(kind)
    if issubclass(kind, Enum):
        found |= {"name", "value"}
    if issubclass(kind, str):
        found |= _TEXT | ({"striptags", "unescape"} if issubclass(kind, Markup) else _NONE)
    if issubclass(kind, Mapping):
        found |= _MAPPING
    if issubclass(kind, tuple | list):
        found |= _LIST if issubclass(kind, list) else _SEQUENCE
    return found
