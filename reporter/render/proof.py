"""A document rendered to be looked at by nobody: what is missing, runs over the edge or is ignored by WeasyPrint."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from reporter.errors import UsageTrouble
from reporter.handwritten import line_of, nearest
from reporter.render.fonts import missing_characters
from reporter.render.html import html_here, theme_of
from reporter.render.pdf import PdfOptions, pages_of
from reporter.render.sandbox import nearest_of
from reporter.render.worker import Limits, apart
from reporter.report.document import Document

#: How far a text may stand out of the page's area, in CSS pixels: the line breaking is not exact.
_TOLERANCE = 8.0
_MOST = 5
_IGNORED = re.compile(r"Ignored `([^`]*)` at \d+:\d+, (.*?)\.?$", re.DOTALL)
_SELECTOR = re.compile(r"(?:Invalid or unsupported selector, |Unsupported @page selector )['\"](.+)['\"]", re.DOTALL)
_RULE = re.compile(r"Unknown (?:@page )?rule <AtRule (@[\w-]+)")
_RULES = ("@media", "@page", "@font-face", "@counter-style", "@layer", "@top-left", "@top-center", "@top-right",
          "@bottom-left", "@bottom-center", "@bottom-right")  # fmt: skip


def proof(document: Document, limits: Limits | None = None) -> list[UsageTrouble]:
    """Everything wrong with a document in its theme, in HTML and on paper, found in a process of its own."""
    theme = theme_of(document)
    where = str((theme.foreign or theme.folders)[0])
    try:
        found = apart(_looked_at, replace(document, theme=theme), limits=limits or Limits(), where=where)
    except UsageTrouble as trouble:
        return [trouble]
    return list(found)


def _looked_at(document: Document) -> list[UsageTrouble]:
    messages: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())

    html_here(document, False)
    html = html_here(document, True)
    logger = logging.getLogger("weasyprint")
    logger.addHandler(Listener())
    logger.setLevel(logging.WARNING)
    pages = pages_of(document, PdfOptions(tagged=False), html)
    pages.write_pdf()
    theme = theme_of(document)
    folder = str((theme.foreign or theme.folders)[0])
    found = []
    lacking = missing_characters(pages)
    if lacking:
        what = f"no font has the characters {''.join(lacking[:20])} ({document.language})"
        found.append(UsageTrouble(what, where=folder, to_do="add a family that has them to [fonts]"))
    for number, page in enumerate(pages.pages, 1):
        for text in list(_over_the_edge(page))[:_MOST]:
            what = f"a text runs over the edge of page {number} ({document.language}): {text[:60]!r}"
            to_do = "give the page smaller margins, or the text a smaller font-size or overflow-wrap: anywhere"
            found.append(UsageTrouble(what, where=folder, to_do=to_do))
    found += _ignored(messages, [file for at in theme.foreign for file in sorted(at.rglob("*.css"))])
    return found


def _over_the_edge(page: Any) -> Iterator[str]:
    box = page._page_box
    edge = box.position_x + box.margin_left + box.border_left_width + box.padding_left + box.width
    for child in box.descendants():
        text = getattr(child, "text", None)
        if text and text.strip() and child.position_x + child.width > edge + _TOLERANCE:
            yield text.strip()


def _properties() -> list[str]:
    from weasyprint.css.properties import KNOWN_PROPERTIES
    from weasyprint.css.validation.expanders import EXPANDERS

    return sorted({*KNOWN_PROPERTIES, *EXPANDERS})


def _ignored(messages: list[str], files: list[Path]) -> Iterator[UsageTrouble]:
    """What WeasyPrint ignores in style sheets of the theme; ours have rules that only browsers know."""
    sources = {file: file.read_text(encoding="utf-8", errors="replace") for file in files}
    seen = set()
    for message in messages:
        what, to_do, found = _told(message)
        if found is None:
            continue
        for file, text in sources.items():
            at = next((each for each in found.finditer(text) if (file, each.start()) not in seen), None)
            if at:
                seen.add((file, at.start()))
                yield UsageTrouble(what, where=f"{file}, line {line_of(text, at.start())}", to_do=to_do)


def _told(message: str) -> tuple[str, str, re.Pattern[str] | None]:
    """What is said of a message of WeasyPrint, what to do, and what to look for in the sheets; None to say nothing."""
    screen = "belongs in @media screen { … }"
    if ignored := _IGNORED.search(message):
        return (*_declaration(ignored[1], ignored[2], screen), _loosely(ignored[1]))
    if selector := _SELECTOR.match(message):
        what = f"paper does not understand the selector {' '.join(selector[1].split())!r}"
        return (
            what,
            f"correct the selector; one that only browsers know {screen}",
            _loosely(selector[1].strip(), r"\s*\{"),
        )
    if rule := _RULE.match(message):
        what = f"paper knows no rule {rule[1]!r}{nearest(rule[1], _RULES)}"
        return what, f"correct the name; a rule that only browsers know {screen}", _loosely(rule[1], r"\b")
    return "", "", None


def _loosely(text: str, behind: str = "") -> re.Pattern[str]:
    """That text of a style sheet, however its parts are set apart."""
    return re.compile(r"\s*".join(map(re.escape, re.split(r"\s+|(?<=:)|(?=:)", text))) + behind)


def _declaration(declaration: str, why: str, screen: str) -> tuple[str, str]:
    """What is said of a declaration that paper has no use for, and what to do."""
    name, _, value = (part.strip() for part in declaration.partition(":"))
    if "unknown" in why:
        what = f"paper knows no property {name!r}{nearest_of(name, _properties())}"
        return what, f"correct the name; a property that only browsers know {screen}"
    if "invalid value" in why or "no value" in why:
        what = f"the value of {name} is not understood: {' '.join(value.split())!r}"
        return what, f"correct the value; only one that browsers alone know {screen}"
    return f"WeasyPrint ignores {declaration.strip()!r} on paper: {why}", f"what only browsers know {screen}"
