"""Options that commands share."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reporter.errors import EXIT_USAGE, UsageTrouble


def in_utf8(option: str, given: str) -> str:
    """A text of the command line that goes into a report: UTF-8, whatever the locale reads its bytes as."""
    if given.isascii():
        return given
    try:
        return os.fsencode(given).decode("utf-8")
    except UnicodeError:
        raise UsageTrouble(
            "the text is not UTF-8",
            where=option,
            to_do="type it in a terminal set to UTF-8, or write it into a report.toml",
        ) from None


def text(parameter: typer.CallbackParam, value: str | None) -> str | None:
    """The callback of an option with a text."""
    return None if value is None else in_utf8(parameter.opts[-1], value)


def texts(parameter: typer.CallbackParam, value: list[str] | None) -> list[str] | None:
    """The callback of an option with a text that may be repeated."""
    return None if value is None else [in_utf8(parameter.opts[-1], each) for each in value]


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
        callback=text,
        metavar="FILTER",
        help="Show only the packets that this Wireshark display filter lets through (all are analysed).",
    ),
]
DecodeAs = Annotated[
    list[str] | None,
    typer.Option(
        "--decode-as",
        callback=texts,
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
