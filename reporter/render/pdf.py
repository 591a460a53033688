"""A Document as PDF, through WeasyPrint: the paged form of the same templates, laid out without a network."""

from __future__ import annotations

import dataclasses
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reporter.errors import ToolTrouble
from reporter.install import advice
from reporter.render import justify, unbroken
from reporter.render.fonts import missing_characters, require_cjk_fonts, require_some_font
from reporter.render.health import load_weasyprint
from reporter.render.html import html_here, theme_of
from reporter.render.worker import Limits, apart
from reporter.report.document import Document

#: What a page may carry: pictures, and the fonts of its theme. What a drawing refers to is asked for like all else.
_CARRIED = re.compile(r"data:(image/(png|jpeg|gif|webp|svg\+xml)|font/(ttf|otf|woff2?))[;,]", re.IGNORECASE)
#: The fonts of this machine as Pango has found and opened them, one set a thread: each report that looks for them
#: anew costs a tenth of its time, and memory for every font file.
_KEPT = threading.local()
#: Ideographs and the punctuation and full-width forms that go with them.
_CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class PdfOptions:
    """`tagged` marks the structure for screen readers; `optimize` makes pictures smaller, without loss."""

    tagged: bool = True
    optimize: bool = False


def prepare() -> None:
    """Begin to load WeasyPrint, and to look for fonts, beside what else has to be done before a PDF is rendered."""

    def load() -> None:
        with suppress(ToolTrouble):  # told when it comes to rendering
            require_some_font()
            load_weasyprint()
            require_cjk_fonts()

    threading.Thread(target=load, name="weasyprint").start()


def render_pdf(
    document: Document,
    *,
    theme: Path | None = None,
    options: PdfOptions | None = None,
    limits: Limits | None = None,
    lacking: Callable[[str], None] = lambda characters: None,
) -> bytes:
    """The document as a PDF file: the same document gives the same bytes.

    A theme that is not ours is rendered and laid out in a process of its own, within `limits`. `lacking` is told of
    characters that no font has, and that are boxes in the PDF.
    Raises ToolTrouble when WeasyPrint, Pango or a font for the text is missing, UsageTrouble for a bad theme.
    """
    options = options or PdfOptions()
    chosen = theme_of(document, theme)
    document = dataclasses.replace(document, theme=chosen)
    if chosen.foreign:
        written, boxes = apart(laid_out, document, options, limits=limits or Limits(), where=str(chosen.foreign[0]))
    else:
        written, boxes = laid_out(document, options)
    if boxes:
        lacking(str(boxes))
    return bytes(written)


def laid_out(document: Document, options: PdfOptions) -> tuple[bytes, str]:
    """The same, in this process whatever the theme, and the characters that no font has."""
    pages = pages_of(document, options, html_here(document, True))
    written = pages.write_pdf(pdf_tags=options.tagged, optimize_images=options.optimize)
    assert isinstance(written, bytes)
    return written, _boxes(pages)


def pages_of(document: Document, options: PdfOptions, html: str) -> Any:
    """WeasyPrint's pages of a document that has been rendered for paper. Raises ToolTrouble."""
    if document.language == "zh":
        require_cjk_fonts()
    else:
        require_some_font()
    weasyprint = load_weasyprint()
    justify.install()
    unbroken.install()
    # No date is written unless the page has one, and no identifier unless one is given: nothing differs
    # from run to run.
    return weasyprint.HTML(string=html, base_url="about:blank", url_fetcher=_fetcher(weasyprint)).render(
        font_config=_fonts(html), pdf_tags=options.tagged, optimize_images=options.optimize
    )


def _fonts(html: str) -> Any:
    """What fonts there are: kept from page to page, unless the page brings along its own, which are its alone."""
    from weasyprint.text.fonts import FontConfiguration

    if "@font-face" in html:
        return FontConfiguration()
    if not hasattr(_KEPT, "fonts"):
        _KEPT.fonts = FontConfiguration()
    return _KEPT.fonts


def _fetcher(weasyprint: Any) -> Any:
    """Refuses every address. Only what the page itself carries is let through."""

    class Refusing(weasyprint.URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if _CARRIED.match(url):
                return super().fetch(url, headers)
            raise ValueError("nothing is fetched while a report is made")

    return Refusing(allowed_protocols=("data",))


def _boxes(pages: Any) -> str:
    """The characters that are boxes. No page is handed out with boxes in place of Chinese ones."""
    lacking = missing_characters(pages)
    chinese = [each for each in lacking if _CHINESE.match(each)]
    if chinese:
        shown = "".join(chinese[:10])
        raise ToolTrouble(f"no font on this machine has the characters {shown}", to_do=advice("fonts"))
    return "".join(each for each in lacking if each.isprintable() and not each.isspace())
