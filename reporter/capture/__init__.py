"""Bytes on disk: what kind of file, its hash, its tail. No protocol knowledge."""
