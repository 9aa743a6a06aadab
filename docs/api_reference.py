"""The reference of the public API, from its docstrings; docs/site_links.py puts it into api.md."""

from __future__ import annotations

import inspect
from typing import Any

import detailbase_core

ORDER = (
    "load_scene",
    "read_cloud",
    "PointCloud",
    "Grounder",
    "Grounding",
    "GroundedPhrase",
    "Instance",
    "Box",
    "render_answers",
    "GrounderConfig",
    "DetailBaseError",
)


def reference() -> str:
    """A section for each public name."""
    return "\n".join(entry(name, getattr(detailbase_core, name)) for name in ORDER)


def entry(name: str, thing: Any) -> str:
    """A function, or a class with its public methods."""
    parts = [f"## {name}\n", block(name, thing)]
    if inspect.isclass(thing):
        for member in vars(thing):
            if not member.startswith("_") and (call := method(thing, member)):
                parts += [f"### {name}.{member}\n", block(f"{name}.{member}", call)]
    return "\n".join(parts)


def method(owner: type, name: str) -> Any:
    """A documented method, class method or property of a class; None for anything else."""
    value = inspect.getattr_static(owner, name)
    if isinstance(value, classmethod | staticmethod):
        value = value.__func__
    wanted = isinstance(value, property) or inspect.isfunction(value)
    return value if wanted and inspect.getdoc(value) else None


def block(name: str, thing: Any) -> str:
    """Signature and docstring, as they stand in the source."""
    plain = isinstance(thing, property) or (inspect.isclass(thing) and issubclass(thing, Exception))
    lines = [name if plain else called(name, thing)]
    lines += ["", *(inspect.getdoc(thing) or "").splitlines()]
    return "```text\n" + "\n".join(lines) + "\n```\n"


def called(name: str, thing: Any) -> str:
    """The name with its parameters, on one line or one a line."""
    signature = inspect.signature(thing)
    given = [one for one in signature.parameters.values() if one.name not in ("self", "cls")]
    shown = [parameter(one) for one in given]
    first = next((i for i, one in enumerate(given) if one.kind == one.KEYWORD_ONLY), None)
    if first is not None:
        shown.insert(first, "*")
    kind = signature.return_annotation
    result = "" if inspect.isclass(thing) or kind in (inspect.Signature.empty, "None") else kind
    end = f") -> {result}" if result else ")"
    line = f"{name}({', '.join(shown)}{end}"
    if len(line) <= 90:
        return line
    return "\n".join([f"{name}(", *(f"    {one}," for one in shown), end])


def parameter(one: inspect.Parameter) -> str:
    """Name, type and default."""
    if one.default is one.empty:
        return f"{one.name}: {one.annotation}"
    default = repr(one.default)
    default = "..." if default.startswith("<") else default  # a function or a factory
    return f"{one.name}: {one.annotation} = {default}"
