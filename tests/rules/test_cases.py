"""Each rule has a file of cases: packets on which it fires, and more on which it must stay silent.

A case file `cases/CODE.toml` holds `[[case]]` tables: `name`, `packets` (see tests/notation.py), `fires` (the frames;
an empty list means silence), and optionally `facts` (expected values by frame: `facts.5 = {ack = 402}`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reporter import rules
from reporter.analyse.seen import Analysis
from reporter.explain.engine import Explainer, Finding
from reporter.explain.registry import RULES
from reporter.explain.words import LANGUAGES, Words
from tests.arithmetic import wrong_sums
from tests.notation import Notation

rules.load()
CASES = Path(__file__).parent / "cases"
WORDS = {language: Words(language) for language in LANGUAGES}


def cases() -> Iterator[Any]:
    for file in sorted(CASES.glob("*.toml")):
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]:
            yield pytest.param(file.stem, case, id=f"{file.stem}-{re.sub('[^a-z0-9]+', '-', case['name'].lower())}")


def explain(text: str) -> dict[int, list[Finding]]:
    explainer = Explainer(strict=True)
    packets = Notation().packets(text)
    return {seen.packet.frame: list(explainer.explain(seen)) for seen in Analysis().run(packets)}


def plain(value: Any) -> Any:
    value = getattr(value, "value", value)
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    return float(value) if isinstance(value, Decimal) else value


@pytest.mark.parametrize(("code", "case"), list(cases()))
def test_case(code: str, case: dict[str, Any]) -> None:
    found = explain(case["packets"])
    assert [frame for frame, findings in found.items() if code in {each.rule for each in findings}] == case["fires"]
    for frame, facts in case.get("facts", {}).items():
        finding = next(each for each in found[int(frame)] if each.rule == code)
        assert {name: plain(finding.facts[name]) for name in facts} == facts
    for findings in found.values():
        assert findings, "a packet without a sentence"
        for each in findings:
            for words in WORDS.values():
                assert not wrong_sums(words.text(each))


@pytest.mark.parametrize("code", sorted(set(RULES) - {"X00"}))
def test_every_rule_has_cases_that_fire_and_more_that_do_not(code: str) -> None:
    file = CASES / f"{code}.toml"
    listed = tomllib.loads(file.read_text(encoding="utf-8"))["case"]
    firing = [case for case in listed if case["fires"]]
    silent = [case for case in listed if not case["fires"]]
    assert firing
    assert len(silent) >= len(firing)
