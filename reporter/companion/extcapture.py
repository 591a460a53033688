"""A capture for Wireshark: a file with its explanation, or live traffic explained as it comes."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from reporter.capture.file import check
from reporter.capture.ring import Ring
from reporter.capture.unpacked import unpacked
from reporter.companion.passing import Passing
from reporter.companion.toolbar import LANGUAGE, REPORT, Toolbar
from reporter.errors import Trouble
from reporter.explain.words import Words
from reporter.extract.live import capturing
from reporter.options import LANGUAGES, ReportOptions
from reporter.pipeline.annotate import annotate_into

#: Bytes of packets kept for a report on live traffic.
_KEPT = 200 << 20
#: When a signal that came at a bad moment comes again, in seconds.
_SOON = 0.02


def capture(language: str, arguments: Sequence[str]) -> int:
    """One capture, as Wireshark asks for it on the command line; returns the exit code."""
    options = _parsed(language, arguments)
    work = _Live(options) if options.extcap_interface == "reporter-live" else _File(options)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, work.stop)
    threading.Thread(target=_watch, name="watch", daemon=True).start()
    try:
        with open(options.fifo, "wb", buffering=0) as fifo:  # noqa: PTH123 (a pipe)
            work.run(lambda data: _all(fifo.write, data))
    except Trouble as trouble:
        sys.stderr.write(f"{trouble.what}. {trouble.where}\n{trouble.to_do}\n")
        return 1
    except (BrokenPipeError, KeyboardInterrupt):
        return 0
    return 0


def _watch() -> None:
    """End the capture when Wireshark is gone without having said so."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def _starts_a_program(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_globals.get("__name__") == "subprocess" and frame.f_code.co_name == "__init__":
            return True
        frame = frame.f_back
    return False


