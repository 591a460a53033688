"""The template context is a contract: the reference is that of the classes, and names stay as long as its version."""

import re
import subprocess
import sys
from enum import Enum

import pytest

from reporter.render.fields import described
from reporter.render.reference import FRAME, classes, reference, signature
from reporter.report.themefile import CONTEXT
from tests.captures import ROOT

RECORD = ROOT / "tests" / "render" / f"context-{CONTEXT}.txt"


def test_the_reference_is_fresh():
    script = ROOT / "scripts" / "template_reference.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr


def test_no_name_of_this_version_is_gone():
    """A name may come at any time (`make reference` records it). One may go only with a new version."""
    recorded = set(RECORD.read_text(encoding="utf-8").split("\n")) - {""}
    gone = recorded - set(signature())
    assert not gone, "themes of others use these: raise CONTEXT in reporter/report/themefile.py"


@pytest.mark.parametrize("kind", [*FRAME, *classes()], ids=lambda kind: kind.__name__)
def test_every_field_has_a_line_of_its_own(kind):
    assert (kind.__doc__ or "").strip()
    if not issubclass(kind, Enum):
        names = {name.partition(".")[2] for name in signature() if name.startswith(f"{kind.__name__}.")}
        assert names - set(described(kind)) == set()
        assert not [name for name, said in described(kind).items() if len(said) < 5]


def test_every_name_of_the_reference_says_something():
    for line in reference().splitlines():
        assert not re.fullmatch(r"- `[^`]+`( \(.*\))?: *", line), line
