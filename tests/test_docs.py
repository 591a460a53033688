"""The documentation is that of this program: references are fresh, links lead somewhere, commands run as printed."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import subprocess
import sys

import pytest

from tests.captures import BUNDLED, ROOT
from tests.cli.run import reporter_in

DOCS = ROOT / "docs"
PROGRAM = ".venv/bin/reporter "


def commands():
    """The lines of the tutorials that call the program, each once."""
    text = "".join(path.read_text("utf-8") for path in sorted(DOCS.glob("tutorials/*.md")))
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return sorted({line for block in blocks for line in block.splitlines() if line.startswith(PROGRAM)})


@pytest.mark.tshark
@pytest.mark.slow
@pytest.mark.parametrize("line", commands())
def test_the_commands_of_the_tutorials_run_as_printed(line, tmp_path):
    (tmp_path / "captures").symlink_to(BUNDLED)
    (tmp_path / "out").mkdir()
    done = reporter_in(tmp_path, *shlex.split(line.removeprefix(PROGRAM)), PYTHONPATH=str(ROOT))
    assert done.returncode == 0, done.stderr.decode()


def test_the_generated_references_are_fresh():
    found = runpy.run_path(str(ROOT / "scripts" / "reference_commands.py"))["files"]()
    assert {path.name for path, text in found.items() if path.read_text("utf-8") != text} == set()


def test_every_page_is_there_in_both_languages():
    pages = {language: {path.relative_to(DOCS) for path in DOCS.rglob(f"*.{language}.md")} for language in ("zh", "en")}
    assert {str(page).replace(".zh.", ".en.") for page in pages["zh"]} == {str(page) for page in pages["en"]}


def links(text):
    """The targets of the links of a page, code left out."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    return re.findall(r"\]\(([^)\s]+)\)", text)


def anchors(path):
    text = path.read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)">', text))


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda path: path.name)
def test_every_link_leads_somewhere(page):
    for link in links(page.read_text("utf-8")):
        if re.match(r"https?://", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_site_is_built_without_a_warning(tmp_path, language):
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", str(DOCS), str(tmp_path / language)],
        cwd=ROOT,
        env={**os.environ, "DOCS_LANGUAGE": language},
        capture_output=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert (tmp_path / language / "tutorials" / f"first-report.{language}.html").is_file()
