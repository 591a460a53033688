"""`reporter report`: the lab report of one or several captures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reporter.cli.choices import Anonymize, DecodeAs, Filter, Language, NoRedact, text

EXAMPLES = """\b
Examples:
  reporter report lab.pcapng -o lab.pdf
  reporter report lab.pcapng -o lab.pdf -o lab.html --lang en
  reporter report lab.pcapng -o lab.pdf --student 示例同学 --id 20990001 --course-name 计算机网络
  reporter report lab.pcapng -o lab.pdf --course my-course/
  reporter report lab.pcapng -o lab.pdf --theme brief
  reporter report opening.pcapng closing.pcapng -o lab.pdf --config report.toml
  reporter report a.pcapng b.pcapng -o lab.pdf --section teardown=b.pcapng
  reporter report my-lab/
  reporter report lab.pcapng -o lab.pdf --decode-as tcp.port==8888,http --stream 2

\b
A report.toml, whose values the command line overrides:
  lang = "zh"
  filter = "tcp"
  decode_as = ["tcp.port==8888,http"]

\b
  [cover]
  student = "示例同学"
  id = "20990001"
  course = "计算机网络"
"""


def _cover(option: str, what: str) -> typer.models.OptionInfo:
    made: typer.models.OptionInfo = typer.Option(option, callback=text, metavar="TEXT", help=f"{what}, on the cover.")
    return made


def report(
    captures: Annotated[
        list[Path],
        typer.Argument(
            metavar="CAPTURE",
            readable=False,
            help="One or more captures that Wireshark can open; or a folder with a report.toml ('reporter new').",
        ),
    ],
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "-o",
            "--output",
            metavar="OUT",
            help="OUT.pdf or OUT.html; repeat for both. Of a folder: both, in it, unless said.",
        ),
    ] = None,
    lang: Annotated[Language | None, typer.Option("--lang", help="Language of the report (zh unless said).")] = None,
    stream: Annotated[
        int | None,
        typer.Option("--stream", metavar="N", min=0, help="The TCP stream to tell of; else the most complete one."),
    ] = None,
    section: Annotated[
        list[str] | None,
        typer.Option(
            "--section",
            metavar="NAME=CAPTURE",
            help="Which capture a section shows, when there are several: teardown=b.pcapng, or teardown=b.pcapng:2 "
            "for its TCP stream 2 (repeatable).",
        ),
    ] = None,
    display_filter: Filter = None,
    decode_as: DecodeAs = None,
    title: Annotated[str | None, _cover("--title", "Title")] = None,
    student: Annotated[str | None, _cover("--student", "Name")] = None,
    student_id: Annotated[str | None, _cover("--id", "Student number")] = None,
    major: Annotated[str | None, _cover("--major", "Major")] = None,
    school: Annotated[str | None, _cover("--school", "School")] = None,
    course_name: Annotated[str | None, _cover("--course-name", "Course")] = None,
    teacher: Annotated[str | None, _cover("--teacher", "Teacher")] = None,
    date: Annotated[str | None, _cover("--date", "Date")] = None,
    timezone: Annotated[
        str | None,
        typer.Option(
            "--timezone", callback=text, metavar="ZONE", help="Zone of the times, e.g. Asia/Shanghai (else UTC)."
        ),
    ] = None,
    no_redact: NoRedact = False,
    anonymize: Anonymize = False,
    course: Annotated[
        str | None,
        typer.Option(
            "--course",
            metavar="DIR",
            help="A course: a folder or course.toml with a teacher's notes and words (else the name on the cover).",
        ),
    ] = None,
    theme: Annotated[
        str | None,
        typer.Option(
            "--theme",
            metavar="NAME",
            help="The look: lab (all of it), brief (two pages), plain (little ink), or a folder with a theme.toml.",
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="FILE", readable=False, help="Take options from a TOML file (see below)."),
    ] = None,
) -> None:
    """Write a lab report, as PDF or HTML.

    Several captures (say, one of the opening and one of the closing) make one report.
    """
    from reporter.cli.reporting import run

    chosen = {
        "lang": None if lang is None else str(lang),
        "stream": stream,
        "display_filter": display_filter,
        "decode_as": tuple(decode_as) if decode_as else None,
        "title": title,
        "student": student,
        "student_id": student_id,
        "major": major,
        "school": school,
        "course_name": course_name,
        "course": course,
        "teacher": teacher,
        "date": date,
        "timezone": timezone,
        "redact": False if no_redact else None,
        "anonymize": anonymize or None,
        "theme": theme,
        "sections_from": tuple(section) if section else None,
    }
    run(captures, output or [], chosen, config)
