"""Words that a person wrote: a small tree of named elements, so that no markup of theirs reaches a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Name = Literal[
    "p", "em", "strong", "s", "code", "pre", "a", "br", "hr", "ul", "ol", "li", "blockquote",
    "table", "thead", "tbody", "tr", "th", "td",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Element:
    """One element and what is in it. `target` is where a link leads: an address, or `#frame-7` in the page."""

    name: Name
    children: tuple[Element | str, ...] = ()
    target: str = ""


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs, lists, quotations and tables of a person's own words."""

    elements: tuple[Element, ...]
    kind: str = "prose"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section, without a number; `level` counts from 1, that of a section's own title."""

    text: str
    level: int
    kind: str = "heading"
