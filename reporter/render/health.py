"""Whether a PDF can be made here."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from types import ModuleType

from reporter.errors import ToolTrouble

_INSTALL_PANGO = (
    "install Pango (Debian and Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; "
    "Fedora: dnf install pango; Arch: pacman -S pango; macOS: brew install pango), then run reporter doctor; "
    "HTML can be written without it: -o report.html"
)


def load_weasyprint() -> ModuleType:
    """WeasyPrint, once it has found Pango. Raises ToolTrouble when it cannot be used."""
    try:
        # Without Pango it prints a page of advice of its own.
        with redirect_stdout(io.StringIO()):
            import weasyprint
    except ImportError as error:
        raise ToolTrouble(
            f"WeasyPrint, which makes the PDF, is not installed: {error}",
            to_do="pip install weasyprint, or write HTML instead: -o report.html",
        ) from error
    except OSError as error:
        raise ToolTrouble(
            f"a library that WeasyPrint needs cannot be loaded: {_shortly(error)}", to_do=_INSTALL_PANGO
        ) from error
    module: ModuleType = weasyprint
    return module


def weasyprint_version() -> str:
    """The version of WeasyPrint, after it has found Pango. Raises ToolTrouble when it cannot be used."""
    return str(load_weasyprint().__version__)


def _shortly(error: OSError) -> str:
    return str(error).splitlines()[0].partition(".  Additionally")[0]
