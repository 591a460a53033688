"""The Dockerfile, which no test can build, installs what the setup script installs, in the same way."""

from __future__ import annotations

import re

from tests.captures import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SETUP = (ROOT / "scripts" / "setup.sh").read_text(encoding="utf-8")
#: What only the tests need.
FOR_TESTS = ("poppler", "browser", "atomic")


def test_the_packages_are_those_of_the_setup():
    body = SETUP.partition("\ndebian_packages() {")[2].partition("\n}")[0]
    parts = dict(re.findall(r"^ +(\w+)\) (?:echo )?(.+) ;;$", body, re.MULTILINE))
    parts["python"] = "python3 python3-venv"  # what python_packages says for Debian 12
    assert "echo python3 python3-venv" in SETUP
    wanted = {name for part, names in parts.items() if part not in FOR_TESTS for name in names.split()}
    (listed,) = re.findall(r"--no-install-recommends \\\n(.+?) \\\n", DOCKERFILE)
    assert set(listed.split()) == wanted
    assert listed.split() == sorted(wanted)


def test_what_it_copies_and_locks_is_there():
    for name in re.findall(r"/opt/reporter/(\S+)", DOCKERFILE):
        assert (ROOT / name).is_file(), name
    installs = re.findall(r"pip install (.+?) \\", DOCKERFILE)
    assert len(installs) == 3
    assert all("--require-hashes" in each or "--no-deps --no-build-isolation" in each for each in installs)
    assert {".git", ".venv"} <= set((ROOT / ".dockerignore").read_text(encoding="utf-8").split())
