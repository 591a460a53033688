"""The compiled form (`make fast`): used only while it fits the sources, and then it says the same."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from reporter import fast
from scripts.fast.values import rewritten
from tests.captures import BUNDLED, ROOT
from tests.cli.run import reporter

built = pytest.mark.skipif(fast.ready() is None, reason="make fast has not been run for these sources")


@built
@pytest.mark.tshark
@pytest.mark.parametrize(
    "name", ["page-nginx-browser.pcapng", "keepalive-full.pcapng", "tls-decrypted.pcapng", "fin-retransmitted.pcapng"]
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_forms_write_the_same(name: str, language: str) -> None:
    capture = BUNDLED / name
    if not capture.exists():
        pytest.skip(f"no {name}")
    asked = ("explain", capture, "--format", "jsonl", "--lang", language)
    plain = reporter(*asked, **{fast.SWITCH: "1"})
    assert plain.returncode == 0
    assert reporter(*asked).stdout == plain.stdout


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(fast, "FOLDER", tmp_path)
    return tmp_path


def _told(folder: Path, state: str) -> None:
    (folder / "modules.json").write_text(json.dumps({"state": state, "modules": {"reporter.model.tcp": "tcp.so"}}))


def test_nothing_built_and_nothing_readable_is_nothing(folder: Path) -> None:
    assert fast.ready() is None
    (folder / "modules.json").write_text("{")
    assert fast.ready() is None


def test_built_for_these_sources(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = fast.state_of(ROOT / "reporter")
    _told(folder, state)
    assert fast.ready() == {"reporter.model.tcp": "tcp.so"}
    _told(folder, state[:-1])
    assert fast.ready() is None
    _told(folder, state)
    monkeypatch.setenv(fast.SWITCH, "1")
    assert not fast.use()


def test_every_source_is_part_of_the_state(tmp_path: Path) -> None:
    for layer in ("model", "extract", "analyse", "explain", "rules", "render"):
        (tmp_path / layer).mkdir()
    before = fast.state_of(tmp_path)
    (tmp_path / "rules" / "new.py").write_text("")
    added = fast.state_of(tmp_path)
    (tmp_path / "rules" / "new.py").write_text("1")
    assert len({before, added, fast.state_of(tmp_path)}) == 3


def test_only_compiled_modules_are_found(folder: Path) -> None:
    finder = fast.Compiled({"reporter.model.tcp": "tcp.so"})
    found = finder.find_spec("reporter.model.tcp", None)
    assert found is not None
    assert found.origin == str(folder / "tcp.so")
    assert finder.find_spec("reporter.model.packet", None) is None


def test_values_are_written_out() -> None:
    source = (
        '@value\nclass Pair:\n    """Two."""\n\n    one: int\n    other: str = ""\n\n    def both(self) -> str: ...\n'
    )
    tree = ast.parse(rewritten("from reporter.model.value import value\n" + source))
    pair = next(each for each in tree.body if isinstance(each, ast.ClassDef))
    assert not pair.decorator_list
    methods = {each.name: each for each in pair.body if isinstance(each, ast.FunctionDef)}
    assert ast.unparse(methods["__init__"].args) == "self, one: int, other: str=''"
    assert set(methods) == {"__init__", "__eq__", "__hash__", "both"}
    assert ast.unparse(tree.body[-1]) == "native(Pair, ('one', 'other'))"


def test_a_rule_is_told_its_docstring() -> None:
    source = '@rule("D01", on="tcp")\ndef data(at):\n    """What.\n\n    Reference: RFC 9293.\n    """\n'
    assert "doc='What.\\n\\nReference: RFC 9293.'" in rewritten(source)
