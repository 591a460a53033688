"""What a person's Markdown is made of, before it is put into a report."""

from __future__ import annotations

from dataclasses import dataclass

from reporter.report.own.inside import Place
from reporter.report.prose import Element


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture that may be shown: its media type, its bytes, its size in pixels (0 where an SVG does not say)."""

    media: str
    data: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Text:
    """Running text: paragraphs, lists, tables."""

    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Title:
    """A heading of level 1 to 6."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture in a paragraph of its own, with what is written below it."""

    shot: Shot
    caption: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing, written out or read from a file; `first` is the number of its first line."""

    text: str
    language: str
    caption: str
    first: int = 1


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a place of the report (without the `#`), to be checked when the report is whole."""

    target: str
    place: Place


Piece = Text | Title | Shown | Listing


@dataclass(frozen=True, slots=True)
class Used:
    """A file of the folder that the report is made of, and its SHA-256."""

    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Written:
    """One Markdown file: its pieces in order, the links into the report, and the files it shows."""

    pieces: tuple[Piece, ...]
    links: tuple[Link, ...]
    shows: tuple[Used, ...] = ()
