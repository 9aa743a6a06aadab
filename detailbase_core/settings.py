"""Settings: frozen dataclasses that know each field's meaning, unit and range, and read YAML.

Values are checked when a dataclass is built; unknown keys are errors.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import typing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from detailbase_core.errors import ConfigError
from detailbase_core.yaml_files import read_yaml

if TYPE_CHECKING:
    from pathlib import Path

C = TypeVar("C", bound="Settings")


def setting(
    default: Any,
    doc: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] | None = None,
    live: bool = False,
) -> Any:
    """A dataclass field with its documentation and limits.

    Args:
        default: default value.
        doc: one sentence for people, with the unit.
        low, high: inclusive limits of a number.
        choices: the allowed words of a string.
        live: whether it may change while a node runs.
    """
    metadata = {"doc": doc, "low": low, "high": high, "choices": choices, "live": live}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """Base of all config dataclasses: checks each field's type and range when built."""

    def __post_init__(self) -> None:
        config_class: Any = type(self)  # mypy takes it for unhashable, as its instances may be
        hints = _type_hints(config_class)
        for f in dataclasses.fields(self):
            value = _coerced(getattr(self, f.name), hints[f.name], f.name)
            object.__setattr__(self, f.name, value)
            _check_limits(f.name, value, f.metadata)


@functools.cache
def _type_hints(config_class: Any) -> dict[str, Any]:
    """Of each field its type; working them out takes longer than all checks."""
    return typing.get_type_hints(config_class)


def _coerced(value: Any, hint: Any, name: str) -> Any:
    """`value` as the annotated type; ints become floats and lists become tuples, no more."""
    origin = typing.get_origin(hint)
    if origin is tuple:
        item = typing.get_args(hint)[0]
        if not isinstance(value, (list, tuple)):
            raise ConfigError(f"{name}: expected a list, got {value!r:.200}")
        return tuple(_coerced(v, item, name) for v in value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    expected = origin or hint
    wrong_bool = isinstance(value, bool) and hint is not bool
    if wrong_bool or not isinstance(value, expected):
        raise ConfigError(f"{name}: expected {getattr(hint, '__name__', hint)}, got {value!r:.200}")
    return value


def _check_limits(name: str, value: Any, metadata: typing.Mapping[str, Any]) -> None:
    low, high, choices = (metadata.get(k) for k in ("low", "high", "choices"))
    if choices is not None and value not in choices:
        raise ConfigError(f"{name}: {value!r} is not one of {', '.join(choices)}")
    for number in value if isinstance(value, tuple) else (value,):
        if not isinstance(number, (int, float)):
            continue
        if math.isnan(number):
            raise ConfigError(f"{name}: NaN is not a value")
        if low is not None and number < low:
            raise ConfigError(f"{name}: {number} is below {low}")
        if high is not None and number > high:
            raise ConfigError(f"{name}: {number} is above {high}")


def to_dict(config: Settings) -> dict[str, Any]:
    """The tree as plain dicts, lists and numbers (for YAML and JSON)."""
    plain: dict[str, Any] = _plain(dataclasses.asdict(config))
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, tuple) else value


def from_dict(config_class: type[C], values: typing.Mapping[str, Any], where: str = "") -> C:
    """Build `config_class` from nested dicts; missing keys keep their defaults.

    Raises:
        ConfigError: unknown key, wrong type, or value out of range, with its dotted name.
    """
    if not isinstance(values, typing.Mapping):
        raise ConfigError(
            f"{where or config_class.__name__}: expected settings, got {values!r:.200}"
        )
    hints = typing.get_type_hints(config_class)
    known = {f.name for f in dataclasses.fields(config_class)}
    kwargs: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{where}.{key}" if where else str(key)
        if key not in known:
            raise ConfigError(f"unknown setting {name!r}; known here: {', '.join(sorted(known))}")
        hint = hints[key]
        nested = isinstance(hint, type) and issubclass(hint, Settings)
        kwargs[key] = from_dict(hint, value, name) if nested else value
    try:
        return config_class(**kwargs)
    except ConfigError as error:
        raise ConfigError(f"{where}.{error}" if where else str(error)) from None


def load_yaml(config_class: type[C], path: str | Path) -> C:
    """Read a YAML file into `config_class`.

    Raises:
        ConfigError: not readable, not YAML, or not settings of this class.
    """
    values = read_yaml(path)
    try:
        return from_dict(config_class, {} if values is None else values)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
