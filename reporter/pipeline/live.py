"""Packets explained as they are captured: in one pass, without knowing what comes later."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reporter import rules
from reporter.analyse.seen import Analysis
from reporter.explain.engine import Explainer, Failure
from reporter.extract.live import LivePass
from reporter.pipeline.explain import Explained

#: Rules that speak of the whole capture, or need tshark's second pass to be right.
NEED_THE_WHOLE = frozenset(("C02", "C05", "N08"))


class LiveExplanation:
    """Explains the blocks written to `source`, each packet as soon as tshark has read it.

    A packet that nobody has time for (`wanted` says so of its frame) is followed, so that what is said later stays
    true, but no rule is asked about it and it comes out without findings.
    """

    def __init__(self, source: LivePass, wanted: Callable[[int], bool]) -> None:
        self._source = source
        self._wanted = wanted
        self.failures: list[Failure] = []

    def __iter__(self) -> Iterator[Explained]:
        rules.load()
        explainer = Explainer(without=NEED_THE_WHOLE)
        self.failures = explainer.failures
        for seen in Analysis(keep=False, held=1).run(self._source):
            if self._wanted(seen.packet.frame):
                yield Explained(seen, explainer.explain(seen))
            else:
                explainer.pass_over(seen)
                yield Explained(seen, ())
