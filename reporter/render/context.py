"""The template context: everything that a template can name. Its version is `reporter.report.themefile.CONTEXT`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jinja2.utils import Namespace
from markupsafe import Markup

from reporter.render.page import Page
from reporter.report.document import Block, Commentary, Document, Section


@dataclass(frozen=True, slots=True)
class PageLook:
    """The look that theme.toml asks for. `colours` are those of its table, `fonts` lists of families as CSS writes them
    (`sans`, `serif`, `mono`), `size` and `margin` those of the paper, `logo` the logo as an address for `<img src>`,
    empty without one.
    """

    colours: Mapping[str, str]
    fonts: Mapping[str, str]
    size: str
    margin: str
    logo: str


class Now(Namespace):
    """What is being drawn: `now.section` and how deep it is (`now.depth`, from 1), `now.block` in a figure's block."""

    section: Section | None
    block: Block | None
    depth: int


@dataclass(frozen=True, slots=True)
class Context:
    """Every name that a template can use, besides Jinja's own and the filters.

    `paged` is true for the PDF; `labels` are the words of the page (`labels/zh.toml`) and `language_tag` is its
    language as HTML writes it. `rich(text)` writes a text with its evidence, `image("a.png")` gives a picture of the
    theme as an address for `<img src>`, `remark_rules` and `state_changes` serve the packet-by-packet section.
    `sheets.style`, `sheets.paper` and `script` are what the page's head carries, `policy` is its
    Content-Security-Policy, `version` that of this context.
    """

    document: Document
    paged: bool
    language_tag: str
    labels: Mapping[str, str]
    page: Page
    now: Now
    look: PageLook
    rich: Callable[..., Markup]
    image: Callable[[str], str]
    remark_rules: Callable[[Commentary], list[tuple[str, str]]]
    state_changes: Callable[[Commentary], list[bool]]
    sheets: Mapping[str, Markup]
    script: Markup
    policy: str
    version: int
