"""The words of a class: `templates/batch/words`, filled with facts. Facts from submissions are only ever facts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from reporter.batch.names import plain
from reporter.batch.submission import Remark, Student
from reporter.explain.words import Words
from reporter.pipeline.catalogue import entries
from reporter.resources import templates_dir

_LONGEST = 200


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


@cache
def _tables(language: str) -> Mapping[str, Any]:
    path = templates_dir() / "batch" / "words" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def titles(language: str) -> Mapping[str, str]:
    """The title of every situation, by its code."""
    words = Words(language)
    return {each.code: each.title(words) for each in entries()}


def _codes(listed: str) -> list[str]:
    """The names that a check puts into one fact."""
    return listed.split(", ")


class BatchWords:
    """The words of the class page and of the tables, in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._tables = _tables(language)

    def say(self, table: str, key: str, /, **facts: Any) -> str:
        """The text of that key in a table of the words, its `{names}` filled in.

        Where a language says it otherwise of one, that is its key with `-one`.
        """
        texts = self._tables[table]
        text = texts.get(f"{key}-one", texts[key]) if facts.get("count") == 1 else texts[key]
        return str(text).format_map(_Facts({name: shown(value) for name, value in facts.items()}))

    def table(self, name: str) -> Mapping[str, Any]:
        """A table of the words as it stands in the file."""
        found: Mapping[str, Any] = self._tables[name]
        return found

    def status(self, status: str) -> str:
        """A status (`ok`, `missing` …) in words."""
        return self.say("status", status)

    def remark(self, remark: Remark) -> str:
        """A remark on a submission as a sentence; one without words is called a bug."""
        facts = dict(remark.facts)
        if "why" in facts:
            facts["why"] = self.remark(Remark.of(str(facts["why"]), file=facts.get("file", "")))
        code = remark.code if remark.code in self._tables["remark"] else "bug"
        return str(self._tables["remark"][code]).format_map(
            _Facts({name: value if name == "why" else shown(value) for name, value in facts.items()})
        )

    def remarks(self, remarks: Sequence[Remark]) -> str:
        """All remarks on a submission, one after another on one line."""
        return " ".join(self.remark(each) for each in remarks)

    def verdict(self, verdict: Mapping[str, Any]) -> str:
        """What a verdict says: the teacher's words, else ours, with the frames on which it rests."""
        passed, facts = verdict["passed"], verdict["facts"]
        if passed is None and "undecided" in facts:
            return self.say("check", f"undecided-{facts['undecided']}")
        if passed is None:
            unknown = [
                self.say("check", f"unknown-{each}") for each in str(facts.get("unknown", "")).split(", ") if each
            ]
            return self.say("check", "undecided", unknown=self._list(unknown))
        outcome = "pass" if passed else "fail"
        own = verdict["texts"].get(self.language) or next(iter(verdict["texts"].values()), "")
        table = self._tables["check"].get(verdict["kind"], self._tables["check"])
        told = {name: shown(each) for name, each in facts.items()} | self._asked(facts, table.get("unit", ""))
        if facts.get("more") and f"{outcome}-more" in table:
            outcome = f"{outcome}-more"
        said = own or str(table[outcome]).format_map(_Facts(told))
        cites = self._list(list(dict.fromkeys(self._cite(each) for each in verdict["cites"])), "semicolon")
        # Whole, however long: each fact in it has been shortened.
        return str(self._tables["check"]["cited"]).format(said=said, cites=cites) if cites else said

    def _asked(self, facts: Mapping[str, Any], unit: str) -> dict[str, str]:
        """What a check asks for, as far as it has it: `code`, `window`, `requires`, `wrong`, `what`, `bounds`."""
        told = {}
        if facts.get("code"):
            named = [
                self.say("check", "situation-named", code=each, title=titles(self.language)[each])
                for each in _codes(facts["code"])
            ]
            told["code"] = self._list(named)
        limits = [name for name in ("after", "before") if facts.get(name)]
        if limits:
            told["window"] = self.say("window", "-".join(limits), after=facts["after"], before=facts["before"])
        for name, prefix in (("requires", ""), ("wrong", "not-")):
            if facts.get(name):
                told[name] = self._list(self._values(facts[name], prefix))
        if facts.get("whose"):
            told["whose"] = self.say("value", f"addresses-{facts['whose']}")
        ways = [
            self._list(self._values(facts[name], f"{name}-"), "or")
            for name in ("opening", "closing")
            if facts.get(name)
        ]
        if facts.get("answered"):
            ways.append(self.say("value", "answered", count=facts["answered"]))
        if ways:
            told["what"] = self._list(ways)
        if "at_least" in facts:
            least, most = facts["at_least"], facts["at_most"]
            kind = "least" if most is None else "exactly" if least == most else "both" if least else "most"
            told["bounds"] = self.say("bounds", kind, at_least=least, at_most=most, unit=unit)
        return told

    def _values(self, codes: str, prefix: str = "") -> list[str]:
        known = self._tables["value"]
        return [str(known.get(prefix + each, each)) for each in _codes(codes)]

    def _cite(self, cite: Mapping[str, Any]) -> str:
        frames = self._list([str(each) for each in cite["frames"]])
        key = "cites-more" if cite["more"] else "cites" if len(cite["frames"]) == 1 else "cites-several"
        return self.say("check", key, capture=cite["capture"], frames=frames)

    def _list(self, parts: Sequence[str], joiner: str = "comma") -> str:
        return self.say("list", joiner).join(parts)

    def person(self, student: Student, otherwise: str = "") -> str:
        """A student as they are called in a sentence."""
        return shown(" ".join(part for part in (student.id, student.name) if part) or otherwise)


def shown(value: Any) -> str:
    """A fact as it may stand in any table: on one line, nothing hidden or reordered, not endless."""
    text = plain(str(value))
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
