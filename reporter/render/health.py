"""Whether a PDF can be made here."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from reporter.errors import ToolTrouble
from reporter.install import advice
from reporter.render.fonts import missing_characters, require_some_font

#: Common and rare characters, full-width marks and the arrow of the packet lists.
_SAMPLE = "确认号 402 = 1 + 401：报文段已收到，“握手”完成 → 齉"
#: Two threads that load it at once would leave each other's standard output behind.
_LOADING = threading.Lock()
_STYLES = ("serif", "sans-serif", "monospace")


def load_weasyprint() -> ModuleType:
    """WeasyPrint, once it has found Pango. Raises ToolTrouble when it cannot be used."""
    try:
        # Without Pango it prints a page of advice of its own.
        with _LOADING, _silent_here():
            import weasyprint
    except ImportError as error:
        raise ToolTrouble(
            f"WeasyPrint, which makes the PDF, is not installed: {error}",
            to_do="pip install weasyprint, or write HTML instead: -o report.html",
        ) from error
    except OSError as error:
        raise ToolTrouble(
            f"a library that WeasyPrint needs cannot be loaded: {_shortly(error)}",
            to_do=advice("pango") + "; HTML can be written without it: -o report.html",
        ) from error
    module: ModuleType = weasyprint
    return module


class _Deaf:
    """Standard output that drops what one thread prints; the others go on printing."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.thread: int | None = threading.get_ident()

    def write(self, text: str) -> int:
        return len(text) if threading.get_ident() == self.thread else self.stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextmanager
def _silent_here() -> Iterator[None]:
    """What this thread prints is dropped. Whoever replaced standard output in the meantime keeps theirs."""
    deaf = _Deaf(sys.stdout)
    sys.stdout = deaf
    try:
        yield
    finally:
        deaf.thread = None
        if sys.stdout is deaf:
            sys.stdout = deaf.stream


def weasyprint_version() -> str:
    """The version of WeasyPrint, after it has found Pango. Raises ToolTrouble when it cannot be used."""
    return str(load_weasyprint().__version__)


def drawn_chinese() -> str:
    """A line of Chinese laid out in every style of ours: what it was drawn with. Raises ToolTrouble for boxes."""
    require_some_font()
    weasyprint = load_weasyprint()
    page = "".join(f'<p lang="zh-CN" style="font-family:{style}">{_SAMPLE}</p>' for style in _STYLES)
    pages = weasyprint.HTML(string=page).render()
    pages.write_pdf()
    lacking = missing_characters(pages)
    if lacking:
        raise ToolTrouble(f"no font here can draw {''.join(lacking)}", where="fontconfig", to_do=advice("fonts"))
    families = {
        str(font.family, "utf-8", "replace") if isinstance(font.family, bytes) else str(font.family)
        for font in pages.fonts.values()
    }
    return f"{_SAMPLE} ({', '.join(sorted(families))})"


def _shortly(error: OSError) -> str:
    return str(error).splitlines()[0].partition(".  Additionally")[0]
