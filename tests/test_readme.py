"""What the README says is what the program does: its commands run, every command is named, links lead somewhere."""

from __future__ import annotations

import re
import shlex

import pytest

from reporter import errors
from reporter.report.own.settings import settings_from
from reporter.report.theme import find_theme
from tests.captures import BUNDLED, ROOT
from tests.cli.run import reporter, reporter_in

READMES = {"en": ROOT / "README.md", "zh": ROOT / "README.zh.md"}
TEXT = {language: path.read_text(encoding="utf-8") for language, path in READMES.items()}
PROGRAM = ".venv/bin/reporter "


def blocks(language, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", TEXT[language], re.MULTILINE | re.DOTALL)


def commands():
    lines = {line for language in READMES for block in blocks(language, "sh") for line in block.splitlines()}
    return sorted(line for line in lines if line.startswith(PROGRAM))


@pytest.mark.tshark
@pytest.mark.slow
@pytest.mark.parametrize("line", commands())
def test_the_commands_run_as_printed(line, tmp_path):
    (tmp_path / "captures").symlink_to(BUNDLED)
    (tmp_path / "out").mkdir()
    arguments = shlex.split(line.removeprefix(PROGRAM))
    done = reporter_in(tmp_path, *arguments, PYTHONPATH=str(ROOT))
    assert done.returncode == 0, done.stderr.decode()
    for index, argument in enumerate(arguments):
        if argument == "-o":
            assert (tmp_path / arguments[index + 1]).stat().st_size > 10_000
    assert done.stdout or "-o" in arguments


@pytest.mark.parametrize("language", READMES)
def test_every_command_is_named(language):
    listed = reporter("--help").stdout.decode().partition("\nCommands:\n")[2].partition("\n\n")[0]
    there = set(re.findall(r"^  (\w+) ", listed, re.MULTILINE))
    assert there == set(re.findall(r"`reporter (\w+)`", TEXT[language]))


@pytest.mark.parametrize("language", READMES)
def test_the_exit_codes_are_those_of_the_program(language):
    codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", TEXT[language], re.MULTILINE)} == codes


@pytest.mark.parametrize("language", READMES)
def test_what_it_refers_to_is_there(language):
    for link in re.findall(r"\]\(([^)#]+)\)", TEXT[language]):
        assert link.startswith("https://") or (ROOT / link).exists(), link
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", TEXT[language], re.MULTILINE)) <= targets


@pytest.mark.parametrize("language", READMES)
def test_the_guide_to_folders_is_understood(language, tmp_path):
    text = (ROOT / "docs" / f"folder.{language}.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "report.toml").write_text(shown, encoding="utf-8")
    settings = settings_from(tmp_path / "report.toml", {})
    assert [feed.section for feed in settings.feeds] == ["handshake", "teardown"]
    (listed,) = re.findall(r"`lab` .*?((?:`[a-z-]+`[、, \n]*){4,})", text, re.DOTALL)
    order = find_theme("lab").sections
    named = re.findall(r"`([a-z-]+)`", listed)
    assert [name for name in order if name in named] == named


def test_both_say_the_same():
    shape = {
        language: re.findall(r"^(?:#+|```\w*|\| `--?[a-z]+)", text, re.MULTILINE) for language, text in TEXT.items()
    }
    assert shape["en"] == shape["zh"]
