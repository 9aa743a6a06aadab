"""Checks a value against the part of JSON Schema that docs/answer.schema.json uses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCHEMA = Path(__file__).parents[2] / "docs" / "answer.schema.json"
_TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "integer": int,
    "number": (int, float),
}
_NOTES = {"$schema", "$defs", "title", "description"}
_CHECKS = {
    "enum": lambda value, wanted: value in wanted,
    "minimum": lambda value, limit: value >= limit,
    "maximum": lambda value, limit: value <= limit,
    "minItems": lambda value, count: len(value) >= count,
    "maxItems": lambda value, count: len(value) <= count,
    "required": lambda value, names: set(names) <= value.keys(),
}


def answer_faults(answer: Mapping[str, Any]) -> list[str]:
    """What is wrong with an answer by docs/answer.schema.json; nothing where all is right."""
    schema = json.loads(SCHEMA.read_text())
    return list(_faults(answer, schema, schema, "answer"))


def _faults(
    value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], at: str
) -> Iterator[str]:
    for key, wanted in schema.items():
        if key == "type":
            known = isinstance(value, _TYPES[wanted])
            if not known or (wanted in ("integer", "number") and isinstance(value, bool)):
                yield f"{at}: {value!r} is no {wanted}"
                return
        elif key == "$ref":
            yield from _faults(value, root["$defs"][wanted.removeprefix("#/$defs/")], root, at)
        elif key == "anyOf":
            tries = [list(_faults(value, one, root, at)) for one in wanted]
            if all(tries):
                yield from tries[-1]
        elif key == "items":
            for index, item in enumerate(value):
                yield from _faults(item, wanted, root, f"{at}[{index}]")
        elif key == "properties":
            for name in wanted.keys() & value.keys():
                yield from _faults(value[name], wanted[name], root, f"{at}.{name}")
        elif key == "additionalProperties":
            for name in value.keys() - schema.get("properties", {}).keys():
                if wanted is False:
                    yield f"{at}: {name!r} is not in the schema"
                else:
                    yield from _faults(value[name], wanted, root, f"{at}.{name}")
        elif key in _CHECKS:
            if not _CHECKS[key](value, wanted):
                yield f"{at}: {value!r} does not fit {key} {wanted}"
        elif key not in _NOTES:
            raise NotImplementedError(f"{key} in {at}: teach it to this helper")
