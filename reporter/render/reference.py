"""The reference of the template context, written from its classes: what `reporter template variables` prints."""

from __future__ import annotations

import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Iterator
from enum import Enum
from typing import Any

from jinja2 import nodes

from reporter.explain.words import Rich
from reporter.render.context import Context, Now, PageLook
from reporter.render.fields import described
from reporter.render.html import environment_of
from reporter.render.page import Page
from reporter.render.sandbox import public
from reporter.report import themefile
from reporter.report.added import report_facts
from reporter.report.document import Block, Document
from reporter.resources import templates_dir

#: The classes of the context around the document.
FRAME = (Context, PageLook, Now)
_FRAME = templates_dir() / "reports" / "lab" / "report.html.j2"


def reference() -> str:
    """The reference as Markdown: theme.toml, the context, the classes of the document, blocks, filters."""
    lines = [
        f"The template context has version {themefile.CONTEXT}: write `context = {themefile.CONTEXT}` into theme.toml. "
        "Names may be added to it; when one goes or changes its meaning, the version changes.",
        "",
        "## theme.toml",
        "",
        "```toml",
        *_theme_file(),
        "```",
        "",
        "Limits: " + ", ".join(f"`{name}` ({value})" for name, value in themefile.LIMITS.items()) + ".",
        "",
        "Colours: " + ", ".join(f"`{name}`" for name in themefile.colours()) + ".",
        "",
        "## Names in every template",
        "",
        *_class(Context),
        "",
        *_class(PageLook),
        "",
        *_class(Now),
        "",
        "### Page",
        "",
        *_page(),
        "",
        "## The document",
        "",
    ]
    for kind in classes():
        lines += [*_class(kind), ""]
    lines += ["## Words of an added section", "", _text(report_facts), "", _facts(), ""]
    lines += ["## Blocks of report.html.j2", "", " ".join(f"`{name}`" for name in blocks()), ""]
    lines += ["## Filters and functions of ours", "", *_filters()]
    return "\n".join(lines)


def classes() -> list[type]:
    """The documented classes that templates can reach from the document, in order of appearance."""
    found: list[type] = []

    def visit(hint: Any) -> None:
        if hint == Rich:
            hint = Rich.__args__[0]  # type: ignore[attr-defined]
        named = isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields")
        if isinstance(hint, type) and (named or dataclasses.is_dataclass(hint) or issubclass(hint, Enum)):
            if hint in found or not hint.__module__.startswith("reporter."):
                return
            found.append(hint)
            if dataclasses.is_dataclass(hint):
                hints = typing.get_type_hints(hint)
                for each in _fields(hint):
                    visit(hints[each.name])
        for inner in typing.get_args(hint):
            visit(inner)

    visit(Document)
    return found


def blocks() -> list[str]:
    """The names of the blocks of the lab report's page, in order."""
    tree = environment_of((_FRAME.parent,)).parse(_FRAME.read_text(encoding="utf-8"))
    return [block.name for block in tree.find_all(nodes.Block)]


def signature() -> list[str]:
    """Every name of the context with its type, sorted: what must stay as long as the version does."""
    found = []
    for kind in (*FRAME, *classes()):
        hints = typing.get_type_hints(kind)
        names = [each.name for each in _fields(kind)] if dataclasses.is_dataclass(kind) else sorted(_own(kind))
        found += [f"{kind.__name__}.{name}" for name in names if not issubclass(kind, Enum) and name in hints]
    found += [f"Page.{name}" for name in public(Page)]
    found += [f"block:{name}" for name in blocks()]
    return sorted(found)


def _theme_file() -> Iterator[str]:
    doc = inspect.getdoc(themefile) or ""
    yield from (line.removeprefix("    ") for line in doc.splitlines()[2:])


def _fields(kind: Any) -> list[dataclasses.Field[Any]]:
    return [each for each in dataclasses.fields(kind) if not each.metadata.get("hidden")]


def _own(kind: type) -> set[str]:
    return {name for name in typing.get_type_hints(kind) if not name.startswith("_")}


def _class(kind: type) -> Iterator[str]:
    yield f"### {kind.__name__}"
    yield ""
    yield _text(kind)
    yield ""
    hints = typing.get_type_hints(kind)
    if issubclass(kind, Enum):
        yield "Its `value` is one of " + ", ".join(f"`{each.value}`" for each in kind) + "."
        return
    names = [each.name for each in _fields(kind)] if dataclasses.is_dataclass(kind) else sorted(_own(kind))
    said = described(kind)
    yield from (f"- `{name}` ({_type(hints[name])}): {said.get(name, '')}" for name in names)
    for name in sorted(public(kind) - set(names)) if dataclasses.is_dataclass(kind) else ():
        yield f"- `{name}`: {_text(getattr(kind, name))}"


def _page() -> Iterator[str]:
    yield _text(Page) + " Its name is `page`."
    yield ""
    for name in sorted(public(Page)):
        method = inspect.getattr_static(Page, name)
        method = method.__func__ if isinstance(method, staticmethod) else method
        if isinstance(method, types.FunctionType):
            yield f"- `page.{name}({', '.join(_arguments(method))})`: {_text(method)}"


def _filters() -> Iterator[str]:
    environment = environment_of((_FRAME.parent,))
    for name, made in sorted(environment.filters.items()):
        if made.__module__.startswith("reporter."):
            arguments = _arguments(made)[1:]
            yield f"- `|{name}{'(' + ', '.join(arguments) + ')' if arguments else ''}`: {_text(made)}"
    for name, made in sorted(environment.globals.items()):
        if getattr(made, "__module__", "").startswith("reporter."):
            yield f"- `{name}({', '.join(_arguments(made))})`: {_text(made)}"


def _facts() -> str:
    names = sorted(report_facts((), None))
    return "They may use " + ", ".join(f"`{name}`" for name in names) + "."


def _arguments(function: Any) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name != "self"]


def _text(documented: Any) -> str:
    return re.sub(r"\s*\n\s*", " ", (inspect.getdoc(documented) or "").strip())


def _type(hint: Any) -> str:
    """A type as a person who writes templates reads it."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint == Rich:
        return "text for `rich(…)`"
    if origin in (typing.Union, types.UnionType):
        if all(each in inner for each in typing.get_args(Block)):
            return "any block" + (" or nothing" if type(None) in inner else "")
        return " or ".join("nothing" if each is type(None) else _type(each) for each in inner)
    if origin is tuple:
        if len(inner) == 2 and inner[1] is Ellipsis:
            return f"list of {_type(inner[0])}"
        return "(" + ", ".join(map(_type, inner)) + ")"
    if origin is list:
        return f"list of {_type(inner[0])}"
    if isinstance(origin, type) and origin.__name__ == "Mapping":
        return f"{_type(inner[1])} by name"
    if origin is not None:
        return "function"
    plain = {str: "text", int: "number", bool: "true or false", bytes: "bytes", float: "number"}
    if hint in plain:
        return plain[hint]
    name = getattr(hint, "__name__", str(hint))
    return {"Decimal": "number", "Markup": "HTML"}.get(name, f"[{name}](#{name.lower()})")
