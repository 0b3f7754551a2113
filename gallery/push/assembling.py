"""One file of the program's modules, as the gallery gives it away."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
GIVEN = "given"
# In the order in which they need each other. The last is the program: its first lines are those of the file.
PARTS = (GIVEN, "telling", "sources", "calling", "memory", "endings", "watching", "client")


def program(*, address: str, limit_bytes: int) -> str:
    """The program as text, for the gallery at `address`."""
    head, body = _head_and_body()
    given = f"ADDRESS = {address!a}\nLIMIT_BYTES = {limit_bytes:d}  # the largest upload"
    return f"{head}\n\n# Filled in by the gallery that gave this file away.\n{given}\n\n{body}\n"


@cache
def _head_and_body() -> tuple[str, str]:
    """The file down to its imports, and what comes after the values that are filled in."""
    modules: set[str] = set()
    names: dict[str, set[str]] = {}
    bodies = []
    beginning = ""
    for part in PARTS:
        text = (FOLDER / f"{part}.py").read_text("utf-8")
        tree, lines = ast.parse(text), text.split("\n")
        end_of_imports = 0
        for node in tree.body:
            if isinstance(node, ast.Import):
                modules |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                if not str(node.module).startswith(("__future__", "gallery.")):
                    names.setdefault(str(node.module), set()).update(alias.name for alias in node.names)
            else:
                continue
            end_of_imports = node.end_lineno or 0
        if part != GIVEN:
            bodies.append("\n".join(lines[end_of_imports:]).strip("\n"))
        beginning = "\n".join(lines[: tree.body[0].end_lineno])
    imports = [f"import {module}" for module in sorted(modules)]
    imports += [f"from {module} import {', '.join(sorted(names[module]))}" for module in sorted(names)]
    head = "\n".join([beginning, "", "from __future__ import annotations", "", *imports])
    return head, "\n\n\n".join(bodies)
