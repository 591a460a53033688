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
from reporter.explain.words import Words
from reporter.options import LANGUAGES
from tests.arithmetic import wrong_sums
from tests.notation import Notation

rules.load()
CASES = Path(__file__).parent / "cases"
WORDS = {language: Words(language) for language in LANGUAGES}
#: Ordinary packets, and all the rules that may speak of them: each other rule is silent there.
ORDINARY = {
    "a request and its answer on a connection of its own": (
        """
1 0.000 c>s [S]  seq=0 mss=1460 ws=7 sack complete=31
2 0.020 s>c [SA] seq=0 ack=1 mss=1460 ws=7 sack complete=31
3 0.0201 c>s [A]  seq=1 ack=1 rtt=0.0201 complete=31
4 0.021 c>s [PA] seq=1 ack=1 rtt=0.02 len=60 get=/index.html h="Host: lab.example" complete=31
5 0.041 s>c [A]  seq=1 ack=61 complete=31
6 0.042 s>c [PA] seq=1 ack=61 len=100 status=200 h="Content-Length: 40" request=4 took=0.021 complete=31
7 0.042 c>s [A]  seq=61 ack=101 complete=31
8 0.043 c>s [FA] seq=61 ack=101 complete=31
9 0.063 s>c [A]  seq=101 ack=62 complete=31
10 0.064 s>c [FA] seq=101 ack=62 complete=31
11 0.064 c>s [A]  seq=62 ack=102 complete=31
""",
        "H01 H02 H03 H05 H06 H07 H08 C06 D01 D02 D08 D10 P01 P06 P09 P10 P21 T01 T02 T04 T05",
    ),
    "a name asked for and found": (
        """
1 0.000 c>* arp op=1 ask=192.0.2.80
2 0.001 s>c arp op=2 ask=192.0.2.10
3 0.002 c>s udp dns=lab.example
4 0.003 s>c udp dns=lab.example a=192.0.2.80 to=3 took=0.001 answers=1
5 0.004 c>s udp len=30
""",
        "N01 N02 N04 N05 N09",
    ),
    "a RST to a SYN": (
        "1 0.000 c>s [S] seq=0 complete=37\n2 0.001 s>c [RA] seq=1 ack=1 win=0 complete=37\n",
        "H01 H05 H06 H10",
    ),
}


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
    for frame, names in case.get("absent", {}).items():
        finding = next(each for each in found[int(frame)] if each.rule == code)
        assert [name for name in names if finding.facts[name] is not None] == []
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
    silent += [name for name, (_, told) in ORDINARY.items() if code not in told.split()]
    assert firing
    assert len(silent) > len(firing)


@pytest.mark.parametrize("name", list(ORDINARY))
def test_of_ordinary_packets_no_other_rule_speaks(name: str) -> None:
    packets, told = ORDINARY[name]
    assert {each.rule for findings in explain(packets).values() for each in findings} == set(told.split())


def test_the_requests_of_one_frame_are_told_in_their_order() -> None:
    posted = 'method=POST target=/ h="Host: lab.example" h="Transfer-Encoding: chunked" chunks=0 then=/hidden'
    findings = explain(f"1 0.000 c>s [PA] seq=1 ack=1 len=132 {posted}")[1]
    assert [each.rule for each in findings if each.rule in ("P01", "P03")] == ["P03", "P01"]
