"""The catalogue of rules as people ask for it: what there is, one rule in full, and whether all is in order."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import TemplateSyntaxError, meta

from reporter import rules
from reporter.errors import Trouble, UsageTrouble
from reporter.explain.course import NOTE, read_course
from reporter.explain.endings import END_RULES, EndRule
from reporter.explain.registry import RULES, Rule, catalogue_order
from reporter.explain.words import Words
from reporter.handwritten import nearest
from reporter.options import LANGUAGES
from reporter.pipeline.course import filter_troubles
from reporter.resources import templates_dir

#: The facts of a note of a course file.
_NOTE_FACTS = ("when", "said", "own_title")
_KEYS = ("text", "again", "ask", "advice")


@dataclass(frozen=True, slots=True)
class Entry:
    """One code: its rule for packets, and those for whole streams and the whole capture."""

    code: str
    packets: Rule | None
    endings: tuple[EndRule, ...]

    @property
    def first(self) -> Rule | EndRule:
        """The rule that names it: the one for packets, if there is one."""
        return self.packets or self.endings[0]

    @property
    def name(self) -> str:
        """The situation in kebab-case."""
        return self.first.name

    @property
    def topic(self) -> str:
        """The file of `reporter.rules` in which it is written."""
        return self.first.topic

    @property
    def parts(self) -> tuple[tuple[str, Rule | EndRule], ...]:
        """Each rule of the code with its entry in the words."""
        own: tuple[tuple[str, Rule | EndRule], ...] = ((self.code, self.packets),) if self.packets else ()
        return (*own, *((each.entry, each) for each in self.endings))

    def title(self, words: Words) -> str:
        """The title in a language."""
        return words.title(self.parts[0][0])


@dataclass(frozen=True, slots=True)
class Example:
    """What a rule said of a bundled capture: of a frame, a stream, or (both None) the whole of it."""

    capture: str
    frame: int | None
    stream: int | None
    text: dict[str, str]


@cache
def entries() -> tuple[Entry, ...]:
    """The whole catalogue in its order."""
    rules.load()
    codes = sorted({*RULES, *(code for _, code in END_RULES)}, key=catalogue_order)
    return tuple(
        Entry(
            code,
            RULES.get(code),
            tuple(END_RULES[on, code] for on in ("stream", "capture") if (on, code) in END_RULES),
        )
        for code in codes
    )


def topics() -> list[str]:
    """All topics, sorted."""
    return sorted({each.topic for each in entries()})


def chosen(topic: str | None) -> tuple[Entry, ...]:
    """The entries of a topic, all without one. Raises UsageTrouble for a topic that does not exist."""
    if topic is not None and topic not in topics():
        what = f"there is no topic {topic!r}{nearest(topic, topics())}"
        raise UsageTrouble(what, where="--topic", to_do="topics are " + ", ".join(topics()))
    return tuple(each for each in entries() if topic is None or each.topic == topic)


def entry(code: str) -> Entry:
    """The entry of a code, in either case. Raises UsageTrouble, naming those nearest, when there is none."""
    known = {each.code: each for each in entries()}
    found = known.get(code.upper())
    if found is None:
        by_name = {each.name: each.code for each in entries()}
        if code.lower() in by_name:
            return known[by_name[code.lower()]]
        near = _near(code.upper(), list(known))
        hint = f"; nearest are {', '.join(near)}" if near else nearest(code.lower(), by_name)
        raise UsageTrouble(f"there is no rule {code!r}{hint}", where=code, to_do="reporter rules list names them all")
    return found


def _near(code: str, known: list[str]) -> list[str]:
    """Up to three codes of the same group, nearest in number; empty when the code is like none."""
    group = [each for each in known if each[0] == code[:1]]
    if not group or not code[1:].isdigit():
        return []
    number = int(code[1:])
    return sorted(sorted(group, key=lambda each: (abs(int(each[1:]) - number), each))[:3])


def listed(found: tuple[Entry, ...]) -> list[dict[str, Any]]:
    """The rules as `reporter rules list --format json` prints them, with titles in both languages."""
    words = {language: Words(language) for language in LANGUAGES}
    return [
        {
            "rule": each.code,
            "name": each.name,
            "topic": each.topic,
            "title": {language: each.title(words[language]) for language in LANGUAGES},
            "reference": each.first.reference,
        }
        for each in found
    ]


@cache
def examples() -> dict[str, Example]:
    """What the rules said of the bundled captures, by their entry in the words (written by scripts/examples.py)."""
    file = templates_dir() / "examples" / "rules.json"
    if not file.is_file():
        return {}
    found = json.loads(file.read_text(encoding="utf-8"))
    return {
        name: Example(each["capture"], each.get("frame"), each.get("stream"), each["text"])
        for name, each in found.items()
    }


def silenced_by(code: str) -> tuple[str, ...]:
    """The codes that keep this one silent on a packet of which they speak."""
    return tuple(each.code for each in entries() if each.packets is not None and code in each.packets.over)


@cache
def glossary() -> tuple[dict[str, Any], ...]:
    """The terms of the prose: `zh`, `en`, and the variants that are `wrong`."""
    return tuple(tomllib.loads((templates_dir() / "glossary.toml").read_text(encoding="utf-8"))["term"])


def troubles(course: Path | None = None) -> list[Trouble]:
    """Everything that is wrong with the words of the rules and with a course; an empty list when all is in order."""
    found: list[Trouble] = []
    taught = None
    if course is not None:
        taught, wrong = read_course(course)
        found += wrong
        found += filter_troubles(taught.file, taught.notes)
        if any(str(taught.folder / "prose") in each.where for each in wrong):
            return found  # words that cannot be read cannot be checked further
    overlays = [taught.folder] if taught is not None else []
    for language in LANGUAGES:
        words = Words(language, overlays)
        found += _wrong_words(words)
        if taught is None:
            found += _wrong_terms(words)
    if taught is None:
        found += uneven([Words(language) for language in LANGUAGES])
    return found


def uneven(languages: Sequence[Words]) -> Iterator[Trouble]:
    """Words of a rule that one of these languages has and another has not."""
    for name in sorted({name for words in languages for name in words.codes()}):
        for key in _KEYS:
            lacking = [words for words in languages if not words.has(name, key)]
            for words in lacking if len(lacking) < len(languages) else ():
                what = f"the words {name}.{key} are missing in the language {words.language}"
                where = words.origin(name) or f"prose/{words.language}"
                yield UsageTrouble(what, where=where, to_do=f'write [{name}] {key} = "…", or take it out elsewhere')


def _wrong_words(words: Words) -> Iterator[Trouble]:
    declared = {name: rule.facts for each in entries() for name, rule in each.parts} | {NOTE: _NOTE_FACTS}
    for name, facts in declared.items():
        for key in ("title", "text"):
            if not words.has(name, key):
                what = f"the rule {name} has no {key} in the language {words.language}"
                yield UsageTrouble(what, where=f"prose/{words.language}", to_do=f'write [{name}] {key} = "…"')
        for key in _KEYS:
            if words.has(name, key):
                yield from _wrong_facts(words, name, key, facts)
    known = {*declared, *(code for code in words.codes() if code.startswith(("section-", "report")))}
    for name in words.codes():
        if name not in known and (name[:1].isupper() or name.startswith(("stream-", "capture-"))):
            what = f"there are words for {name}, but no such rule{nearest(name, declared)}"
            yield UsageTrouble(what, where=words.origin(name), to_do="reporter rules list names the rules")


def _wrong_facts(words: Words, name: str, key: str, facts: tuple[str, ...]) -> Iterator[Trouble]:
    where = words.origin(name, key)
    try:
        parsed = words.environment.parse(str(words.entry(name)[key]))
    except TemplateSyntaxError as error:
        yield UsageTrouble(f"the words {name}.{key} ({words.language}) cannot be read: {error}", where=where)
        return
    used = meta.find_undeclared_variables(parsed) - set(words.environment.globals)
    for fact in sorted(used - set(facts)):
        hint = nearest(fact, facts)
        what = f"the words {name}.{key} ({words.language}) use {fact!r}, which is no fact of the rule{hint}"
        yield UsageTrouble(what, where=where, to_do="they may use " + (", ".join(facts) or "no facts"))


def _wrong_terms(words: Words) -> Iterator[Trouble]:
    for name in words.codes():
        for key, text in words.entry(name).items():
            for term in glossary():
                for wrong in term["wrong"]:
                    if wrong in str(text):
                        what = f"the words {name}.{key} ({words.language}) say {wrong!r}"
                        yield UsageTrouble(
                            what, where=words.origin(name, key), to_do=f"say {term['zh']} ({term['en']})"
                        )
