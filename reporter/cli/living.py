"""The work of `reporter live` and `reporter record`."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import typer

from reporter.cli.output import opened, painter, verify_output
from reporter.cli.problems import say
from reporter.cli.progress import Progress
from reporter.cli.reporting import check_output
from reporter.companion.labserver import LabServer
from reporter.companion.session import Recorded, Session
from reporter.errors import CaptureTrouble
from reporter.explain.visible import visible
from reporter.explain.words import Words
from reporter.options import ReportOptions
from reporter.pipeline.explain import Explained
from reporter.render.text import Listing
from reporter.report.own.settings import options_from

_MEGABYTE = 1 << 20
_LOOPBACK = "lo0" if sys.platform == "darwin" else "lo"
#: How long the last segments of a connection may take on the loopback, in seconds.
_LAST_SEGMENTS = 0.4


@dataclass(frozen=True, slots=True)
class Job:
    """What a session is to leave behind: packets, reports, and in which language."""

    output: Path | None
    reports: list[Path] | None
    no_report: bool
    lang: str | None
    decode_as: tuple[str, ...]
    config: Path | None
    ring: int

    def prepared(self, name: str) -> Prepared:
        """Everything that can be judged before the capture begins. Raises Trouble."""
        chosen = {"lang": self.lang, "decode_as": self.decode_as or None}
        options = options_from(self.config, chosen)
        output = self.output or Path(f"{name}-{datetime.now().astimezone():%Y%m%d-%H%M%S}.pcapng")
        verify_output(output, [])
        reports = [] if self.no_report else self.reports or [output.with_suffix(".html")]
        for report in reports:
            check_output(report, [output])
        return Prepared(output, reports, options, self.ring * _MEGABYTE)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A job that has been checked: paths that can be written, options in order."""

    output: Path
    reports: list[Path]
    options: ReportOptions
    limit: int


def run_live(job: Job, interface: str, capture_filter: str, seconds: float | None, packets: int | None) -> None:
    """Capture and explain until told to stop, then report. Raises Trouble."""
    ready = job.prepared("live")
    words = Words(ready.options.lang)
    listing, paint = Listing(words), painter(None)
    label = words.lexicon["live"]
    with opened(None, prompt=True) as write:

        def tell(each: Explained) -> None:
            lines = listing.packet(each.seen, each.findings)
            write("".join(paint(line.kind, line.text) + "\n" for line in lines))

        def skipped(first: int, last: int) -> None:
            text = label["skipped"].format(first=first, last=last, count=last - first + 1)
            write(paint("note", text) + "\n\n")

        session = Session(
            interface,
            capture_filter,
            ready.output,
            limit=ready.limit,
            tell=tell,
            skipped=skipped,
            most=packets or 0,
            decode_as=ready.options.decode_as,
        )
        with session:
            limit = f", {seconds:g} s" if seconds else ""
            say(f"capturing on {interface}{f' ({capture_filter})' if capture_filter else ''}; Ctrl-C ends it{limit}")
            recorded = _until(lambda: session.wait(seconds), session)
        # Before the last that was told is waited for: whoever reads it may have gone.
        _finish(ready, recorded, f"-i {interface} -f {capture_filter!r}")


def run_record(job: Job, folder: Path, port: int, seconds: float | None) -> None:
    """Serve, capture the visit, report. Raises Trouble."""
    ready = job.prepared("record")
    label = Words(ready.options.lang).lexicon["live"]

    def served(request: str, status: str) -> None:
        typer.echo(f"  {status}  {visible(request)}", err=True)

    server = LabServer(folder, port, served)
    try:
        with Session(_LOOPBACK, f"tcp port {port}", ready.output, limit=ready.limit) as session:
            server.start()
            limit = label["limit"].format(seconds=f"{seconds:g}") if seconds else ""
            typer.echo(label["visit"].format(url=server.url, limit=limit), err=True)

            def leave() -> None:
                # The connections that are still open are closed while the capture sees it.
                server.finish()
                time.sleep(_LAST_SEGMENTS)

            recorded = _until(lambda: _enter_or(seconds, session), session, leave)
    finally:
        server.finish()
    _finish(ready, recorded, f"tcp port {port}")


def _until(enough: Callable[[], object], session: Session, leave: Callable[[], object] = lambda: None) -> Recorded:
    try:
        enough()
    except KeyboardInterrupt:
        say("stopping")
    leave()
    return session.end()


def _enter_or(seconds: float | None, session: Session) -> None:
    """Wait for Enter, or so many seconds; without a terminal to type at, for the seconds or Ctrl-C."""
    if sys.stdin is not None and sys.stdin.isatty():
        entered = threading.Event()

        def read() -> None:
            sys.stdin.readline()
            entered.set()

        threading.Thread(target=read, name="enter", daemon=True).start()
        end = None if seconds is None else time.monotonic() + seconds
        while not entered.wait(0.1) and not session.wait(0) and (end is None or time.monotonic() < end):
            pass
    else:
        session.wait(seconds)


def _finish(ready: Prepared, recorded: Recorded, asked: str) -> None:
    if not recorded.packets:
        ready.output.unlink(missing_ok=True)
        raise CaptureTrouble(
            "no packets were captured",
            where=asked,
            to_do="let the traffic begin while the capture runs; check the interface and the filter",
        )
    saved = recorded.packets - recorded.made_room
    typer.echo(f"{ready.output}: {saved} packets saved", err=True)
    if recorded.made_room:
        say(f"the first {recorded.made_room} packets were left out to keep the file small (--ring)")
    if recorded.dropped:
        say(f"{recorded.dropped} packets were dropped by the system, because they came too fast to be captured")
    if recorded.failure:
        say(f"the explanation ended early ({recorded.failure}); all packets are saved")
    if not ready.reports:
        return
    with Progress() as progress:
        from reporter.pipeline.report import make_reports

        make_reports([ready.output], ready.reports, options=ready.options, progress=progress)
    for report in ready.reports:
        typer.echo(f"{report}: report written", err=True)
