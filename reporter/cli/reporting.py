"""The work of `reporter report`: what can be judged at once is judged before anything heavy is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reporter.capture.file import check
from reporter.cli.config import options_from
from reporter.cli.output import verify_output
from reporter.cli.progress import Progress
from reporter.errors import UsageTrouble

FORMATS = (".pdf", ".html", ".htm")


def run(captures: list[Path], outputs: list[Path], chosen: Mapping[str, Any], config: Path | None) -> None:
    """Make the reports. Raises Trouble."""
    options = options_from(config, chosen)
    for capture in captures:
        check(capture)
    for output in outputs:
        _check_output(output, captures)
    from reporter.pipeline.report import make_reports

    with Progress() as progress:
        make_reports(captures, outputs, options=options, progress=progress)


def _check_output(output: Path, captures: list[Path]) -> None:
    if output.suffix.lower() not in FORMATS:
        raise UsageTrouble(
            f"the ending of an output says its format, and {output.suffix or 'none'!r} is none of ours",
            where=f"-o {output}",
            to_do="let it end in .pdf or .html",
        )
    verify_output(output, captures)
