"""From captures to report files: explain, compose, render, write."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from reporter.capture.file import CaptureFile
from reporter.errors import CaptureTrouble
from reporter.explain.course import Course
from reporter.extract.bodies import bodies as bodies_of
from reporter.extract.detail import Details
from reporter.extract.early import Early
from reporter.extract.filter import matching_frames
from reporter.extract.offsets import interfaces_in
from reporter.model.detail import Detail
from reporter.options import ReportOptions
from reporter.pipeline.asked import verify_stream
from reporter.pipeline.course import ready_course
from reporter.pipeline.explain import Explained, Explanation
from reporter.privacy import Guard
from reporter.render.files import replacing
from reporter.report.added import order_of
from reporter.report.compose import compose, words_of
from reporter.report.document import Document
from reporter.report.material import Capture, Keeper, Particulars, Told, names_of
from reporter.report.theme import DEFAULT, find_theme

Progress = Callable[[str, int | None], None]


def make_reports(
    captures: list[Path],
    outputs: list[Path],
    *,
    options: ReportOptions,
    progress: Progress,
    early: Early | None = None,
    lacking: Callable[[str], None] = lambda characters: None,
) -> None:
    """Write the report of the captures to each output, PDF or HTML by its ending. Raises Trouble.

    Every output is rendered before the first is written. `early` are tshark's calls for the first capture, where
    they have been started before. `lacking` is told of characters that are boxes in a PDF.
    """
    _load(outputs)
    document = make_document(captures, options=options, progress=progress, early=early)
    rendered: list[tuple[Path, bytes]] = []
    for output in outputs:
        progress(f"writing {output.name}", None)
        rendered.append((output, render(document, output.suffix.lower(), lacking)))
    for output, content in rendered:
        with replacing(output) as file:
            file.write(content)


def _load(outputs: Sequence[Path]) -> None:
    """Load what writing the outputs needs, while tshark is at work."""
    if any(output.suffix.lower() == ".pdf" for output in outputs):
        from reporter.render.pdf import prepare

        prepare()
    else:
        import PIL.Image  # noqa: F401

        import reporter.render.html  # noqa: F401


def render(document: Document, suffix: str, lacking: Callable[[str], None] = lambda characters: None) -> bytes:
    """The document as bytes of the format that the ending says; `lacking` as for `make_reports`."""
    if suffix == ".pdf":
        from reporter.render.pdf import render_pdf

        return render_pdf(document, lacking=lacking)
    from reporter.render.html import render_html

    return render_html(document).encode("utf-8")


def make_document(
    captures: list[Path], *, options: ReportOptions, progress: Progress, early: Early | None = None
) -> Document:
    """Explain the captures and compose the document; `early` as for `make_reports`. Raises Trouble."""
    with ExitStack() as stack:
        course = ready_course(options.course)
        theme = find_theme(options.theme, () if course is None else (course.folder,))
        words_of(options, order_of(theme, options.sections))  # trouble is told at once
        calls = [early or Early(captures[0], options.decode_as)]
        calls += [Early(path, options.decode_as) for path in captures[1:]]
        guard = guard_of(options)
        gathered = []
        for number, (each, name) in enumerate(zip(calls, names_of(captures), strict=True)):
            capture = gather(stack.enter_context(each), options, course, progress, guard=guard)
            gathered.append(replace(capture, number=number, called=name))
        progress("composing", None)
        return document_of(gathered, options, course)


def guard_of(options: ReportOptions) -> Guard:
    """What the options ask to be masked or replaced; one for all captures of a report."""
    return Guard(redact=options.redact, anonymize=options.anonymize)


def document_of(gathered: Sequence[Capture], options: ReportOptions, course: Course | None) -> Document:
    """Compose the document of captures whose calls of tshark (`Early`) are still open. Raises Trouble."""
    _check_filter(gathered, options)
    _check_stream(gathered, options)
    named = [options.folder.resolve().name] if options.folder else [capture.name for capture in gathered]
    if not options.folder:
        named += ["-o", f"{Path(named[0]).stem}.pdf"]
    names = " ".join(shlex.quote(name) for name in named)
    return compose(
        gathered,
        options,
        tshark=gathered[0].tshark(),
        command=f"reporter report {names}{_asked(options, gathered[0].guard)}",
        overlays=() if course is None else (course.folder,),
    )


def _asked(options: ReportOptions, guard: Guard) -> str:
    parts = ["--lang", options.lang]
    if options.stream is not None:
        parts += ["--stream", str(options.stream)]
    if options.display_filter:
        parts += ["--filter", guard.text(options.display_filter)]
    for source in options.sources:
        number = "" if source.stream is None else f":{source.stream}"
        parts += ["--section", f"{source.section}={source.file}{number}"]
    for rule in options.decode_as:
        parts += ["--decode-as", rule]
    if options.timezone:
        parts += ["--timezone", options.timezone]
    if options.course is not None:
        parts += ["--course", options.course.name]
    if options.theme != DEFAULT:
        parts += ["--theme", Path(options.theme).name]
    parts += [*([] if options.redact else ["--no-redact"]), *(["--anonymize"] if options.anonymize else [])]
    return " " + " ".join(shlex.quote(part) for part in parts)


def gather(
    early: Early,
    options: ReportOptions,
    course: Course | None,
    progress: Progress,
    witness: Callable[[Explained], None] | None = None,
    guard: Guard | None = None,
) -> Capture:
    """What a report may show of one capture. `witness` is handed every packet with its findings. Raises Trouble.

    Captures of one report share one `guard` (`guard_of`), so that a host has the same alias in all of them.
    """
    path, guard = early.path, guard or guard_of(options)
    explanation = Explanation(path, decode_as=options.decode_as, course=course, source=early.packets, guard=guard)
    file = CaptureFile.of(path)
    keeper = Keeper()
    for explained in explanation:
        keeper.keep(Told(explained.seen, explained.findings))
        if witness is not None:
            witness(explained)
        if keeper.count % 500 == 0:
            progress(path.name, keeper.count)
    if not keeper.count:
        raise CaptureTrouble(
            "the capture holds no packets",
            where=str(path),
            to_do="capture again while the page is loaded",
            code="no-packets",
        )
    shown = None
    if options.display_filter:
        shown = matching_frames(path, options.display_filter, options.decode_as)
    bodies = _Bodies(early)
    return Capture(
        guard=guard,
        particulars=_particulars(file, guard),
        keeper=keeper,
        streams=explanation.streams(),
        endings=explanation.endings(),
        tail=explanation.tail,
        failures=tuple(explanation.failures),
        cut=explanation.cut,
        shown=shown,
        details=_Fetch(early.details, guard).get,
        tshark=early.details.version,
        bodies=bodies.get,
        packed=lambda: "bodies-packed" if early.details.packed else "bodies-left-out" if bodies.left_out else "",
    )


class _Bodies:
    """Bodies of HTTP messages; none, and `left_out`, where unpacking has cost more than the limits once."""

    def __init__(self, early: Early) -> None:
        self._early = early
        self.left_out = False

    def get(self, frames: Iterable[int]) -> dict[int, bytes]:
        """The bodies that these frames complete, as far as tshark gives them."""
        wanted = set(frames)
        # What tshark has printed for the details holds them already, for a capture that is not large.
        known = self._early.details.bodies(wanted)
        found: dict[int, bytes] | None = {}
        if not (self.left_out or self._early.details.packed):
            found = bodies_of(self._early.path, wanted - known.keys(), self._early.decode_as)
            self.left_out = found is None
        return {frame: body for frame, body in known.items() if body is not None} | (found or {})


class _Fetch:
    """Details of frames, fetched together and remembered."""

    def __init__(self, details: Details, guard: Guard) -> None:
        self._details = details
        self._guard = guard
        self._known: dict[int, Detail] = {}

    def get(self, frames: Iterable[int]) -> Mapping[int, Detail]:
        """The details of these frames, as far as tshark gives them."""
        missing = [frame for frame in frames if frame not in self._known]
        if missing:
            self._known |= self._guard.details(self._details.get(missing))
        return self._known


def _particulars(file: CaptureFile, guard: Guard) -> Particulars:
    found = file.interfaces if file.interfaces is not None else interfaces_in(file.path)
    interfaces = None
    if found is not None:
        interfaces = tuple((guard.interface(each.name or ""), guard.text(each.capture_filter or "")) for each in found)
    return Particulars(file.path, file.size, file.sha256, file.kind, interfaces)


def _check_filter(captures: Sequence[Capture], options: ReportOptions) -> None:
    if options.display_filter and not any(capture.shown for capture in captures):
        raise CaptureTrouble(
            f"no packet passes the filter {options.display_filter!r}",
            where=", ".join(capture.name for capture in captures),
            to_do="try it in Wireshark's filter bar, or leave out --filter",
        )


def _check_stream(captures: Sequence[Capture], options: ReportOptions) -> None:
    there = {stream.number for capture in captures for stream in capture.streams}
    verify_stream(", ".join(str(capture.particulars.path) for capture in captures), options.stream, there)
