"""Everything heavy that a worker needs, imported once in the process from which the workers are forked."""

from __future__ import annotations

from reporter import rules
from reporter.batch.checks import kinds
from reporter.render.health import load_weasyprint

rules.load()
kinds()
load_weasyprint()
