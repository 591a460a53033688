"""Compiled templates kept from run to run: used only while they fit, and never in the way."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from reporter import resources
from reporter.compiled import Kept


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    resources._cache_folder.cache_clear()
    yield tmp_path / "reporter" / "templates"
    resources._cache_folder.cache_clear()


def _rendered(source: str, shape: str, **names: object) -> str:
    store = resources.compiled_templates(shape)
    environment = Environment(loader=DictLoader({"page": source}), bytecode_cache=store, autoescape=False)
    environment.filters["spell"] = lambda value: f"{shape}:{value}"
    return environment.get_template("page").render(**names)


def test_another_source_or_shape_is_compiled_anew(kept: Path) -> None:
    assert _rendered("{{ 'x'|spell }}", "one") == "one:x"
    assert _rendered("{{ 'y'|spell }}", "one") == "one:y"
    # A filter on a constant is worked out by the compiler: what the filter does is part of the shape.
    assert _rendered("{{ 'y'|spell }}", "two") == "two:y"
    assert len(list(kept.iterdir())) == 1


def test_a_damaged_file_is_as_good_as_none(kept: Path) -> None:
    assert _rendered("{{ 'x'|spell }}", "one") == "one:x"
    (file,) = kept.iterdir()
    for damage in (b"", b"\x80", file.read_bytes()[:40]):
        file.write_bytes(damage)
        assert _rendered("{{ 'x'|spell }}", "one") == "one:x"


def test_a_folder_that_others_can_write_into_is_not_used(kept: Path) -> None:
    kept.mkdir(parents=True)
    kept.chmod(0o777)
    assert resources.compiled_templates("one") is None
    kept.chmod(stat.S_IRWXU)
    resources._cache_folder.cache_clear()
    assert isinstance(resources.compiled_templates("one"), Kept)


def test_without_a_folder_templates_are_still_rendered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(file))
    resources._cache_folder.cache_clear()
    try:
        assert resources.compiled_templates("one") is None
        assert _rendered("{{ 'x'|spell }}", "one") == "one:x"
    finally:
        resources._cache_folder.cache_clear()