def _all(write: Callable[[memoryview], int | None], data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[write(view) or 0 :]


def _parsed(language: str, arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("reporter-extcap", allow_abbrev=False)
    for name in ("--extcap-interface", "--fifo", "--extcap-control-in", "--extcap-control-out"):
        parser.add_argument(name, default="")
    for name in ("--input", "--decode-as", "--report", "--interface", "--filter", "--extcap-capture-filter"):
        parser.add_argument(name, default="")
    parser.add_argument("--lang", default=language)
    return parser.parse_known_args(arguments)[0]


def _words(languages: str) -> list[Words]:
    chosen = [each for each in languages.split(",") if each in LANGUAGES]
    return [Words(each) for each in chosen or LANGUAGES[:1]]


class _Capture:
    """What both kinds have: the toolbar, the log, the report."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.words = _words(options.lang)
        self.over = threading.Event()
        self.toolbar = Toolbar(options.extcap_control_in, options.extcap_control_out, self._clicked)

    @property
    def decode_as(self) -> tuple[str, ...]:
        return (self.options.decode_as,) if self.options.decode_as else ()

    def run(self, write: Callable[[bytes], None]) -> None:
        raise NotImplementedError

    def stop(self, number: int, frame: FrameType | None) -> None:
        """The handler of a signal, in the main thread, which was in that frame."""
        self.over.set()

    def packets(self, folder: Path) -> Path:
        """The packets so far, as a file."""
        raise NotImplementedError

    def log(self, key: str, **values: object) -> None:
        self.toolbar.log(self.words[0].lexicon["extcap"][key].format(**values))

    def chosen(self, languages: str) -> None:
        self.words = _words(languages)

    def _clicked(self, control: int, value: str) -> None:
        if control == LANGUAGE and value:
            self.chosen(value)
        elif control == REPORT:
            threading.Thread(target=self._report, name="report", daemon=True).start()

    def _report(self) -> None:
        from reporter.pipeline.report import make_reports

        self.log("report-begun")
        try:
            target = _free(Path(self.options.report) if self.options.report else Path.home() / "lab-report.html")
            with tempfile.TemporaryDirectory(prefix="reporter-") as folder:
                packets = self.packets(Path(folder))
                options = ReportOptions(lang=self.words[0].language, decode_as=self.decode_as)
                make_reports([packets], [target], options=options, progress=lambda stage, count: None)
        except Trouble as trouble:
            self.log("report-failed", why=f"{trouble.what} ({trouble.where})")
        except Exception as error:  # a report that fails must not end the capture
            self.log("report-failed", why=f"{type(error).__name__}: {error}")
        else:
            self.log("report-done", path=target)


class _File(_Capture):
    def stop(self, number: int, frame: FrameType | None) -> None:
        if _starts_a_program(frame):
            # Nobody would know of the program, so nobody would end it.
            threading.Timer(_SOON, os.kill, (os.getpid(), number)).start()
        elif not self.over.is_set():
            self.over.set()
            raise KeyboardInterrupt  # out of whatever is being waited for

    def _progress(self, *_: object) -> None:
        if self.over.is_set():  # it was raised where Python drops exceptions
            raise KeyboardInterrupt

    def run(self, write: Callable[[bytes], None]) -> None:
        source = Path(self.options.input)
        check(source)
        self.toolbar.start()
        self.toolbar.choose(LANGUAGE, self.options.lang)
        self.log("file", path=source)
        with tempfile.TemporaryFile() as made:
            try:
                languages = [each.language for each in self.words]
                done = annotate_into(
                    source, made, languages=languages, decode_as=self.decode_as, progress=self._progress
                )
                self.log("file-done", packets=done.packets, commented=done.commented)
            except Exception as error:  # the packets pass in any case, if the file can be read at all
                if isinstance(error, Trouble) and error.code == "not-a-capture":
                    raise
                self.log("unexplained", why=error)
                _pass_unexplained(source, write, error)
            else:
                made.seek(0)
                while data := made.read(1 << 20):
                    write(data)
        if self.toolbar.there:
            self.over.wait()

    def packets(self, folder: Path) -> Path:
        return Path(self.options.input)

    def chosen(self, languages: str) -> None:
        super().chosen(languages)
        self.log("language-next-time")


def _pass_unexplained(source: Path, write: Callable[[bytes], None], error: Exception) -> None:
    try:
        with unpacked(source) as read:
            data = read(1 << 20)
            while data:
                write(data)
                data = read(1 << 20)
    except BrokenPipeError:
        raise
    except OSError:
        if isinstance(error, Trouble):
            raise error from None
        raise Trouble(str(error), where=str(source)) from None


class _Live(_Capture):
    def run(self, write: Callable[[bytes], None]) -> None:
        self._ring: Ring | None = None
        asked = [each for each in (self.options.filter, self.options.extcap_capture_filter) if each]
        capture_filter = " and ".join(f"({each})" for each in asked) if len(asked) > 1 else "".join(asked)
        interface = self.options.interface or "lo"
        self._capturing = capturing(interface, capture_filter)
        self.toolbar.start()
        self.toolbar.choose(LANGUAGE, self.options.lang)
        self._passing = Passing(write, self.words, self._skipped, decode_as=self.decode_as)
        with tempfile.TemporaryDirectory(prefix="reporter-") as folder:
            self._ring = Ring(Path(folder) / "packets.pcapng", _KEPT)
            self.log("live", interface=interface, filter=capture_filter or "-")
            why = self._passing.start()
            if why:
                self.log("unexplained", why=why)
            reader = threading.Thread(target=self._read, name="capture", daemon=True)
            reader.start()
            while reader.is_alive():
                reader.join(0.2)
                if self.over.is_set() or self._passing.broken:
                    self._capturing.stop()
            self._passing.finish()
            packets = self._ring.packets
            self._ring.discard()
        if not packets:
            self._capturing.verify()
        self._capturing.close()

    def packets(self, folder: Path) -> Path:
        assert self._ring is not None
        target = folder / "lab.pcapng"
        self._ring.copy(target)
        return target

    def chosen(self, languages: str) -> None:
        super().chosen(languages)
        self._passing.speak(self.words)

    def _read(self) -> None:
        ring = self._ring
        for block in self._capturing.blocks():
            try:
                if ring is not None:
                    ring.write(block)
            except OSError as error:
                ring = None
                self.log("unsaved", why=error)
            self._passing.take(block)

    def _skipped(self, first: int, last: int) -> None:
        self.log("skipped", first=first, last=last, count=last - first + 1)


def _free(path: Path) -> Path:
    """A path of that name that nothing has yet."""
    number = 2
    found = path
    while found.exists():
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return found
