"""Text from packets made safe to show: nothing in it can steer a terminal, hide or reorder what is read."""

from __future__ import annotations

import re

#: C0, DEL and C1 controls; zero-width and bidirectional controls; line separators; private use; surrogates.
UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ue000-\uf8ff\ud800-\udfff]"
)
LONGEST = 300


def visible(text: str, longest: int = LONGEST) -> str:
    """`text` with unsafe characters spelled out (`\\x1b`, `\\u202e`) and cut after `longest` characters."""
    if len(text) > longest:
        text = text[:longest] + "…"
    return escaped(text)


def escaped(text: str) -> str:
    """`text` of any length with unsafe characters spelled out."""
    return text if text.isprintable() else UNSAFE.sub(_spelled, text)


def _spelled(match: re.Match[str]) -> str:
    number = ord(match.group())
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"
