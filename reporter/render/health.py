"""Whether a PDF can be made here."""

from __future__ import annotations

from reporter.errors import ToolTrouble

INSTALL = (
    "install Pango (Debian and Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0; "
    "Fedora: dnf install pango; Arch: pacman -S pango; macOS: brew install pango), then run reporter doctor"
)


def weasyprint_version() -> str:
    """The version of WeasyPrint, after it has found Pango. Raises ToolTrouble when it cannot be used."""
    try:
        import weasyprint
    except OSError as error:
        raise ToolTrouble("WeasyPrint does not find Pango", where=str(error).splitlines()[0], to_do=INSTALL) from error
    except ImportError as error:
        raise ToolTrouble("WeasyPrint is not installed", where=str(error), to_do="pip install weasyprint") from error
    return str(weasyprint.__version__)
