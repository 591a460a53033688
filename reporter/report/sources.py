"""Which capture a section is to show, as the command line or report.toml names it."""

from __future__ import annotations

from collections.abc import Sequence

from reporter.errors import CaptureTrouble, UsageTrouble
from reporter.handwritten import nearest
from reporter.model.stream import Stream
from reporter.options import Source
from reporter.report import sections
from reporter.report.material import Capture
from reporter.report.sections import SECTIONS


def check_sections(names: Sequence[str], where: str) -> None:
    """Raise UsageTrouble for a section that does not exist, or stands twice."""
    sections.load()
    for index, name in enumerate(names):
        if name not in SECTIONS:
            raise UsageTrouble(
                f"the section {name!r} does not exist{nearest(name, SECTIONS)}",
                where=where,
                to_do="use some of " + ", ".join(sorted(SECTIONS)),
            )
        if name in names[:index]:
            raise UsageTrouble(f"the section {name!r} stands twice", where=where, to_do="name it once")


def source_of(text: str, files: Sequence[str], where: str) -> Source:
    """`SECTION=FILE` or `SECTION=FILE:STREAM` taken apart; `files` are the names of the captures there are.

    Raises UsageTrouble for a section or a capture that does not exist.
    """
    section, equals, rest = text.partition("=")
    if not equals or not section or not rest:
        raise UsageTrouble(
            f"{text!r} does not say which capture feeds which section",
            where=where,
            to_do="write SECTION=CAPTURE, for example handshake=opening.pcapng",
        )
    return checked(section, rest, files, where)


def checked(section: str, capture: str, files: Sequence[str], where: str) -> Source:
    """A section and the capture (`FILE` or `FILE:STREAM`) it is to show. Raises UsageTrouble as `source_of`."""
    sections.load()
    takes = sorted(name for name, entry in SECTIONS.items() if entry.part is not None)
    if section not in takes:
        what = "tells of all captures" if section in SECTIONS else "does not exist"
        raise UsageTrouble(
            f"the section {section!r} {what}{nearest(section, takes)}", where=where, to_do="use " + ", ".join(takes)
        )
    if capture in files:
        return Source(section, capture)
    name, colon, number = capture.rpartition(":")
    if colon and number.isascii() and number.isdigit() and name in files:
        return Source(section, name, int(number))
    raise UsageTrouble(
        f"the report has no capture {capture!r}{nearest(capture, files)}",
        where=where,
        to_do="name one of " + ", ".join(files),
    )


def named_in(captures: Sequence[Capture], source: Source) -> tuple[Capture, Stream | None]:
    """The capture of a source and its stream, None where none is named. Raises CaptureTrouble for one not there."""
    capture = next(each for each in captures if each.name == source.file)
    if source.stream is None:
        return capture, None
    stream = capture.stream(source.stream)
    if stream is None:
        numbers = [each.number for each in capture.streams]
        there = ", ".join(map(str, numbers[:20])) + (" …" if len(numbers) > 20 else "")
        raise CaptureTrouble(
            f"there is no TCP stream {source.stream} for the section {source.section!r}",
            where=capture.name,
            to_do=f"choose one of the streams there are: {there}" if numbers else "the capture holds no TCP at all",
        )
    return capture, stream
