"""Whether the families that a theme names can be shown here."""

from __future__ import annotations

from collections.abc import Iterator

from reporter.errors import UsageTrouble
from reporter.handwritten import nearest
from reporter.render.fonts import all_families
from reporter.report.theme import Theme

_GENERIC = frozenset(("serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui"))


def missing_families(theme: Theme) -> Iterator[UsageTrouble]:
    """A trouble for each list of families of which none is installed or comes along."""
    installed = all_families()
    if installed is None:
        return
    brought = {face.family for face in theme.look.faces}
    for style in theme.look.chosen:
        named = [family for family in theme.look.fonts[style] if family not in _GENERIC]
        if named and not any(family in installed or family in brought for family in named):
            yield UsageTrouble(
                f"none of the families of {style} is installed here: {', '.join(named)}{nearest(named[0], installed)}",
                where=str(theme.folders[0] / "theme.toml"),
                to_do="name one that is, install it, or bring it along as a [[font]] with a file",
            )
