"""Sections that a theme adds: a template, words, or both; no Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reporter.errors import UsageTrouble
from reporter.explain.words import Rich
from reporter.handwritten import nearest
from reporter.report import sections
from reporter.report.document import Added, Caption
from reporter.report.material import Capture, Story
from reporter.report.sections import SECTIONS, Context, Draft
from reporter.report.sources import check_sections
from reporter.report.theme import Theme
from reporter.report.themefile import FILE, line_in


def template_of(name: str) -> str:
    """The template of a section that a theme adds."""
    return f"sections/{name}.html.j2"


def order_of(theme: Theme, wanted: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The section names of a theme, in order, or those `wanted` instead.

    Raises UsageTrouble for a name that does not exist.
    """
    sections.load()
    added = [name for name in theme.sections if name not in SECTIONS and adds(theme, name)]
    if wanted:
        check_sections([name for name in wanted if name not in added], "sections")
        return wanted
    for name in theme.sections:
        if name not in SECTIONS and name not in added:
            what = f"the theme names a section that does not exist: {name}{nearest(name, SECTIONS)}"
            to_do = (
                f"give it a template {template_of(name)} or words [section-{name}] in prose/zh and prose/en; ours are "
                + ", ".join(sorted(SECTIONS))
            )
            raise UsageTrouble(what, where=_said_in(theme, name), to_do=to_do)
    return theme.sections


def _said_in(theme: Theme, name: str) -> str:
    """Where the theme.toml of its folders names a section, nearest to the reader first."""
    said = (line_in(folder, key, name) for folder in theme.foreign for key in ("name", "sections"))
    return next((where for where in said if ", line " in where), str(theme.folders[0] / FILE))


def adds(theme: Theme, name: str) -> bool:
    """Whether a theme brings along a section: its template, or words for it."""
    return theme.find(template_of(name)) is not None or any(
        f"[section-{name}]" in file.read_text(encoding="utf-8", errors="replace")
        for folder in theme.foreign
        for file in (folder / "prose").glob("*/*.toml")
    )


def added_section(name: str, context: Context) -> Draft:
    """The section of that name. Its words may use the facts of `report_facts`. Raises UsageTrouble without a title."""
    author, theme = context.author, context.theme
    code, words = f"section-{name}", author.words
    if not words.has(code, "title"):
        raise UsageTrouble(
            f"the section {name} has no title ({words.language})",
            where=str(theme.folders[0] / "prose" / words.language),
            to_do=f'write [{code}] and title = "…" below, in any file there',
        )
    facts = report_facts(context.captures, context.story)
    texts: dict[str, Rich] = {}
    captions: dict[str, Caption] = {}
    for key in words.entry(code):
        kind, _, rest = key.partition("-")
        if kind in ("table", "figure") and rest:
            captions[rest] = (author.figure if kind == "figure" else author.table)(code, key, **facts)
        elif key != "title":
            texts[key] = author.say(code, key, **facts)
    return Draft(name, words.title(code), (Added(name, texts, captions),))


def report_facts(captures: Sequence[Capture], story: Story | None) -> Mapping[str, Any]:
    """What the words of an added section may use: numbers of the captures and the ends of the connection told."""
    return {
        "files": [capture.name for capture in captures],
        "packets": sum(capture.keeper.count for capture in captures),
        "streams": sum(len(capture.streams) for capture in captures),
        "stream": story.stream.number if story else None,
        "client": str(story.stream.client) if story else None,
        "server": str(story.stream.server) if story else None,
    }
