"""The knowledge: one topic a file; rules return facts, never sentences. `load()` registers them all."""

from __future__ import annotations

import importlib
import pkgutil


def load() -> None:
    """Import every topic of this package, so that its rules are registered. Adding a topic is adding a file."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
