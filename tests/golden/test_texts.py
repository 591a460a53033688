"""What the report says of each bundled capture, in both languages, is what was last looked at (README.md)."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from reporter.options import LANGUAGES
from reporter.render.html import render_html
from tests.captures import bundled
from tests.golden.made import BUILT, HERE, TSHARK, documents, tshark_here
from tests.golden.reading import sums_of, text_of

pytestmark = pytest.mark.tshark
#: Stored as text: between them, every section and every kind of figure.
IN_FULL = frozenset(
    f"{name}.pcapng"
    for name in (
        "dns-trouble",
        "half-close",
        "loss-rto",
        "page-nginx-browser",
        "reset-kinds",
        "tls-only",
        "udp-only",
        "websocket",
        "zero-window-probe",
    )
)


@pytest.mark.parametrize("capture", bundled(), ids=lambda path: path.name)
def test_the_text_of_the_report(capture: Path, update_golden: bool) -> None:
    if update_golden:
        TSHARK.write_text(tshark_here() + "\n", encoding="utf-8")
    elif tshark_here() != (stored := TSHARK.read_text(encoding="utf-8").strip()):
        pytest.skip(f"the golden texts are of tshark {stored}, this is {tshark_here()}")
    texts = {language: text_of(render_html(each)) for language, each in documents(capture, LANGUAGES).items()}
    wrong = [
        difference
        for language, text in texts.items()
        if (difference := compared(capture.name, language, text, update_golden))
    ]
    assert not wrong, "\n\n".join([*wrong, "if this is meant: make golden, and look at git diff"])


def compared(name: str, language: str, text: str, update: bool) -> str:
    """What differs from the stored report, nothing when it is the same; with `update` it is stored instead."""
    full = name in IN_FULL
    golden = HERE / language / f"{name}.{'txt' if full else 'sums'}"
    built = BUILT / language / f"{name}.txt"
    built.parent.mkdir(parents=True, exist_ok=True)
    new = text if full else sums_of(text)
    if update:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(new, encoding="utf-8")
    stored = golden.read_text(encoding="utf-8") if golden.exists() else ""
    if new == stored:
        built.write_text(text, encoding="utf-8")
        return ""
    before = stored if full else built.read_text(encoding="utf-8") if built.exists() else ""
    known = full or sums_of(before) == stored
    built.with_suffix(".new").write_text(text, encoding="utf-8")
    old, now = (before, text) if known else (stored, new)
    label = f"{language}/{name}"
    lines = difflib.unified_diff(old.splitlines(), now.splitlines(), label, "now", n=1, lineterm="")
    return "\n".join([*list(lines)[:120], f"(all of it is in {built.with_suffix('.new')})"])


def test_each_golden_text_is_of_a_capture() -> None:
    stored = {file.relative_to(HERE).as_posix() for language in LANGUAGES for file in (HERE / language).iterdir()}
    expected = {
        f"{language}/{path.name}.{'txt' if path.name in IN_FULL else 'sums'}"
        for language in LANGUAGES
        for path in bundled()
    }
    assert stored == expected


def test_a_changed_word_is_seen() -> None:
    page = "<body><section id='a'><p>One <b>word</b>.</p><table><tr><td>1</td><td>2</td></tr></table></section></body>"
    assert text_of(page) == "## a\nOne word.\n1 | 2\n"
    changed = page.replace("word", "other")
    assert sums_of(text_of(page)) != sums_of(text_of(changed))
    assert sums_of(text_of(page)).splitlines()[0] == sums_of(text_of(changed)).splitlines()[0]


def test_versions_are_masked() -> None:
    text = text_of(
        "<p>TShark (Wireshark) 4.0.17 (Git v4.0.17 packaged as 4.0.17-0+deb12u1)</p><p>reporter 0.4.0.dev1</p>"
    )
    assert text == "TShark VERSION\nreporter VERSION\n"
