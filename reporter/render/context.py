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
    """The look that theme.toml asks for."""

    colours: Mapping[str, str]  #: those of theme.toml's table, by name
    fonts: Mapping[str, str]  #: lists of families as CSS writes them: `sans`, `serif`, `mono`
    size: str  #: of the paper
    margin: str  #: of the paper
    logo: str  #: the logo as an address for `<img src>`; empty without one


class Now(Namespace):
    """What is being drawn: blocks of `report.html.j2` see the page through it."""

    section: Section | None  #: the section that is being drawn
    block: Block | None  #: the block that is being drawn
    depth: int  #: how deep the section is, from 1


@dataclass(frozen=True, slots=True)
class Context:
    """Every name that a template can use, besides Jinja's own and the filters."""

    document: Document  #: the report
    paged: bool  #: true for the PDF, false for the page
    language_tag: str  #: the language as HTML writes it
    labels: Mapping[str, str]  #: the words of the page, `labels/zh.toml` and `labels/en.toml`
    page: Page  #: what can be asked about the whole page
    now: Now  #: what is being drawn
    look: PageLook  #: what theme.toml asks for
    rich: Callable[..., Markup]  #: `rich(text)`: the text as HTML with its evidence
    image: Callable[[str], str]  #: `image("a.png")`: a picture of the theme as an address for `<img src>`
    #: `remark_rules(block)`: codes and titles of the rules that speak in a commentary
    remark_rules: Callable[[Commentary], list[tuple[str, str]]]
    #: `state_changes(block)`: for each remark whether the TCP states have changed
    state_changes: Callable[[Commentary], list[bool]]
    sheets: Mapping[str, Markup]  #: the style sheets of the page's head: `style`, and `paper` for the PDF
    script: Markup  #: the script of the page's head
    policy: str  #: the page's Content-Security-Policy
    version: int  #: of this context
