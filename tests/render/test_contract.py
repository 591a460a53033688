"""The template context is a contract: the reference is that of the classes, and names stay as long as its version."""

import subprocess
import sys

from reporter.render.reference import signature
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
