"""The words of one language: prose snippets (Jinja) and the lexicon, from `templates/prose/<language>/*.toml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from reporter.errors import UsageTrouble
from reporter.explain.engine import Finding
from reporter.explain.evidence import Evidence, Fact
from reporter.explain.misworded import misworded
from reporter.explain.tame import tame
from reporter.explain.visible import LONGEST, escaped, visible
from reporter.handwritten import read_toml
from reporter.options import LANGUAGES
from reporter.resources import compiled_templates, templates_dir

#: So many decimals a time is told with, as a rule.
_DECIMALS = 3
_OPEN, _MIDDLE, _CLOSE = "\ue000", "\ue001", "\ue002"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text; `evidence` is not empty when the run is a value read from a capture."""

    text: str  #: the words or the value as they are read
    evidence: tuple[Evidence, ...] = ()  #: where the value comes from; empty for words
    file: int = 0  #: which capture of the report that is, from 0


Rich = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A fact spelled in a chosen form (by a filter), still with its evidence."""

    text: str
    evidence: tuple[Evidence, ...]


class Ours(str):
    """Text made by a filter of ours: already shown, passed on as it is."""


class _Known(dict[str, Any]):
    """The facts of one rendering; what is no fact is looked up among the globals."""

    __slots__ = ("globals",)
    globals: dict[str, Any]

    def __missing__(self, name: str) -> Any:
        return self.globals.get(name, missing)


class _Snippet:
    """A compiled template, rendered again and again with less ado than `Template.render` makes.

    Snippets neither include nor extend anything, so that one context, which only resolves names, serves all.
    """

    def __init__(self, template: Template, names: dict[str, Any]) -> None:
        self._root = template.root_render_func
        self._context: Any = template.new_context()
        self._globals = names

    def render(self, facts: Mapping[str, Any]) -> str:
        known = _Known(facts)
        known.globals = self._globals
        self._context.resolve_or_missing = known.__getitem__
        return "".join(self._root(self._context)).strip()


class Words:
    """The catalogue of one language. `overlays` are folders whose entries replace ours key by key.

    Raises UsageTrouble for a language or a file that cannot be read.
    """

    def __init__(self, language: str, overlays: Iterable[Path] = ()) -> None:
        self.language = language
        self._entries: dict[str, dict[str, Any]] = {}
        self._replaced: dict[tuple[str, str], Path] = {}
        self._files: dict[str, Path] = {}
        over = [folder / "prose" / language for folder in overlays]
        folders = [templates_dir() / "prose" / language, *over]
        if not folders[0].is_dir():
            raise UsageTrouble(f"no words for the language {language!r}", to_do=f"use one of {', '.join(LANGUAGES)}")
        for folder in folders:
            for file in sorted(folder.glob("*.toml")):
                self._load(file, replaces=folder in over)
        self.lexicon: dict[str, dict[str, str]] = {
            name.removeprefix("lexicon."): table for name, table in self._entries.items() if name.startswith("lexicon.")
        }
        self._marks: list[tuple[Evidence, ...]] | None = None
        self._shown: dict[Enum, str] = {}
        # Words become plain text here; what renders HTML escapes it.
        # Words of others run in Jinja's sandbox.
        self._place = f"{'others' if over else 'ours'}/{language}/"
        self.environment = (ImmutableSandboxedEnvironment if over else Environment)(
            undefined=StrictUndefined,
            finalize=self._finalize,
            autoescape=False,
            loader=FunctionLoader(self._source),
            bytecode_cache=compiled_templates(Path(__file__), repr(self.lexicon)),
        )
        self.environment.filters |= {
            "ms": self._milliseconds,
            "s": self._seconds,
            "sum": self._sum,
            "list": self._list,
            "series": self._series,
            "term": self._term,
            "code": self._code,
            "ours": self._ours,
            "plural": self._plural,
        }
        self.environment.globals["lexicon"] = self.lexicon
        self._globals = dict(self.environment.globals)
        self._compiled: dict[tuple[str, str], _Snippet] = {}

    def has(self, code: str, key: str = "text") -> bool:
        """Whether the catalogue has this entry."""
        return key in self._entries.get(code, {})

    def entry(self, code: str) -> Mapping[str, Any]:
        """The raw entry of a code (empty when missing)."""
        return self._entries.get(code, {})

    def origin(self, code: str, key: str = "") -> str:
        """The file that an entry, or one key of it, was read from; an empty string when there is none."""
        file = self._replaced.get((code, key)) or self._files.get(code)
        return "" if file is None else str(file)

    def codes(self) -> list[str]:
        """All keys of the catalogue except the lexicon, sorted."""
        return sorted(name for name in self._entries if not name.startswith("lexicon."))

    def title(self, code: str) -> str:
        """The title of a rule or section by its code. Raises KeyError for one without words."""
        return str(self._entries[code]["title"])

    def title_of(self, finding: Finding) -> str:
        """The title of a finding: its own, if it has one in this language, else that of its rule."""
        own = finding.facts.get("own_title")
        return self.title(finding.rule) if own is None else str(self._ours(own))

    def text(self, finding: Finding) -> str:
        """The sentences of a finding as plain text."""
        return self._rendered(finding.rule, self._key(finding), finding.facts)

    def rich(self, finding: Finding) -> Rich:
        """The sentences of a finding with the evidence of each value."""
        return self.marked(finding.rule, self._key(finding), finding.facts)

    def plain(self, code: str, key: str, facts: Mapping[str, Any]) -> str:
        """The snippet `key` of a code, filled with facts, as text without evidence."""
        return self._rendered(code, key, facts)

    def marked(self, code: str, key: str, facts: Mapping[str, Any]) -> Rich:
        """Any snippet with the evidence of each value."""
        self._marks = []
        try:
            text = self._rendered(code, key, facts)
            return _spans(text, self._marks)
        finally:
            self._marks = None

    def join(self, texts: Iterable[str]) -> str:
        """Sentences put one after the other as the language does."""
        return self.lexicon["style"]["sentence_joiner"].join(texts)

    def show(self, value: Any) -> str:
        """A value as text of this language."""
        if isinstance(value, Fact):
            value = value.value
        if type(value) is int:
            return str(value)
        if isinstance(value, Enum):
            shown = self._shown.get(value)
            if shown is None:
                shown = self._shown[value] = self.lexicon["terms"].get(str(value.value), str(value.value))
            return shown
        if isinstance(value, Decimal):
            return format(value.normalize(), "f")
        if isinstance(value, str):
            return visible(value)
        if isinstance(value, tuple | list):
            return self._joined(value)
        return str(value)

    def _key(self, finding: Finding) -> str:
        return "again" if finding.again and self.has(finding.rule, "again") else "text"

    def _load(self, file: Path, *, replaces: bool) -> None:
        _, tables = read_toml(file, "a file of words")
        lexicon = tables.pop("lexicon", {})
        for name, table in lexicon.items():
            self._entries.setdefault(f"lexicon.{name}", {}).update(table)
        for code, table in tables.items():
            self._entries.setdefault(code, {}).update(table)
            self._files.setdefault(code, file)
            if replaces:
                self._replaced |= {(code, key): file for key in table}

    def _rendered(self, code: str, key: str, facts: Mapping[str, Any]) -> str:
        template = self._template(code, key)
        try:
            return template.render(facts)
        except Exception as error:
            if (code, key) not in self._replaced:
                raise
            raise misworded(error, self._replaced[code, key], code, key, facts) from error

    def _template(self, code: str, key: str) -> _Snippet:
        found = self._compiled.get((code, key))
        if found is None:
            try:
                if (code, key) in self._replaced:
                    tame(self.environment, str(self._entries[code][key]))
                template = self.environment.get_template(f"{self._place}{code}.{key}")
            except (KeyError, TemplateError) as error:
                if (code, key) in self._replaced:
                    raise misworded(error, self._replaced[code, key], code, key) from error
                raise UsageTrouble(f"the words {code}.{key} ({self.language}) cannot be used: {error}") from error
            found = self._compiled[code, key] = _Snippet(template, self._globals)
        return found

    def _source(self, name: str) -> str:
        code, _, key = name.removeprefix(self._place).rpartition(".")
        return str(self._entries[code][key])

    def _finalize(self, value: Any) -> Any:
        if type(value) is Fact and self._marks is None:
            inner = value.value
            return str(inner) if type(inner) is int else self.show(inner)
        if isinstance(value, Shown):
            text, evidence = value.text, value.evidence
        elif isinstance(value, Fact):
            text, evidence = self.show(value), value.evidence
        elif isinstance(value, Ours):
            return value
        else:
            return "" if value is None else self.show(value)
        if self._marks is None or not evidence:
            return text
        self._marks.append(evidence)
        return f"{_OPEN}{len(self._marks) - 1}{_MIDDLE}{text}{_CLOSE}"

    @staticmethod
    def _evidence(value: Any) -> tuple[Evidence, ...]:
        return value.evidence if isinstance(value, Fact) else ()

    def _milliseconds(self, value: Any, parts: Iterable[Any] = ()) -> Shown:
        """A time in ms, from 1 s on in s.

        Of a sum told with its `parts` every time is in ms, with so many digits that the sum closes as printed.
        """
        seconds = value.value if isinstance(value, Fact) else value
        if seconds >= 1 and not parts:
            return self._seconds(value)
        terms = [(part.value if isinstance(part, Fact) else part) * 1000 for part in parts]
        return Shown(f"{_rounded(seconds * 1000, closing(terms))} ms", self._evidence(value))

    def _seconds(self, value: Any) -> Shown:
        seconds = value.value if isinstance(value, Fact) else value
        return Shown(f"{_rounded(seconds)} s", self._evidence(value))

    def _sum(self, value: Any) -> Ours:
        """Numbers joined by ` + `, each with its own evidence."""
        return Ours(" + ".join(str(self._finalize(part)) for part in value))

    def _list(self, value: Any) -> Ours:
        """Values joined as the language lists things, each with its own evidence."""
        return Ours(self.lexicon["style"]["list_joiner"].join(str(self._finalize(part)) for part in value))

    def _series(self, value: Any) -> Ours:
        """Values joined as a sentence lists them, with a word before the last, each with its own evidence."""
        *most, last = [str(self._finalize(part)) for part in value] or [""]
        style = self.lexicon["style"]
        return Ours(style["last_joiner"].join([style["list_joiner"].join(most), last] if most else [last]))

    @staticmethod
    def _plural(value: Any, one: str = "", many: str = "s") -> Ours:
        """The ending of a noun, or the form of a verb, that goes with so many: `{{ n }} byte{{ n|plural }}`."""
        return Ours(one if str(value) == "1" else many)

    def _term(self, value: Any) -> Shown:
        """A word of ours looked up in the lexicon's terms."""
        key = value.value if isinstance(value, Fact) else value
        return Shown(self.lexicon["terms"].get(str(key), str(key)), self._evidence(value))

    def _code(self, value: Any, longest: int = LONGEST) -> Shown:
        """Text from a packet, quoted as such; of a text, not more than `longest` characters."""
        style = self.lexicon["style"]
        inner = value.value if isinstance(value, Fact) else value
        text = visible(inner, longest) if isinstance(inner, str) else self.show(value)
        return Shown(style["code_open"] + text + style["code_close"], self._evidence(value))

    def _ours(self, value: Any) -> Ours:
        """Text that a person wrote for the reader, by language: whole, but nothing in it can steer a terminal."""
        value = value.value if isinstance(value, Fact) else value
        if isinstance(value, Mapping):
            value = value.get(self.language) or next(iter(value.values()))
        return Ours("\n".join(escaped(line) for line in str(value).splitlines()))

    def _joined(self, value: Iterable[Any]) -> str:
        return self.lexicon["style"]["list_joiner"].join(self.show(part) for part in value)


