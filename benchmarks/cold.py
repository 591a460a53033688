"""A cold start: the report of an ordinary lab, from nothing to the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.inputs import FOLDER, LAB
from benchmarks.measure import Command, Row, bare_tshark, in_turn, python, ratios, reporter
from benchmarks.sizes import Sizes
from reporter.extract.detail import SPECULATION
from reporter.extract.pdml import PREFERENCES
from reporter.extract.tshark import find_tshark

#: Writes the paged HTML of a capture.
PAGED = """
import sys; from pathlib import Path
from reporter.options import ReportOptions
from reporter.pipeline.report import make_document
from reporter.render.html import render_html
document = make_document([Path(sys.argv[1])], options=ReportOptions(), progress=lambda *_: None)
Path(sys.argv[2]).write_text(render_html(document, paged=True), encoding="utf-8")
"""
#: Lays it out and writes it, with nothing of ours.
WEASYPRINT = """
import sys; from pathlib import Path; import weasyprint
html = weasyprint.HTML(string=Path(sys.argv[1]).read_text(encoding="utf-8"))
Path(sys.argv[2]).write_bytes(html.write_pdf(pdf_tags=True))
"""


def rows(sizes: Sizes) -> Iterator[Row]:
    """Targets 5 and 9."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page, pdf, html = FOLDER / "paged.html", FOLDER / "report.pdf", FOLDER / "report.html"
    python(PAGED, LAB, page).cost()
    costs = in_turn(
        sizes.cold_rounds,
        pdf=reporter("report", LAB, "-o", pdf),
        weasyprint=python(WEASYPRINT, page, FOLDER / "floor.pdf"),
        html=reporter("report", LAB, "-o", html),
        tshark=(bare_tshark(LAB), _details(LAB)),
    )
    yield Row("5", "report to PDF, cold", "import and WeasyPrint alone", 1.15, *ratios(costs, "pdf", "weasyprint"))
    yield Row("9", "report to HTML, cold", "tshark's own two calls", 2, *ratios(costs, "html", "tshark"))


def _details(path: Path) -> Command:
    """The call that gives the detail trees of a small capture."""
    arguments = ["-n", "-T", "pdml", "-2", "-r", str(path), *PREFERENCES, "-Y", SPECULATION]
    return Command([str(find_tshark()), *arguments], isolated=True)
