"""The sections of a report: one file each, registered where it is written. The theme says which and in what order."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from reporter.explain.words import Ours
from reporter.report.author import Author
from reporter.report.choose import Chosen, Part
from reporter.report.document import Block
from reporter.report.material import Capture, Story
from reporter.report.own.files import OwnWords
from reporter.report.theme import Theme


@dataclass(frozen=True, slots=True)
class Context:
    """What a section is written from: `chosen` is what this one tells of, `chosen_for` what each one does.

    `stories` are the connections that the report tells of, the chosen one first; none when there is no TCP at all.
    `author` writes of the capture of this section, `zone` is that of its times;
    `theme` says how much; `words` are those of a person.
    """

    author: Author
    captures: Sequence[Capture]
    chosen: Chosen
    chosen_for: Mapping[str, Chosen]
    stories: Sequence[Story]
    tshark: str
    command: str
    theme: Theme
    words: OwnWords
    zone: tzinfo

    @property
    def story(self) -> Story | None:
        """The connection that this section tells of."""
        return self.chosen.story

    @property
    def main(self) -> Capture:
        """The capture that this section tells of."""
        return self.chosen.capture

    @property
    def opening(self) -> Story | None:
        """The connection whose handshake is shown; what a section was asked to tell of has its own."""
        return self.story if self.chosen.why == "named" else self.chosen_for["handshake"].story

    @property
    def closing(self) -> Story | None:
        """The connection whose teardown is shown; what a section was asked to tell of has its own."""
        return self.story if self.chosen.why == "named" else self.chosen_for["teardown"].story

    def about(self, told: Story | Capture) -> Context:
        """The same, telling of another connection or capture."""
        story = told if isinstance(told, Story) else None
        capture = told.capture if isinstance(told, Story) else told
        chosen = Chosen(capture, story, "")
        return replace(self, chosen=chosen, author=self.author.of(capture.number))

    def told_here(self) -> Sequence[Story]:
        """The connections that a section about all of them tells of: all, unless one has been named for it."""
        return self.stories if self.chosen.why != "named" else [self.story] if self.story else []

    def stream(self, story: Story) -> Ours:
        """The number of a connection, with its file where there are several."""
        key = "stream-of" if len(self.captures) > 1 else "stream"
        facts = {"stream": story.stream.number, "file": story.capture.name}
        return Ours(self.author.words.plain("report", key, facts))

    def source(self, story: Story | None = None) -> str:
        """The line that names the file and stream of a section and, where there are several files, says why those."""
        words = self.author.words
        story = story or self.story
        facts = {"file": self.main.name, "stream": story.stream.number if story else None}
        named = words.plain("report", "source" if story else "source-file", facts)
        if len(self.captures) == 1 and self.chosen.why != "named":
            return named if story else ""
        return words.plain("report", "source-why", {"source": Ours(named), "why": Ours(self.why(story))})

    def why(self, story: Story | None) -> str:
        """Why a section tells of this connection, when there are several captures."""
        why = story.why if story else self.chosen.why
        if why in ("named", "elsewhere"):
            # Of a section about all connections; the one that is named or taken from elsewhere is one of them.
            key = f"why-{why}" if self.chosen.why == why else "why-shown"
        else:
            key = "why-story"
        return self.author.words.plain("report", key, {})


@dataclass(frozen=True, slots=True)
class Draft:
    """A section before it is numbered."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    sections: tuple[Draft, ...] = ()
    source: str = ""
    closing: tuple[Block, ...] = ()


Builder = Callable[[Context], Draft | None]
#: The frames of a connection that a section takes apart, so that tshark is asked for all of them at once.
Windows = Callable[[Story], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A registered section: `part` is what of a connection it shows, None when it speaks of the whole report."""

    builder: Builder
    part: Part | None
    windows: Windows


def told_of_each(
    context: Context, name: str, title: str, write: Callable[[Context, Story], Sequence[Block]]
) -> Draft | None:
    """A section about connections: of several, one below the other; None when there is nothing to say of any."""
    told = [(story, context.about(story)) for story in context.told_here()]
    written = [(story, here, tuple(write(here, story))) for story, here in told]
    written = [each for each in written if each[2]]
    if len(written) == 1:
        story, here, blocks = written[0]
        return Draft(name, title, blocks, source=context.source() if story == context.story else here.source())
    drafts = []
    for number, (story, here, blocks) in enumerate(written, 1):
        named = here.author.words.plain("report", "story-title", {"stream": context.stream(story)})
        drafts.append(Draft(f"{name}-{number}", named, blocks, source=here.source()))
    return Draft(name, title, (), tuple(drafts)) if drafts else None


SECTIONS: dict[str, Entry] = {}


def section(
    name: str, part: Part | None = Part.WHOLE, windows: Windows = lambda story: ()
) -> Callable[[Builder], Builder]:
    """Register a function as the builder of a section; it returns None when the section has nothing to say."""

    def register(builder: Builder) -> Builder:
        if name in SECTIONS:
            raise ValueError(f"section {name} is taken")
        SECTIONS[name] = Entry(builder, part, windows)
        return builder

    return register


def load() -> None:
    """Import every section of this package. Adding a section is adding a file."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
