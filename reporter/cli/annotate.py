"""`reporter annotate`: the explanation inside the capture, as packet comments that Wireshark shows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reporter.cli.choices import CaptureArgument, Course, DecodeAs

EXAMPLES = """\b
Examples:
  reporter annotate lab.pcapng -o explained.pcapng                 every packet, in Chinese
  reporter annotate lab.pcapng -o explained.pcapng --lang zh,en    in both languages
  reporter annotate lab.pcapng -o explained.pcapng --open          and look at it in Wireshark
  reporter annotate lab.pcap.gz -o explained.pcapng --number       with the places of the report
  reporter annotate lab.pcapng -o explained.pcapng --decode-as tcp.port==8888,http

In Wireshark: a packet's comments stand above its details; the filter frame.comment shows the packets that
have some; 'reporter wireshark install' adds a profile with a column for them. Running it again replaces the
comments that begin with "R»" and keeps yours."""

Languages = Annotated[
    str,
    typer.Option("--lang", metavar="zh|en|zh,en", help="Language of the comments, or both, one after the other."),
]


def annotate(
    capture: CaptureArgument,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT.pcapng", help="The annotated copy, always pcapng.")
    ],
    lang: Languages = "zh",
    number: Annotated[
        bool,
        typer.Option("--number", help="Say of the frames that the report shows in which section and figure."),
    ] = False,
    open_it: Annotated[bool, typer.Option("--open", help="Open the copy in Wireshark.")] = False,
    decode_as: DecodeAs = None,
    course: Course = None,
) -> None:
    """Copy a capture, with the explanation as packet comments.

    Everything else in the file stays as it is, byte for byte.
    """
    from reporter.cli.annotating import run

    run(capture, output, lang, numbered=number, open_it=open_it, decode_as=tuple(decode_as or ()), course=course)
