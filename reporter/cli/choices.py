"""Options that commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reporter.errors import EXIT_USAGE


class Language(StrEnum):
    """Languages of the sentences."""

    ZH = "zh"
    EN = "en"


class Format(StrEnum):
    """Formats of an explanation."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


Lang = Annotated[Language, typer.Option("--lang", help="Language of the sentences.")]
Filter = Annotated[
    str | None,
    typer.Option(
        "--filter",
        metavar="FILTER",
        help="Show only the packets that this Wireshark display filter lets through (all are analysed).",
    ),
]
DecodeAs = Annotated[
    list[str] | None,
    typer.Option(
        "--decode-as",
        metavar="RULE",
        help="Read a port as a protocol, as in Wireshark's Decode As: tcp.port==8888,http (repeatable).",
    ),
]
NoRedact = Annotated[
    bool, typer.Option("--no-redact", help="Show cookies, passwords and tokens, which are else masked.")
]
Anonymize = Annotated[
    bool,
    typer.Option("--anonymize", help="Replace IP and MAC addresses and host names, the same ones always alike."),
]
Course = Annotated[
    Path | None,
    typer.Option(
        "--course",
        metavar="DIR",
        help="A course: a folder or course.toml with a teacher's notes and words.",
    ),
]
# Whether it can be read is ours to judge (capture/file.py), with our words and our exit code.
CaptureArgument = Annotated[
    Path, typer.Argument(metavar="CAPTURE", readable=False, help="A capture file that Wireshark can open.")
]


def help_when_alone(context: typer.Context) -> None:
    """What a group of commands does when none of them is named: it says what there is."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(EXIT_USAGE)
