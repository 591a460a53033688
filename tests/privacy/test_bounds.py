"""Masking takes time that grows as the text does, whatever the text."""

from __future__ import annotations

import re
from re import _parser as parser  # type: ignore[attr-defined]

import pytest

from reporter.privacy import markup, masks

#: Characters before a secret that one attempt to match may read.
LONGEST = 3000
PATTERNS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": pattern
    for module in (masks, markup)
    for name, pattern in vars(module).items()
    if isinstance(pattern, re.Pattern) and pattern.groups == 2
}


def read_before_the_secret(pattern):
    """How many characters the first group of a pattern can have."""
    groups = [argument for kind, argument in parser.parse(pattern.pattern) if str(kind) == "SUBPATTERN"]
    return groups[0][3].getwidth()[1]


def test_the_patterns_are_those_that_are_used():
    assert {"masks._COMMAND", "masks._PART", "masks._MEMBER", "masks._FIELD", "masks._BYTE_HEADER"} < set(PATTERNS)
    assert read_before_the_secret(re.compile(r"(a\S+)(b)")) > LONGEST


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_no_attempt_to_match_reads_far(name):
    assert read_before_the_secret(PATTERNS[name]) <= LONGEST


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("PASS hunter2secret", "hunter2secret"),
        ("Request: a1 LOGIN user@example.com hunter2secret", "hunter2secret"),
        ("a1 AUTHENTICATE PLAIN AGFsaWNlAHNlY3JldA==", "AGFsaWNlAHNlY3JldA=="),
        ("OPER somebody hunter2secret", "hunter2secret"),
        ("AUTH LOGIN c2VjcmV0", "c2VjcmV0"),
    ],
)
def test_commands_are_found_as_before(line, secret):
    assert secret not in masks.Masks().command(line)
    assert any(line[start:end] == secret for start, end in masks.places(line, login=True))
