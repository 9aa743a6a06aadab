"""Imports between a package's own modules, read from the sources."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]


def module_name(path: Path) -> str:
    """Dotted name of a file below ROOT; a folder's for its __init__.py."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(package: str) -> dict[str, set[str]]:
    """Module -> those of the same package that it imports, for type checking only ones too.

    The package's own __init__.py is left out: it is the door for others and imports lazily.
    """
    names = {module_name(path): path for path in sorted((ROOT / package).rglob("*.py"))}
    files = {name: path for name, path in names.items() if name != package}
    return {name: _imports(path, name, files.keys()) for name, path in files.items()}


def _imports(path: Path, own_name: str, known: set[str]) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            # `from package import module` needs the module, not what the package itself imports
            found |= {name for name in inner if name in known} or {node.module}
    return (found & known) - {own_name}


def circle(imports: dict[str, set[str]]) -> list[str]:
    """Modules that import each other round in a circle; none = []."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def upward(imports: dict[str, set[str]], layers: tuple[tuple[str, ...], ...]) -> list[str]:
    """Imports that do not go down the layers: "importer -> imported"."""
    level = {name: depth for depth, row in enumerate(layers) for name in row}
    wrong = []
    for importer, targets in imports.items():
        own = _part(importer)
        for target in targets:
            other = _part(target)
            if own and other and own != other and level[other] >= level[own]:
                wrong.append(f"{importer} -> {target}")
    return wrong


def _part(module: str) -> str:
    """Folder or top module inside the package; "" for the package itself."""
    return module.split(".")[1] if "." in module else ""


def parts(imports: dict[str, set[str]]) -> set[str]:
    """All folders and top modules of a package."""
    return {_part(module) for module in imports} - {""}
