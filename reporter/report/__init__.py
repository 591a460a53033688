"""Findings into a Document: sections, figures, packet windows. One language, no HTML."""
