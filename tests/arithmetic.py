"""Finds sums in prose and checks them."""

from __future__ import annotations

import re

_SUM = re.compile(r"(?<![\w.])(\d+) = (\d+(?: [+−-] \d+)+)(?![\w]|\.\d)")


def sums(text: str) -> list[tuple[int, str, int]]:
    """Every `a = b + c` of a text: the left side, the right side as written, and what it comes to."""
    found = []
    for match in _SUM.finditer(text):
        parts = match.group(2).replace("−", "-").split(" ")
        total = int(parts[0])
        for sign, part in zip(parts[1::2], parts[2::2], strict=True):
            total += int(part) if sign == "+" else -int(part)
        found.append((int(match.group(1)), match.group(2), total))
    return found


def wrong_sums(text: str) -> list[tuple[int, str, int]]:
    """The sums that do not close."""
    return [each for each in sums(text) if each[0] != each[2]]
