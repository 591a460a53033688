"""Draws docs/pictures/profile-*.svg: what takes how long, before and after, from docs/pictures/profiles.toml.

python scripts/profiles.py
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
_WIDTH, _LEFT, _RIGHT, _LANE, _BAR = 760, 120, 20, 24, 17
_COLOURS = ("#2f5f8f", "#5b8db8", "#8a6d3b", "#4a7f58")
_STYLE = (
    "text{font:12px sans-serif;fill:#1b1f24}.head{font-weight:700}.in{fill:#fff;font-size:11px}"
    ".at{fill:#5c6670;font-size:10px;text-anchor:middle}.grid{stroke:#d5dae0}"
)


def main() -> None:
    """Draw all of them."""
    for name, profile in tomllib.loads((PICTURES / "profiles.toml").read_text(encoding="utf-8")).items():
        (PICTURES / f"{name}.svg").write_text(drawn(profile), encoding="utf-8")


def drawn(profile: dict[str, Any]) -> str:
    """One picture: a heading and a lane for each row of each group, on one scale."""
    scale = (_WIDTH - _LEFT - _RIGHT) / profile["most"]
    top, body = 30, []
    for title, lanes in profile["groups"].items():
        body.append(f'<text class="head" x="8" y="{top + 16}">{escape(title)}</text>')
        top += _LANE
        for lane, parts in lanes.items():
            body.append(f'<text x="8" y="{top + 13}">{escape(lane)}</text>')
            body += _parts(parts, top, scale)
            top += _LANE
        top += 8
    marks = [f'<text class="head" x="8" y="18">{escape(profile["title"])}</text>', *_grid(profile, top, scale)]
    size = f'width="{_WIDTH}" height="{top + 20}" viewBox="0 0 {_WIDTH} {top + 20}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><title>{escape(profile["title"])}</title>'
    return "\n".join([head, f"<style>{_STYLE}</style>", *marks, *body, "</svg>", ""])


def _parts(parts: list[tuple[str, float, float]], top: float, scale: float) -> Iterator[str]:
    for number, (name, begin, end) in enumerate(parts):
        x, width = _LEFT + begin * scale, (end - begin) * scale
        colour = _COLOURS[number % len(_COLOURS)]
        yield f'<rect x="{x:.1f}" y="{top}" width="{width:.1f}" height="{_BAR}" fill="{colour}"/>'
        if name:
            yield f'<text class="in" x="{x + 4:.1f}" y="{top + 13}">{escape(name)}</text>'


def _grid(profile: dict[str, Any], bottom: float, scale: float) -> Iterator[str]:
    for number in range(round(profile["most"] / profile["step"]) + 1):
        value = number * profile["step"]
        x = _LEFT + value * scale
        yield f'<line class="grid" x1="{x:.1f}" y1="50" x2="{x:.1f}" y2="{bottom}"/>'
        yield f'<text class="at" x="{x:.1f}" y="{bottom + 14}">{value:g}</text>'


if __name__ == "__main__":
    main()
