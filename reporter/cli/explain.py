"""`reporter explain`: what each packet means, as text or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reporter.cli.choices import Anonymize, CaptureArgument, Course, DecodeAs, Filter, Format, Lang, Language, NoRedact

EXAMPLES = """\b
Examples:
  reporter explain lab.pcapng                          every packet, in Chinese
  reporter explain lab.pcapng --frame 4 --frame 7      two packets
  reporter explain lab.pcapng --stream 0 --lang en     one connection, in English
  reporter explain lab.pcapng --filter 'http.request'  what a display filter lets through
  reporter explain lab.pcapng --format json -o lab.json
  reporter explain lab.pcapng --course my-course/      with a teacher's notes and words
  reporter explain lab.pcapng --format csv -o lab.csv  a packet a row, for a spreadsheet
  reporter explain big.pcapng --format jsonl | head    one packet a line, as they are read"""


def explain(
    capture: CaptureArgument,
    frame: Annotated[
        list[int] | None, typer.Option("--frame", metavar="N", min=1, help="Only this frame (repeatable).")
    ] = None,
    stream: Annotated[
        int | None, typer.Option("--stream", metavar="N", min=0, help="Only this TCP stream (tcp.stream).")
    ] = None,
    display_filter: Filter = None,
    form: Annotated[Format, typer.Option("--format", help="For people, or for programs.")] = Format.TEXT,
    lang: Lang = Language.ZH,
    decode_as: DecodeAs = None,
    course: Course = None,
    no_redact: NoRedact = False,
    anonymize: Anonymize = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write to a file; - is standard output."),
    ] = None,
) -> None:
    """Say what each packet means.

    At the end stands how each connection was opened, used and closed.
    """
    from reporter.cli.explaining import run
    from reporter.cli.selection import Wanted
    from reporter.privacy import Guard

    wanted = Wanted(
        frames=frozenset(frame or ()),
        stream=stream,
        display_filter=display_filter,
        decode_as=tuple(decode_as or ()),
    )
    target = None if output is None or str(output) == "-" else output
    run(capture, wanted, form, str(lang), target, course, Guard(redact=not no_redact, anonymize=anonymize))
