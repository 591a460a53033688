"""The work of `reporter report`: what can be judged at once is judged first, and tshark is at work
before anything heavy is loaded."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from reporter.capture.file import check
from reporter.cli import ahead
from reporter.cli.choices import in_utf8
from reporter.cli.output import verify_output
from reporter.cli.problems import say_lacking
from reporter.cli.progress import Progress
from reporter.errors import UsageTrouble
from reporter.report.own.folder import sources_of, submission
from reporter.report.own.settings import settings_from

FORMATS = (".pdf", ".html", ".htm")


def run(captures: list[Path], outputs: list[Path], chosen: Mapping[str, Any], config: Path | None) -> None:
    """Make the reports. Raises Trouble."""
    given = _told_apart(chosen)
    asked = given.pop("sections_from", None) or ()
    folder = captures[0] if len(captures) == 1 and captures[0].is_dir() else None
    if folder is not None:
        captures, outputs, settings = submission(folder, outputs, given, config)
        options = replace(settings.options, folder=folder)
    else:
        settings = settings_from(config, given)
        options = settings.options
    if not outputs:
        raise UsageTrouble("there is no output", where="-o", to_do="say where to write: -o report.pdf")
    for capture in captures:
        check(capture)
    _check_twice(captures)
    options = replace(options, sources=sources_of(settings.feeds, asked, captures))
    for output in outputs:
        check_output(output, captures)
    boxes: list[str] = []
    with ahead.calls(captures[0], options.decode_as) as early, Progress() as progress:
        from reporter.pipeline.report import make_reports

        try:
            make_reports(captures, outputs, options=options, progress=progress, early=early, lacking=boxes.append)
        except UsageTrouble as trouble:
            if settings.filter_at and trouble.where.startswith("--filter"):
                trouble.where = trouble.where.replace("--filter", settings.filter_at, 1)
            raise
    for characters in boxes:
        say_lacking(characters)


def _told_apart(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """`--course` names a folder or file; what cannot be one is the name of the course, for the cover."""
    given = chosen.get("course")
    if given is None:
        return dict(chosen)
    if "/" in given or os.sep in given or given.endswith(".toml") or Path(given).exists():
        return {**chosen, "course": Path(given)}
    return {**chosen, "course": None, "course_name": chosen.get("course_name") or in_utf8("--course", given)}


def _check_twice(captures: list[Path]) -> None:
    for index, capture in enumerate(captures):
        if any(capture.samefile(other) for other in captures[:index]):
            raise UsageTrouble("the capture is named twice", where=str(capture), to_do="name each capture once")


def check_output(output: Path, captures: list[Path]) -> None:
    """Raise UsageTrouble or OutputTrouble when a report cannot be written there."""
    if output.suffix.lower() not in FORMATS:
        raise UsageTrouble(
            "the ending of an output says its format, and "
            + (f"{output.suffix!r} is none of ours" if output.suffix else "this name has none"),
            where=str(output),
            to_do="let it end in .pdf or .html",
        )
    verify_output(output, captures)
