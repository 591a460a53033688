"""The golden reports: where they are, how they are made, and the programs and fonts that they were made with."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import cast

import pypdf

from reporter.extract.early import Early
from reporter.extract.tshark import find_tshark
from reporter.options import ReportOptions
from reporter.pipeline.report import document_of, gather, guard_of
from reporter.report.document import Document

HERE = Path(__file__).parent
#: Where a failing test leaves what it has made, and a passing one what a later failure is compared with.
BUILT = HERE.parents[1] / "build" / "golden"
#: The minor version of the tshark that the texts were made with.
TSHARK = HERE / "tshark-version"


def documents(capture: Path, languages: Sequence[str], theme: str = "lab") -> dict[str, Document]:
    """The report of one capture in these languages; it is read and explained once."""
    options = {language: ReportOptions(lang=language, theme=theme) for language in languages}
    one = next(iter(options.values()))
    with Early(capture) as calls:
        gathered = gather(calls, one, None, lambda what, count: None, guard=guard_of(one))
        return {language: document_of([gathered], each, None) for language, each in options.items()}


@cache
def tshark_here() -> str:
    """The minor version of tshark: within it, trees and the Info column read the same."""
    done = subprocess.run([find_tshark(), "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"(\d+\.\d+)\.\d+", done.stdout)
    return found[1] if found else "unknown"


def fonts_of(pdf: Path) -> str:
    """The names of the fonts in a PDF."""
    names = set()
    for page in pypdf.PdfReader(pdf).pages:
        fonts = cast(pypdf.generic.DictionaryObject, page["/Resources"]).get("/Font", {})
        names |= {str(font.get_object()["/BaseFont"]).partition("+")[2] for font in fonts.values()}
    return ", ".join(sorted(names))


def poppler() -> str | None:
    """The program that draws PDF pages."""
    return shutil.which("pdftoppm")
