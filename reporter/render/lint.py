"""The templates of a theme read without being run: names, attributes, filters and blocks that do not exist.

What a name holds is followed from the template context through loops, `set` and `{% block %}`; where it cannot be
known, nothing is said.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import TemplateSyntaxError, nodes
from jinja2.utils import Namespace

from reporter.errors import UsageTrouble
from reporter.render.context import Context
from reporter.render.html import environment_of
from reporter.render.sandbox import Sandbox, nearest_of, public
from reporter.report.document import Block, Section
from reporter.report.theme import Theme

_FRAME = "report.html.j2"
_KEEPS = frozenset(("list", "sort", "reverse", "unique", "reject", "select", "rejectattr", "selectattr", "default"))
#: What is asked of a name that another template may have set, or none.
_MAY_BE_MISSING = frozenset(("default", "d", "defined", "undefined"))
_OURS = ("self", "super", "loop", "caller", "varargs", "kwargs")

Kinds = dict[str, Any]


def kinds() -> dict[str, Any]:
    """The classes of blocks by their kind."""
    return {str(each.__dataclass_fields__["kind"].default): each for each in typing.get_args(Block)}


def check_templates(theme: Theme, folder: Path) -> Iterator[UsageTrouble]:
    """Everything in the templates of one folder of a theme that cannot be right."""
    environment = environment_of(theme.folders)
    files = sorted(file for file in folder.rglob("*.j2") if file.is_file())
    for file in files:
        yield from _Reader(environment, theme, folder, file).troubles()


class _Reader:
    def __init__(self, environment: Sandbox, theme: Theme, folder: Path, file: Path) -> None:
        self._environment, self._theme = environment, theme
        self._folder, self._file = folder, file
        self._found: list[UsageTrouble] = []
        self._set_anywhere: set[str] = set()

    def troubles(self) -> list[UsageTrouble]:
        source = self._file.read_text(encoding="utf-8", errors="replace")
        try:
            tree = self._environment.parse(source, filename=str(self._file))
        except TemplateSyntaxError as error:
            self._enter(str(error.message), error.lineno, "correct that line")
            return self._found
        except RecursionError:
            self._enter("the template is nested too deeply", 1, "take it apart")
            return self._found
        for node in tree.find_all((nodes.Name, nodes.NSRef, nodes.Macro, nodes.Import, nodes.FromImport)):
            self._set_anywhere |= set(_named(node))
        name = str(self._file.relative_to(self._folder))
        if name == _FRAME and tree.find(nodes.Extends) is not None:
            self._blocks(tree)
        self._known_filters(tree)
        scope = typing.get_type_hints(Context)
        if name.startswith("blocks/"):
            scope["block"] = kinds().get(Path(name).name.removesuffix(".html.j2"), Any)
        if name.startswith("sections/"):
            scope["block"] = kinds()["added"]
        # What the including template has set is in reach too.
        scope |= {"section": Section, "depth": int}
        self._body(tree.body, scope)
        return self._found

    def _enter(self, what: str, line: int, to_do: str) -> None:
        trouble = UsageTrouble(what, where=f"{self._file}, line {line}", to_do=to_do)
        if all(each.what != what or each.where != trouble.where for each in self._found):
            self._found.append(trouble)

    def _blocks(self, tree: nodes.Template) -> None:
        there = frozenset().union(
            *(self._blocks_in(each / _FRAME) for each in self._theme.folders if each != self._folder)
        )
        own = {block.name for block in tree.find_all(nodes.Block)}
        placed = {f"section_{name.replace('-', '_')}" for name in self._theme.sections}
        called = {node.attr for node in tree.find_all(nodes.Getattr)}
        for block in tree.find_all(nodes.Block):
            if block.name not in there | placed | called:
                known = sorted((there | placed) - own)
                what = f"there is no block {block.name!r}, so it is never drawn{nearest_of(block.name, known)}"
                self._enter(what, block.lineno, "`reporter template variables` lists the blocks")

    def _blocks_in(self, file: Path) -> frozenset[str]:
        # Read only: what is compiled is worked out in part, and a theme's may have no end.
        if not file.is_file():
            return frozenset()
        try:
            tree = self._environment.parse(file.read_text(encoding="utf-8", errors="replace"))
        except (TemplateSyntaxError, RecursionError):
            return frozenset()
        return frozenset(block.name for block in tree.find_all(nodes.Block))

    def _known_filters(self, tree: nodes.Template) -> None:
        for node in tree.find_all((nodes.Filter, nodes.Test)):
            assert isinstance(node, nodes.Filter | nodes.Test)
            known = self._environment.filters if isinstance(node, nodes.Filter) else self._environment.tests
            if node.name not in known:
                kind = type(node).__name__.lower()
                what = f"there is no {kind} {node.name!r}{nearest_of(node.name, known)}"
                self._enter(what, node.lineno, f"use a {kind} that there is")

    # ------------------------------------------------------------ what names hold

    def _body(self, body: Sequence[nodes.Node], scope: Kinds) -> None:
        for node in body:
            self._statement(node, scope)

    def _statement(self, node: nodes.Node, scope: Kinds) -> None:
        if isinstance(node, nodes.For):
            held = _element(self._kind(node.iter, scope))
            inner = {**scope, "loop": Any}
            _bind(node.target, held, inner)
            if node.test is not None:
                self._kind(node.test, inner)
            self._body([*node.body, *node.else_], inner)
        elif isinstance(node, nodes.Assign):
            _bind(node.target, self._kind(node.node, scope), scope)
        elif isinstance(node, nodes.Block):
            inner = typing.get_type_hints(Context) | {"section": Section, "depth": int}
            kind = node.name.removeprefix("figure_").replace("_", "-")
            if node.name.startswith("figure_"):
                inner["now"] = _NowOf(kinds().get(kind, Any))
            self._body(node.body, inner)
        elif isinstance(node, nodes.Macro | nodes.CallBlock):
            inner = {**scope, **{name.name: Any for name in node.args}, "caller": Any}
            if isinstance(node, nodes.CallBlock):
                self._kind(node.call, scope)
            self._body(node.body, inner)
        elif isinstance(node, nodes.If):
            self._kind(node.test, scope)
            for each in [*node.body, *node.elif_, *node.else_]:
                self._statement(each, scope)
        elif isinstance(node, nodes.Import):
            scope[node.target] = Any
        elif isinstance(node, nodes.FromImport):
            scope |= {(each[1] if isinstance(each, tuple) else each): Any for each in node.names}
        elif isinstance(node, nodes.Expr):
            self._kind(node, scope)
        else:
            for child in node.iter_child_nodes():
                self._statement(child, scope)

    def _kind(self, node: nodes.Node, scope: Kinds) -> Any:
        """What an expression holds, Any where that is not known; attributes that do not exist are entered."""
        if isinstance(node, nodes.Name):
            return self._name(node, scope)
        if isinstance(node, nodes.Getattr):
            return self._attribute(self._kind(node.node, scope), node.attr, node.lineno)
        if isinstance(node, nodes.Getitem):
            held = self._kind(node.node, scope)
            self._kind(node.arg, scope)
            if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, int):
                return _element(held)
            return _values(held)
        if isinstance(node, nodes.Call):
            held = self._kind(node.node, scope)
            for argument in [*node.args, *(each.value for each in node.kwargs)]:
                self._kind(argument, scope)
            return typing.get_type_hints(held).get("return", Any) if isinstance(held, types.FunctionType) else Any
        if isinstance(node, nodes.Test) and node.name in _MAY_BE_MISSING and isinstance(node.node, nodes.Name):
            return Any
        if isinstance(node, nodes.Filter):
            missing = node.name in _MAY_BE_MISSING and isinstance(node.node, nodes.Name) and node.node.name not in scope
            held = self._kind(node.node, scope) if node.node is not None and not missing else Any
            for argument in node.args:
                self._kind(argument, scope)
            return held if node.name in _KEEPS else Any
        if isinstance(node, nodes.CondExpr):
            for child in node.iter_child_nodes():
                self._kind(child, scope)
            return Any
        for child in node.iter_child_nodes():
            self._kind(child, scope)
        return type(node.value) if isinstance(node, nodes.Const) else Any

    def _name(self, node: nodes.Name, scope: Kinds) -> Any:
        if node.name in scope:
            return scope[node.name]
        if node.name in self._environment.globals or node.name in _OURS or node.name in self._set_anywhere:
            return Any
        if node.name == "block":
            return Any
        known = [*scope, *self._environment.globals]
        what = f"there is no {node.name!r}{nearest_of(node.name, known)}"
        self._enter(what, node.lineno, "`reporter template variables` lists what there is")
        return Any

    def _attribute(self, held: Any, name: str, line: int) -> Any:
        if isinstance(held, _NowOf):
            return held.block if name == "block" else typing.get_type_hints(_now())[name] if name in _NOW else Any
        candidates = [each for each in _members(held) if each is not type(None)]
        if not candidates or any(not _ours(each) for each in candidates):
            return _values(held)
        hints = [typing.get_type_hints(each).get(name) or _method(each, name) for each in candidates]
        found = [hint for hint, each in zip(hints, candidates, strict=True) if name in _names(each)]
        if not found:
            known = sorted(set().union(*(_names(each) for each in candidates)))
            of = candidates[0].__name__ if len(candidates) == 1 else "block"
            what = f"{of} has no {name!r}{nearest_of(name, known)}"
            self._enter(what, line, "`reporter template variables` lists what there is")
            return Any
        return found[0] if len(found) == 1 and found[0] is not None else Any


@dataclasses.dataclass(frozen=True)
class _NowOf:
    """`now` in the block of one kind of figure."""

    block: Any


_NOW = ("section", "depth")


def _now() -> type:
    held: type = typing.get_type_hints(Context)["now"]
    return held


def _ours(kind: Any) -> bool:
    return (
        isinstance(kind, type) and (dataclasses.is_dataclass(kind) or kind.__module__ == "reporter.render.page")
    ) or (isinstance(kind, type) and issubclass(kind, Namespace))


def _names(kind: type) -> frozenset[str]:
    if issubclass(kind, Namespace):
        return frozenset(typing.get_type_hints(kind)) - {"_Namespace__attrs"}
    return public(kind)


def _method(kind: type, name: str) -> Any:
    found = getattr(kind, name, None)
    if isinstance(found, property) and isinstance(found.fget, types.FunctionType):
        return typing.get_type_hints(found.fget).get("return", Any)
    return found


def _members(held: Any) -> Sequence[Any]:
    return typing.get_args(held) if typing.get_origin(held) in (typing.Union, types.UnionType) else (held,)


def _element(held: Any) -> Any:
    """What the elements of a sequence are."""
    for each in _members(held):
        if typing.get_origin(each) in (tuple, list):
            inner = typing.get_args(each)
            if (len(inner) == 2 and inner[1] is Ellipsis) or len(inner) == 1:
                return inner[0]
            return types.GenericAlias(tuple, inner) if inner else Any
    return Any


def _values(held: Any) -> Any:
    """What the values of a mapping are."""
    origin = typing.get_origin(held)
    return typing.get_args(held)[1] if isinstance(origin, type) and issubclass(origin, Mapping) else Any


def _bind(target: nodes.Node, held: Any, scope: Kinds) -> None:
    if isinstance(target, nodes.Name):
        scope[target.name] = held
    elif isinstance(target, nodes.Tuple):
        inner = typing.get_args(held) if typing.get_origin(held) is tuple else ()
        for index, each in enumerate(target.items):
            _bind(each, inner[index] if len(inner) == len(target.items) and Ellipsis not in inner else Any, scope)


def _named(node: nodes.Node) -> Iterator[str]:
    if (isinstance(node, nodes.Name) and node.ctx in ("store", "param")) or isinstance(node, nodes.Macro):
        yield node.name
    elif isinstance(node, nodes.Import):
        yield node.target
    elif isinstance(node, nodes.FromImport):
        yield from ((each[1] if isinstance(each, tuple) else each) for each in node.names)
