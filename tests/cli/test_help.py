"""The help teaches by example, and is quick because it loads nothing that it does not need."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.captures import ROOT
from tests.cli.run import reporter

HEAVY = ("weasyprint", "pyshark", "jinja2", "lxml", "rich")
_PROBE = """
import sys
sys.argv[1:] = {arguments!r}
from reporter.cli.main import main
try:
    main()
except SystemExit as end:
    print("code", end.code, "loaded", sorted(set(sys.modules) & {heavy!r}), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments", [["--help"], ["report", "--help"], ["explain", "--help"], ["rules", "--help"], ["--version"]]
)
def test_help_loads_nothing_heavy(arguments):
    code = _PROBE.format(arguments=arguments, heavy=set(HEAVY))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert "code 0 loaded []" in done.stderr
    assert done.stdout


@pytest.mark.parametrize("command", ["report", "explain"])
def test_help_of_a_command_has_examples(command):
    text = reporter(command, "--help").stdout.decode()
    assert text.count(f"  reporter {command} ") >= 4
    assert "--decode-as" in text


def test_no_command_shows_the_help_and_is_wrong_usage():
    done = reporter()
    assert done.returncode == 2
    assert b"reporter report lab.pcapng" in done.stdout
