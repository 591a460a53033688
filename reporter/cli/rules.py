"""`reporter rules`: which situations are known, one of them in full, and whether words and a course are in order."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reporter.cli.choices import Lang, Language, help_when_alone
from reporter.errors import EXIT_TROUBLE

if TYPE_CHECKING:
    from reporter.explain.endings import EndRule
    from reporter.explain.registry import Rule

EXAMPLES = """\b
Examples:
  reporter rules list                          every situation, by code
  reporter rules list --topic loss --lang en   one topic, in English
  reporter rules list --format json
  reporter rules show H01                      what it says, when, and an example
  reporter rules check --course my-course/     before a course is given to students"""

app = typer.Typer(help="Show and check the rules.", epilog=EXAMPLES, invoke_without_command=True)

_PLACES = {
    "packet": "a packet",
    "stream": "a stream, at the end of the capture",
    "capture": "the whole capture, at its end",
}


class Format(StrEnum):
    """Formats of the list."""

    TEXT = "text"
    JSON = "json"


app.callback()(help_when_alone)


@app.command("list")
def list_rules(
    topic: Annotated[str | None, typer.Option("--topic", metavar="T", help="Only this topic.")] = None,
    form: Annotated[Format, typer.Option("--format", help="For people, or for programs.")] = Format.TEXT,
    lang: Lang = Language.ZH,
) -> None:
    """List the situations that are recognised."""
    from reporter.pipeline.catalogue import chosen, listed

    found = listed(chosen(topic))
    if form is Format.JSON:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    wide = {key: max(len(each[key]) for each in found) for key in ("topic", "name")}
    for each in found:
        name = f"{each['topic']:{wide['topic']}}  {each['name']:{wide['name']}}"
        typer.echo(f"{each['rule']}  {name}  {each['title'][str(lang)]}")


@app.command("show")
def show_rule(
    code: Annotated[str, typer.Argument(metavar="CODE", help="A code such as H01.")],
    lang: Annotated[Language | None, typer.Option("--lang", help="Words of one language only.")] = None,
) -> None:
    """Show one rule: when it fires, what it says in both languages, an example."""
    from reporter.explain.words import Words
    from reporter.options import LANGUAGES
    from reporter.pipeline.catalogue import entry, silenced_by

    found = entry(code)
    words = [Words(each) for each in ([str(lang)] if lang else LANGUAGES)]
    typer.echo(f"{found.code}  {found.name}  ({found.topic})")
    for each in words:
        typer.echo(f"     {found.title(each)}")
    silent = silenced_by(found.code)
    for name, part in found.parts:
        typer.echo("")
        _show_part(name, part, words)
    if silent:
        typer.echo(f"\nsilenced by: {' '.join(silent)}")


def _show_part(name: str, part: Rule | EndRule, words: list) -> None:  # type: ignore[type-arg]
    from reporter.explain.registry import Rule
    from reporter.pipeline.catalogue import examples

    place = (
        _PLACES["packet"] + (f" ({part.on})" if part.on != "packet" else "")
        if isinstance(part, Rule)
        else _PLACES[part.on]
    )
    typer.echo(f"speaks of: {place}")
    typer.echo(_indented(part.doc.partition("\nReference:")[0].strip()))
    typer.echo(f"reference: {part.reference}")
    if isinstance(part, Rule):
        typer.echo(f"silences: {' '.join(part.over) or 'nothing'}")
    typer.echo(f"facts: {' '.join(part.facts) or 'none'}")
    for each in words:
        for key in ("text", "again", "ask", "advice"):
            if each.has(name, key):
                typer.echo(f"{key} ({each.language}):\n{_indented(str(each.entry(name)[key]).strip())}")
    example = examples().get(name)
    if example is not None:
        where = (
            f", frame {example.frame}"
            if example.frame
            else f", stream {example.stream}"
            if example.stream is not None
            else ""
        )
        typer.echo(f"example: captures/{example.capture}{where}")
        for each in words:
            typer.echo(_indented(example.text[each.language]))


@app.command("check")
def check_rules(
    course: Annotated[
        Path | None,
        typer.Option("--course", metavar="DIR", help="Also a course: a folder or its course.toml."),
    ] = None,
) -> None:
    """Check that every rule has right words in both languages, and that a course is in order.

    The words may use only what the rule tells; the filters of a course are put to tshark.
    """
    from reporter.cli.problems import tell
    from reporter.pipeline.catalogue import entries, troubles

    found = troubles(course)
    for each in found:
        tell(each)
    if found:
        raise typer.Exit(EXIT_TROUBLE)
    also = f"; the course {course} too" if course is not None else ""
    typer.echo(f"{len(entries())} rules, words in both languages: in order{also}")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())
