"""The checks of `reporter doctor`, one function each."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from reporter import fast
from reporter.errors import Trouble
from reporter.explain.words import Words
from reporter.extract.health import pyshark_version, refused_fields, tshark_version
from reporter.install import advice
from reporter.options import LANGUAGES
from reporter.render import fonts
from reporter.render.health import drawn_chinese, weasyprint_version
from reporter.resources import templates_dir


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found. What is not `needed` only makes a report less good; `part` is a key of `install.LINES`."""

    ok: bool
    detail: str
    to_do: str = ""
    needed: bool = True
    part: str = ""


def _python() -> Outcome:
    version = ".".join(map(str, sys.version_info[:3]))
    return Outcome(sys.version_info >= (3, 11), version, "install Python 3.11 or later")


def _asked(question: Callable[[], str], part: str = "") -> Outcome:
    try:
        return Outcome(True, question())
    except Trouble as trouble:
        detail = f"{trouble.what} ({trouble.where})" if trouble.where else trouble.what
        return Outcome(False, detail, trouble.to_do, part=part)


def _fields() -> Outcome:
    try:
        refused = refused_fields()
    except Trouble as trouble:
        return Outcome(False, trouble.what, "see above")
    if {"frame.number", "tcp.stream"} & set(refused):
        return Outcome(False, "this tshark is too old", "install tshark 3.6 or later")
    named = "not known to this tshark, left out: " + ", ".join(refused)
    return Outcome(not refused, named if refused else "all known", "install a newer tshark", needed=False)


def _chinese() -> Outcome:
    families = fonts.chinese_families()
    if families is None:
        return Outcome(False, "fontconfig cannot be asked", "install fontconfig", needed=False)
    return Outcome(bool(families), f"{len(families)} families", advice("fonts"), part="fonts")


def _style(style: str) -> Outcome:
    found = fonts.chinese_of_style(style)
    return Outcome(bool(found), found[0] if found else "none; another font stands in", advice("fonts"), needed=False)


def _templates() -> str:
    for language in LANGUAGES:
        Words(language)
    return str(templates_dir())


def _compiled() -> Outcome:
    if fast.ready() is not None:
        return Outcome(True, f"in use for explain: {fast.FOLDER}")
    return Outcome(True, "none for these sources; `make fast` in a checkout builds it, and explain is quicker")


def _temporary() -> Outcome:
    try:
        with tempfile.TemporaryDirectory(prefix="reporter-") as folder:
            return Outcome(True, folder.rpartition("/")[0])
    except OSError as error:
        return Outcome(False, str(error), "let TMPDIR name a folder that can be written")


CHECKS: tuple[tuple[str, Callable[[], Outcome]], ...] = (
    ("Python", _python),
    ("tshark", partial(_asked, tshark_version, "tshark")),
    ("tshark fields", _fields),
    ("pyshark", partial(_asked, pyshark_version)),
    ("WeasyPrint, Pango", partial(_asked, weasyprint_version, "pango")),
    ("Chinese fonts", _chinese),
    ("Chinese serif", partial(_style, "serif")),
    ("Chinese sans", partial(_style, "sans")),
    ("Chinese monospace", partial(_style, "mono")),
    ("a line of Chinese", partial(_asked, drawn_chinese, "fonts")),
    ("templates", partial(_asked, _templates)),
    ("temporary files", _temporary),
    ("compiled form", _compiled),
)
