"""What SECURITY.md and the list of dependencies say is so."""

from __future__ import annotations

import re
import tomllib

import pytest

from reporter.explain.visible import LONGEST
from reporter.extract.bounds import LONGEST_ROW, LONGEST_VALUE, MOST_TEXT, MOST_VALUES
from reporter.extract.tshark import Limits
from tests.captures import ROOT

SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_every_proof_is_there():
    named = set(re.findall(r"`(tests/[\w/.]+)`", SECURITY))
    assert len(named) > 10
    assert not [path for path in named if not (ROOT / path).exists()]


def test_limits_are_those_of_the_code():
    whole, details = Limits.for_file(1_000_000), Limits.for_details(1_000_000)
    assert (whole.seconds, details.seconds) == (120 + 4, 40 + 20)
    assert details.processor == 6 + 20
    assert (whole.memory, details.memory) == ((3 << 30) + 24_000_000, (2 << 30) + 24_000_000)
    assert whole.file == 64 << 20
    assert LONGEST_ROW == 16 << 20
    for number in (LONGEST_VALUE, MOST_VALUES, MOST_TEXT, LONGEST):
        assert f"{number:,}" in SECURITY


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_dependency_is_justified(language):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(each for some in project["optional-dependencies"].values() for each in some)]
    page = (ROOT / "docs" / f"dependencies.{language}.md").read_text(encoding="utf-8").lower()
    names = [re.split(r"[<>=\[;]", each)[0].strip() for each in asked]
    assert names
    assert not [name for name in names if name not in page]
