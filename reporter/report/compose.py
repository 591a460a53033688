"""A whole report: sections in the theme's order, numbered, with its cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from reporter.errors import UsageTrouble
from reporter.explain.words import Words
from reporter.options import ReportOptions, Source
from reporter.report.added import added_section, order_of
from reporter.report.author import Author
from reporter.report.choose import Chosen, choose, choose_named, choose_part
from reporter.report.document import Cover, Document, Note, Section, Tone
from reporter.report.material import Capture, Story
from reporter.report.own.files import OwnWords, own_words
from reporter.report.own.placing import Placing, check_links
from reporter.report.sections import SECTIONS, Context, Draft
from reporter.report.sources import named_in
from reporter.report.theme import Theme, find_theme

_OPTIONS = {"course": "course_name"}
_FIELDS = frozenset(("student", "student_id", "major", "school", "course_name", "teacher"))


def words_of(options: ReportOptions, order: tuple[str, ...]) -> OwnWords:
    """A person's own words for a report of these sections. Raises UsageTrouble for what is wrong in them."""
    return own_words(options.folder, order, list(SECTIONS))


def compose(
    captures: Sequence[Capture],
    options: ReportOptions,
    *,
    tshark: str,
    command: str,
    overlays: Sequence[Path] = (),
    theme: Theme | None = None,
) -> Document:
    """The document of these captures; words in the folders `overlays` replace ours. Without `theme` the options say it.

    Raises UsageTrouble for a theme or words that cannot be used.
    """
    theme = theme or find_theme(options.theme, overlays)
    order = order_of(theme, options.sections)
    _verify_language(theme, options.lang)
    words = words_of(options, order)
    author = Author(Words(options.lang, (*theme.overlays, *overlays)))
    story = choose(captures, options.stream)
    chosen_for = _assigned(captures, story, options.sources)
    main = Chosen(story.capture if story else captures[0], story, story.why if story else "")
    context = Context(
        author=author,
        captures=captures,
        chosen=main,
        chosen_for=chosen_for,
        stories=_told(story, [chosen_for[name] for name in order if name in chosen_for]),
        tshark=tshark,
        command=command,
        theme=theme,
        words=words,
        zone=ZoneInfo(options.timezone) if options.timezone else UTC,
    )
    _foresee(order, chosen_for, main)
    placing = Placing(words, author)
    drafts: list[Draft] = []
    for name in order:
        chosen = chosen_for.get(name, main)
        here = replace(context, chosen=chosen, author=author.of(chosen.capture.number))
        if name in SECTIONS:
            drafts += placing.around(name, partial(SECTIONS[name].builder, here))
        else:
            drafts += placing.around(name, partial(added_section, name, here))
    numbered = [_number(draft, str(index)) for index, draft in enumerate(drafts, 1)]
    check_links(words, numbered)
    title = options.title or author.label("title")
    return Document(
        language=options.lang,
        title=title,
        cover=_cover(author, captures, options, title, theme),
        sections=tuple(numbered),
        labels={},
        author=options.student or "",
        subject=author.label("subject"),
        keywords=tuple(author.label("keywords").split()),
        notices=_notices(author, captures),
        theme=theme,
        files=tuple(capture.name for capture in captures),
    )


def _foresee(order: Sequence[str], chosen_for: Mapping[str, Chosen], main: Chosen) -> None:
    """Have the details of all frames that the sections take apart fetched: each call of tshark reads the whole file."""
    frames: dict[int, set[int]] = {}
    captures: dict[int, Capture] = {}
    for name in order:
        story = chosen_for.get(name, main).story
        if name in SECTIONS and story is not None:
            captures[story.capture.number] = story.capture
            frames.setdefault(story.capture.number, set()).update(SECTIONS[name].windows(story))
    for number, capture in captures.items():
        if frames[number]:
            capture.details(sorted(frames[number]))


def _assigned(captures: Sequence[Capture], story: Story | None, sources: Sequence[Source]) -> dict[str, Chosen]:
    """What each section about a connection tells of. Raises Trouble for a source that does not fit."""
    named = {source.section: named_in(captures, source) for source in sources}
    chosen = {}
    for name, entry in SECTIONS.items():
        if entry.part is None:
            continue
        if name in named:
            capture, stream = named[name]
            chosen[name] = choose_named(capture, stream, story, entry.part)
        else:
            chosen[name] = choose_part(captures, story, entry.part)
    return chosen


def _told(story: Story | None, chosen: Sequence[Chosen]) -> tuple[Story, ...]:
    """The connections that the sections tell of, each once, that of the report first."""
    stories = [story] if story else []
    for each in chosen:
        shown = each.story
        if shown and not any(shown.capture is one.capture and shown.stream is one.stream for one in stories):
            stories.append(shown)
    return tuple(stories)


def _number(draft: Draft, number: str) -> Section:
    inner = tuple(_number(each, f"{number}.{index}") for index, each in enumerate(draft.sections, 1))
    return Section(draft.id, number, draft.title, draft.blocks, inner, draft.source, draft.closing)


def _verify_language(theme: Theme, language: str) -> None:
    if language not in theme.languages:
        there = " and ".join(theme.languages)
        raise UsageTrouble(
            f"the theme {theme.name} is written in {there} only",
            where=f"--lang {language}",
            to_do=f"use --lang {theme.languages[0]}, or another theme",
        )


def _cover(author: Author, captures: Sequence[Capture], options: ReportOptions, title: str, theme: Theme) -> Cover:
    """The cover: the lines that the theme names, those with a value, and those of its own to be filled in by hand."""
    labels = author.words.lexicon["report"]
    rows: list[tuple[str, str]] = []
    blank: list[tuple[str, str]] = []
    for name in theme.cover:
        if f"cover-{name}" not in labels:
            raise UsageTrouble(
                f"the line {name!r} of the cover has no label",
                where=str(theme.folders[0] / "theme.toml"),
                to_do=f'write [lexicon.report] and cover-{name} = "…" in prose/zh and prose/en of the theme',
            )
        option = _OPTIONS.get(name, name)
        ours = option in _FIELDS
        row = (labels[f"cover-{name}"], (getattr(options, option) if ours else "") or "")
        blank += [row] if ours else []
        rows += [row] if row[1] or not ours else []
    names = author.words.lexicon["style"]["list_joiner"].join(capture.name for capture in captures[:4])
    subtitle = author.words.plain("report", "subtitle", {"files": names, "count": len(captures)})
    return Cover(title, subtitle, tuple(rows or blank[:2]), options.date or "")


def _notices(author: Author, captures: Sequence[Capture]) -> tuple[Note, ...]:
    notes = []
    for capture in captures:
        if capture.tail:
            key = "tail-cut" if capture.tail == "cut short" else "tail-damaged"
            facts = {"file": capture.name, "count": capture.keeper.count}
            notes.append(author.note("section-limits", key, Tone.WARNING, **facts))
    return tuple(notes)
