"""A person's own words as HTML: the elements of the document and no others, their text escaped."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from markupsafe import Markup

from reporter.report.prose import Element

_EMPTY = ("br", "hr")

#: A table of theirs and what is in it as HTML: the whole of it.
Tabled = Callable[[Element, Markup], Markup]


def prose(elements: Iterable[Element | str], plain: Callable[[str], Markup], table: Tabled) -> Markup:
    """The elements as HTML; `plain` makes text of theirs ready to show, outside links and code."""
    return Markup("").join(_shown(each, plain, table) for each in elements)


def _shown(each: Element | str, plain: Callable[[str], Markup], table: Tabled) -> Markup:
    if isinstance(each, str):
        return plain(each)
    if each.name in _EMPTY:
        return Markup("<{}>").format(each.name)
    inner = prose(each.children, Markup.escape if each.name in ("a", "code", "pre") else plain, table)
    if each.name == "table":
        return table(each, inner)
    if each.name == "a":
        kind = "ref" if each.target.startswith("#") else "away"
        return Markup('<a class="{}" href="{}">{}</a>').format(kind, each.target, inner)
    return Markup("<{0}>{1}</{0}>").format(each.name, inner)
