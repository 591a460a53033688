"""Every public name of the package says what it is: a docstring of its own, of more than its name's words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.captures import ROOT

SOURCES = sorted((ROOT / "reporter").rglob("*.py"))
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def public(tree: ast.Module) -> Iterator[tuple[str, Documented]]:
    """The module, its public classes and functions, their public methods. What is in functions is nobody's to call."""
    yield "the module", tree
    left: list[tuple[str, ast.AST]] = [("", node) for node in tree.body]
    while left:
        within, node = left.pop(0)
        if isinstance(node, ast.If | ast.Try):
            left += [(within, each) for each in node.body]
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        if any(ast.unparse(each).endswith((".setter", "overload", "override")) for each in node.decorator_list):
            continue
        yield within + node.name, node
        if isinstance(node, ast.ClassDef):
            left += [(f"{within}{node.name}.", each) for each in node.body]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "reporter")))
def test_every_public_name_is_documented(source):
    tree = ast.parse(source.read_text(encoding="utf-8"))
    assert [name for name, node in public(tree) if not said(name, node)] == []


def said(name: str, node: Documented) -> bool:
    """Whether the docstring tells more than the name does."""
    words = set(re.findall(r"\w+", (ast.get_docstring(node) or "").lower()))
    return bool(words - set(re.findall(r"[a-z]+", name.lower().replace("_", " "))) - {"the", "a", "an", "of"})


def test_a_name_without_a_docstring_is_found():
    tree = ast.parse(
        '"""M."""\nclass A:\n    """Some."""\n    def b(self): ...\n    def _c(self): ...\ndef e():\n    """E."""'
    )
    assert [name for name, node in public(tree) if not said(name, node)] == ["e", "A.b"]
