"""The sections of a report: one file each, registered where it is written. The theme says which and in what order."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reporter.report.author import Author
from reporter.report.document import Block
from reporter.report.material import Capture, Story
from reporter.report.theme import Theme


@dataclass(frozen=True, slots=True)
class Context:
    """What a section is written from. `story` is the connection of the report, None when there is no TCP at all;
    `opening` and `closing` are the connections whose handshake and teardown are shown; `theme` says how much."""

    author: Author
    captures: Sequence[Capture]
    story: Story | None
    opening: Story | None
    closing: Story | None
    tshark: str
    command: str
    theme: Theme

    @property
    def main(self) -> Capture:
        """The capture of the story, else the first one."""
        return self.story.capture if self.story else self.captures[0]

    def source(self, story: Story | None) -> str:
        """The line that names the file and stream of a section."""
        if story is None:
            return ""
        facts = {"file": story.capture.name, "stream": story.stream.number}
        return self.author.words.plain("report", "source", facts)


@dataclass(frozen=True, slots=True)
class Draft:
    """A section before it is numbered."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    sections: tuple[Draft, ...] = ()
    source: str = ""


Builder = Callable[[Context], Draft | None]
SECTIONS: dict[str, Builder] = {}


def section(name: str) -> Callable[[Builder], Builder]:
    """Register a function as the builder of a section; it returns None when the section has nothing to say."""

    def register(builder: Builder) -> Builder:
        if name in SECTIONS:
            raise ValueError(f"section {name} is taken")
        SECTIONS[name] = builder
        return builder

    return register


def load() -> None:
    """Import every section of this package. Adding a section is adding a file."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
