"""The documentation is that of this program: references are fresh, links lead somewhere, commands run as printed."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
import threading
import time
import tomllib
import urllib.request

import pytest

from reporter.report.own.settings import TOP
from tests.captures import ROOT

DOCS = ROOT / "docs"
TUTORIALS = sorted(DOCS.glob("tutorials/*.md"))
#: Long ones whose lines are those of the Chinese page with another language asked for: these are not run twice.
SAME = ("class.en.md", "theme.en.md")


@pytest.mark.tshark
@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in TUTORIALS if page.name not in SAME], ids=lambda path: path.name)
def test_a_tutorial_runs_as_printed_from_top_to_bottom(page, tmp_path):
    """Its lines of shell, but those of make, in a folder that has what the checkout has."""
    if page.name.startswith("record") and not can_capture():
        pytest.skip("this user may not capture on the loopback")
    for name in ("captures", "scripts", "templates"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "out").mkdir()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    program = tmp_path / ".venv" / "bin" / "reporter"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reporter "$@"\n')
    program.chmod(0o755)
    lines = shell_lines(page)
    assert any("reporter" in line for line in lines)
    visitor = threading.Thread(target=visit, args=re.findall(r"--port (\d+)", "\n".join(lines)), daemon=True)
    if page.name.startswith("record"):
        visitor.start()
    done = subprocess.run(
        ["sh", "-e", "-u", "-c", "\n".join(lines)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        capture_output=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("name", SAME)
def test_a_tutorial_that_is_not_run_has_the_lines_of_one_that_is(name):
    lines = shell_lines(DOCS / "tutorials" / name)
    assert [line.replace(" --lang en", "") for line in lines] == shell_lines(
        DOCS / "tutorials" / name.replace(".en.", ".zh.")
    )
    assert any("--lang en" in line for line in lines)


def shell_lines(page):
    """Its lines of shell, but those of make."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [line for line in "".join(blocks).splitlines() if not line.startswith("make ")]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_guide_to_folders_names_every_section_and_every_key(language):
    page = (DOCS / f"folder.{language}.md").read_text("utf-8")
    theme = tomllib.loads((ROOT / "templates/reports/lab/theme.toml").read_text("utf-8"))
    named = re.search(r"`method`[^.。]*`provenance`", page)
    assert named
    assert re.findall(r"`(\w+)`", named[0]) == theme["sections"]
    shown = tomllib.loads("".join(re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)))
    assert set(shown) - {"cover"} == set(TOP)


def visit(port):
    """What the reader does in the browser, as soon as somebody serves there; for two minutes at most."""
    for _ in range(1200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
            return
        except OSError:
            time.sleep(0.1)


def can_capture():
    if shutil.which("dumpcap") is None:
        return False
    command = ["dumpcap", "-i", "lo", "-a", "duration:1", "-w", os.devnull, "-q"]
    return subprocess.run(command, capture_output=True, timeout=30).returncode == 0


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


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_reached_by_links_from_the_index(language):
    """Links that are read, not the contents at the side; pages without a language belong to both."""
    other = {"zh": ".en.md", "en": ".zh.md"}[language]
    found, left = set(), [DOCS / f"index.{language}.md"]
    while left:
        page = left.pop()
        if page not in found:
            found.add(page)
            targets = {link.partition("#")[0] for link in links(page.read_text("utf-8")) if "://" not in link}
            reached = {(page.parent / target).resolve() for target in targets if target}
            left += [each for each in reached if each.suffix == ".md" and each.is_relative_to(DOCS)]
            left = [each for each in left if not each.name.endswith(other)]
    wanted = {page for page in DOCS.rglob("*.md") if not page.name.endswith(other)}
    assert {str(page.relative_to(DOCS)) for page in wanted - found} == set()


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


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_picture_of_the_rooms_has_every_layer_in_its_order(language):
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = [re.findall(r"\w+", line) for line in next(each for each in contracts if each["id"] == "layers")["layers"]]
    picture = (DOCS / f"architecture.{language}.md").read_text("utf-8").split("```")[1]
    drawn = [re.split(r" · ", re.split(r"  +", line)[0]) for line in picture.strip().split("\n")]
    # `api` stands beside `cli`, because both are doors.
    flat = [{name for name in names if name not in ("__main__", "api")} for names in layers]
    assert [set(names) - {"api"} for names in drawn] == [names for names in flat if names]
