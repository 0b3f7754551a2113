"""The gallery's own source as syntax trees, for the tests of its architecture and conventions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Module:
    """One file of the package: `name` as one imports it."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def where(self) -> str:
        return str(self.path.relative_to(ROOT))

    def is_in(self, *packages: str) -> bool:
        return any(self.name == package or self.name.startswith(f"{package}.") for package in packages)

    def imports(self) -> Iterator[str]:
        """Every module it imports, at the top or inside a function; `from a import b` gives both a and a.b."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.where}:{node.lineno} imports relatively"
                yield node.module or ""
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def imports_from(self, *packages: str) -> set[str]:
        """Those imports that lie in one of `packages`."""
        return {
            name
            for name in self.imports()
            if any(name == package or name.startswith(f"{package}.") for package in packages)
        }

    def calls(self) -> Iterator[tuple[int, str]]:
        """Line and dotted name of every call: `Image.objects.filter(…).update(…)` is `Image.objects.filter.update`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and (name := dotted(node.func)):
                yield node.lineno, name


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return dotted(node.func)
    return ""


@cache
def modules(package: str = "gallery") -> tuple[Module, ...]:
    """Every module of `package`, migrations aside."""
    found = []
    for path in sorted((ROOT / package).rglob("*.py")):
        relative = path.relative_to(ROOT)
        if "migrations" in relative.parts:
            continue
        name = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
        found.append(Module(name, path, ast.parse(path.read_text(encoding="utf-8"), filename=str(relative))))
    assert found
    return tuple(found)


@cache
def templates() -> tuple[tuple[str, str], ...]:
    """Name and text of every template."""
    folder = ROOT / "templates"
    found = [
        (str(path.relative_to(folder)), path.read_text("utf-8")) for path in sorted(folder.rglob("*.html"))
    ]
    assert found
    return tuple(found)
