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
    """One element and what is in it."""

    name: Name  #: its name in HTML: `p`, `em`, `ul`, `td` …
    children: tuple[Element | str, ...] = ()  #: elements and texts in it
    target: str = ""  #: where a link leads: an address, or `#frame-7` in the page


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs, lists, quotations and tables of a person's own words."""

    elements: tuple[Element, ...]  #: paragraphs, lists, quotations, tables
    kind: str = "prose"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section, without a number."""

    text: str  #: its words
    level: int  #: 1 is that of a section's own title
    kind: str = "heading"
