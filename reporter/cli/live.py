"""`reporter live` and `reporter record`: capturing, explaining and reporting in one command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from reporter.cli.choices import DecodeAs, Lang, Language

LIVE_EXAMPLES = """\b
Examples:
  reporter live                                      what happens on the loopback, until Ctrl-C
  reporter live -i lo -f "tcp port 3000"             only the traffic of a lab server
  reporter live -i eth0 -f "host 192.0.2.7" --seconds 30 -o lab.pcapng --report lab.pdf
  reporter live -f "tcp port 8080" --decode-as tcp.port==8080,http --no-report

The explanation of a packet is made when it is captured, without knowing what comes later; the report at the
end reads the saved file as a whole, and where the two differ, the report is right."""

RECORD_EXAMPLES = """\b
Examples:
  reporter record --serve site/                      serve a folder, capture the visit, report on it
  reporter record --serve site/ --port 8080 --seconds 20
  reporter record --serve site/ -o lab.pcapng --report lab.pdf --report lab.html --config report.toml
  reporter record --serve site/ --lang en"""

_LOOPBACK = "lo0" if sys.platform == "darwin" else "lo"
Interface = Annotated[str, typer.Option("-i", "--interface", metavar="NAME", help="The interface to capture on.")]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="OUT.pcapng", help="Where to save the packets; else a name with the time."),
]
Reports = Annotated[
    list[Path] | None,
    typer.Option("--report", metavar="OUT", help="The report, OUT.pdf or OUT.html (repeatable); else .html."),
]
NoReport = Annotated[bool, typer.Option("--no-report", help="Only save the packets.")]
Seconds = Annotated[
    float | None, typer.Option("--seconds", metavar="N", min=0.1, help="Finish by itself after so many seconds.")
]
Ring = Annotated[
    int, typer.Option("--ring", metavar="MB", min=1, help="Keep at most so many megabytes of packets, the latest.")
]


def live(
    interface: Interface = _LOOPBACK,
    capture_filter: Annotated[
        str,
        typer.Option("-f", "--capture-filter", metavar="FILTER", help='Capture filter, as "tcp port 3000".'),
    ] = "",
    output: Output = None,
    report: Reports = None,
    no_report: NoReport = False,
    seconds: Seconds = None,
    packets: Annotated[
        int | None, typer.Option("--packets", metavar="N", min=1, help="Finish after so many packets.")
    ] = None,
    ring: Ring = 200,
    lang: Lang = Language.ZH,
    decode_as: DecodeAs = None,
) -> None:
    """Explain packets as they are captured, line by line.

    They are saved, and at the end (Ctrl-C, --seconds, --packets) the report is made.
    """
    from reporter.cli.living import Job, run_live

    job = Job(output, report, no_report, str(lang), tuple(decode_as or ()), None, ring)
    run_live(job, interface, capture_filter, seconds, packets)


def record(
    serve: Annotated[Path, typer.Option("--serve", metavar="DIR", help="The folder to serve as a web site.")],
    port: Annotated[int, typer.Option("--port", metavar="N", min=1, max=65535, help="The port to serve it on.")] = 3000,
    output: Output = None,
    report: Reports = None,
    no_report: NoReport = False,
    seconds: Seconds = None,
    ring: Ring = 200,
    lang: Annotated[Language | None, typer.Option("--lang", help="Language of the report (zh unless said).")] = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="FILE", readable=False, help="Options of the report, as for reporter report."),
    ] = None,
) -> None:
    """The whole lab in one command: serve a folder, capture the visit, make the report.

    The server is for this computer only. Enter finishes, or --seconds, or Ctrl-C.
    """
    from reporter.cli.living import Job, run_record

    job = Job(output, report, no_report, None if lang is None else str(lang), (), config, ring)
    run_record(job, serve, port, seconds)
