"""The catalogue holds together: documentation, words, names, examples, the generated reference."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import pytest

from reporter import rules
from reporter.errors import UsageTrouble
from reporter.explain.endings import END_RULES
from reporter.explain.registry import RULES, catalogue_order
from reporter.explain.words import Words
from reporter.options import LANGUAGES
from reporter.pipeline.catalogue import entries, entry, examples, glossary, silenced_by, troubles, uneven
from tests.captures import BUNDLED, ROOT

rules.load()
CASES = Path(__file__).parent / "cases"
WORDS = {language: Words(language) for language in LANGUAGES}
#: Rules that no bundled capture shows, and why.
WITHOUT_EXAMPLE = {"X00": "it speaks only where no rule does, which must not happen in a bundled capture"}
PARTS = [(name, part) for each in entries() for name, part in each.parts]


def test_words_are_in_order():
    assert [each.what for each in troubles()] == []


def test_words_of_one_language_only_are_told(tmp_path):
    prose = tmp_path / "prose" / "zh"
    prose.mkdir(parents=True)
    (prose / "more.toml").write_text('[D08]\nask = "为什么？"\n', encoding="utf-8")
    [trouble] = uneven([Words("zh", [tmp_path]), Words("en")])
    assert "D08.ask" in trouble.what
    assert "en" in trouble.what


@pytest.mark.parametrize(("name", "part"), PARTS, ids=[name for name, _ in PARTS])
def test_every_rule_is_documented_and_has_words(name, part):
    assert len(part.doc.partition("\nReference:")[0].split()) >= 4
    assert part.reference.rstrip(".")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", part.name)
    for words in WORDS.values():
        assert words.title(name).strip()
        assert words.entry(name)["text"].strip()


def test_every_packet_rule_has_cases():
    assert set(RULES) - {"X00"} == {file.stem for file in CASES.glob("*.toml")}


def test_the_names_are_of_one_situation_each():
    names = [part.name for _, part in PARTS]
    assert len(names) == len(set(names))


def test_what_a_rule_silences_exists():
    for rule in RULES.values():
        assert set(rule.over) <= set(RULES), rule.code
        assert rule.code not in rule.over
    assert "C11" in silenced_by("L10")


def test_the_order_is_that_of_the_catalogue():
    codes = [each.code for each in entries()]
    assert codes == sorted(codes, key=catalogue_order)
    assert list(dict.fromkeys(code[0] for code in codes)) == list("CNHDLFTPWX")
    assert {code for _, code in END_RULES} <= set(codes)


@pytest.mark.parametrize(("asked", "found"), [("H01", "H01"), ("h01", "H01"), ("syn", "H01")])
def test_a_rule_is_found_by_code_or_name(asked, found):
    if asked == "syn":
        asked = next(each.name for each in entries() if each.code == "H01")
    assert entry(asked).code == found


@pytest.mark.parametrize(("asked", "near"), [("H99", "H17"), ("T15", "T14"), ("p0", "P01"), ("window-probes", "F02")])
def test_an_unknown_code_names_the_nearest(asked, near):
    with pytest.raises(UsageTrouble) as caught:
        entry(asked)
    assert near in caught.value.what or entry(near).name in caught.value.what


def test_every_rule_has_an_example_from_a_capture_that_is_there():
    assert {name for name, _ in PARTS} - set(examples()) == set(WITHOUT_EXAMPLE)
    for name, example in examples().items():
        assert (BUNDLED / example.capture).is_file(), name
        assert set(example.text) == set(LANGUAGES)


@pytest.mark.tshark
def test_the_examples_are_what_is_said_now():
    """A few small captures only; `scripts/examples.py --check` compares them all."""
    script = runpy.run_path(str(ROOT / "scripts" / "examples.py"))
    stored = json.loads(script["TARGET"].read_text(encoding="utf-8"))
    small = sorted(script["captures"](), key=lambda path: (path.stat().st_size, path.name))[:6]
    words = list(WORDS.values())
    for path in small:
        said = list(script["said_of"](path, words))
        for name, example in stored.items():
            if example["capture"] == path.name:
                assert (name, example) in said, f"run make reference: {name} has changed"


def test_the_generated_reference_is_fresh():
    script = runpy.run_path(str(ROOT / "scripts" / "reference.py"))
    for language in LANGUAGES:
        text = (script["FOLDER"] / f"rules.{language}.md").read_text(encoding="utf-8")
        assert text == script["document"](language), "run make reference"
        assert all(f"### {each.code} " in text for each in entries())


def test_the_glossary_is_used():
    prose = {
        language: "".join(str(text) for code in words.codes() for text in words.entry(code).values())
        for language, words in WORDS.items()
    }
    for term in glossary():
        assert term["zh"] in prose["zh"], term
        assert term["zh"] not in term["wrong"]
    assert len({term["zh"] for term in glossary()}) == len(glossary())
