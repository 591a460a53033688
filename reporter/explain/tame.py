"""What the words of others may do: choose, list and spell facts. What could grow without end is no part of it."""

from __future__ import annotations

from jinja2 import Environment, TemplateSyntaxError, nodes

_ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.Getattr, nodes.Getitem),
    *(nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Filter),
    *(nodes.Test, nodes.For, nodes.Add, nodes.Sub, nodes.Div, nodes.FloorDiv, nodes.Neg, nodes.Pos, nodes.Concat),
    *(nodes.Tuple, nodes.List, nodes.Assign, nodes.Slice, nodes.Keyword, nodes.Dict, nodes.Pair),
)
_FILTERS = frozenset(
    ["abs", "capitalize", "code", "default", "first", "int", "join", "last", "length", "list", "lower", "max", "min"]
)
_MORE = frozenset(
    [
        "ms",
        "ours",
        "plural",
        "reverse",
        "round",
        "s",
        "series",
        "sort",
        "string",
        "sum",
        "term",
        "trim",
        "unique",
        "upper",
    ]
)
#: A text that is put together again and again doubles each time.
_SETS, _DEPTH = 8, 2


def tame(environment: Environment, source: str) -> None:
    """Raise TemplateSyntaxError, with the line, for words that do more than words of others may."""
    tree = environment.parse(source)
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            name = type(node).__name__
            raise TemplateSyntaxError(
                f"{name} is not for the words of a report: they choose, list and spell", _at(node)
            )
        if isinstance(node, nodes.Filter) and node.name not in _FILTERS | _MORE:
            known = ", ".join(sorted(_FILTERS | _MORE))
            raise TemplateSyntaxError(f"the filter {node.name!r} is not for words; there are {known}", _at(node))
        if isinstance(node, nodes.For) and any(node.find_all(nodes.Assign)):
            raise TemplateSyntaxError("words set no names in a loop", _at(node))
    if len(list(tree.find_all(nodes.Assign))) > _SETS:
        raise TemplateSyntaxError(f"words set at most {_SETS} names", 1)
    if _loops(tree) > _DEPTH:
        raise TemplateSyntaxError(f"words have loops within loops, {_DEPTH} deep at most", 1)


def _at(node: nodes.Node) -> int:
    return int(getattr(node, "lineno", 0) or 1)


def _loops(node: nodes.Node) -> int:
    inner = max((_loops(child) for child in node.iter_child_nodes()), default=0)
    return inner + isinstance(node, nodes.For)
