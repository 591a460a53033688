"""The steps in order: capture, extract, analyse, explain; and on to a report."""

from reporter.pipeline.explain import Explained, Explanation

__all__ = ["Explained", "Explanation"]