def closing(terms: Sequence[Decimal]) -> int:
    """The fewest decimals, three at least, to which the terms of a sum add up when each is rounded, as does the sum."""
    most = max((-int(term.as_tuple().exponent) for term in terms), default=0)
    for digits in range(_DECIMALS, most):
        unit = Decimal(1).scaleb(-digits)
        shown = [term.quantize(unit) for term in terms]
        if sum(shown) == sum(terms, Decimal()).quantize(unit) and [*map(bool, shown)] == [*map(bool, terms)]:
            return digits
    return max(most, _DECIMALS)


def _rounded(number: Decimal, digits: int = _DECIMALS) -> str:
    """To so many decimals; what is too small for them keeps its digits, for it is not nothing."""
    rounded = number.quantize(Decimal(1).scaleb(-digits))
    return format((rounded or number).normalize(), "f")


def _spans(text: str, marks: list[tuple[Evidence, ...]]) -> Rich:
    spans: list[Span] = []
    rest = text
    while rest:
        before, opened, rest = rest.partition(_OPEN)
        if before:
            spans.append(Span(before))
        if not opened:
            break
        index, _, rest = rest.partition(_MIDDLE)
        inner, _, rest = rest.partition(_CLOSE)
        spans.append(Span(inner, marks[int(index)]))
    return tuple(spans)
