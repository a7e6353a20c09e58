"""The product's source code as the architecture tests read it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Module:
    """One Python file; ``name`` is its path from the repository's root."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def at(self, node: ast.AST) -> str:
        return f"{self.name}:{getattr(node, 'lineno', 1)}"


def modules(folder: str) -> list[Module]:
    """Return every module below a folder of the repository."""
    return [
        Module(str(path.relative_to(ROOT)), path.read_text())
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]


def dotted(node: ast.AST) -> str:
    """Return ``a.b.c`` for such an expression, and an empty text for any other."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def calls(module: Module, name: str) -> Iterator[ast.Call]:
    """Yield the calls of a function by its dotted name."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and dotted(node.func) == name:
            yield node
