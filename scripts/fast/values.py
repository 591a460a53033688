"""Rewrites a module for mypyc: `@value` makes classes at run time, and a rule reads its own docstring.

Classes become plain ones with an `__init__`, and each rule is told its docstring, which compiled functions lack.
"""

from __future__ import annotations

import ast

_MODULE = "reporter.model.native"


def rewritten(source: str) -> str:
    """The module with an `__init__` written out for each class decorated by `@value`; the same behaviour else."""
    tree = _Rewriter().visit(ast.parse(source))
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


class _Rewriter(ast.NodeTransformer):
    def __init__(self) -> None:
        self._made: list[ast.stmt] = []

    def visit_Module(self, node: ast.Module) -> ast.Module:
        self.generic_visit(node)
        node.body += self._made
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt | list[ast.stmt]:
        if node.module == "reporter.model.value":
            return ast.parse(f"from {_MODULE} import native").body
        names = [each.name for each in node.names]
        if node.module != "dataclasses" or "replace" not in names:
            return node
        node.names = [each for each in node.names if each.name != "replace"]
        ours = ast.parse(f"from {_MODULE} import replaced as replace").body
        return [node, *ours] if node.names else ours

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        told = ast.keyword("doc", ast.Constant(ast.get_docstring(node)))
        for each in node.decorator_list:
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == "rule":
                each.keywords.append(told)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        if not any(isinstance(each, ast.Name) and each.id == "value" for each in node.decorator_list):
            return node
        node.decorator_list = []
        fields = [each for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)]
        names = [ast.unparse(each.target) for each in fields]
        asked = [ast.unparse(each) for each in fields]
        for each in fields:
            each.value = None
        last = node.body.index(fields[-1]) + 1
        node.body[last:last] = _methods(node.name, names, asked)
        self._made += ast.parse(f"native({node.name}, {tuple(names)!r})").body
        return node


def _methods(name: str, names: list[str], asked: list[str]) -> list[ast.stmt]:
    same = " and ".join(f"self.{each} == other.{each}" for each in names)
    own = "".join(f"self.{each}, " for each in names)
    lines = [
        f"def __init__(self, {', '.join(asked)}) -> None:",
        *(f"    self.{each} = {each}" for each in names),
        "def __eq__(self, other: object) -> bool:",
        f"    if not isinstance(other, {name}):",
        "        return NotImplemented",
        f"    return {same}",
        "def __hash__(self) -> int:",
        f"    return hash(({own}))",
    ]
    return ast.parse("\n".join(lines)).body
