"""YAML files as plain values: numbers as people write them, nothing that grows beyond the file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from detailbase_core.errors import ConfigError, shown

_MOST_BYTES, _MOST_ALIASES, _MOST_DIGITS = 4 << 20, 50, 60
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")


class _Loader(yaml.SafeLoader):
    """YAML as people write it: 1e-3 is a number, which YAML 1.1 takes for a word.

    What grows beyond the file is refused: aliases within what other aliases repeat, very many of
    them, and numbers of very many digits.
    """

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._aliases = 0
        self._nested: set[str] = set()  # anchors that are being read, or hold aliases

    def compose_node(self, parent: Any, index: Any) -> Any:
        """As the base class does it, but for aliases."""
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        anchor, before = event.anchor, self._aliases
        if isinstance(event, yaml.AliasEvent):
            self._aliases += 1
            if anchor in self._nested or self._aliases > _MOST_ALIASES:
                raise yaml.YAMLError(f"alias *{anchor:.40}: too many, or one within another")
        elif anchor is not None:
            self._nested.add(anchor)
        node = super().compose_node(parent, index)
        if anchor is not None and self._aliases == before:
            self._nested.discard(anchor)
        return node

    def construct_scalar(self, node: Any) -> Any:
        """As the base class does it, but for very long numbers."""
        if node.tag in _NUMBERS and len(node.value) > _MOST_DIGITS:
            raise yaml.YAMLError(f"a number of {len(node.value)} digits")
        return super().construct_scalar(node)


def _number(loader: _Loader, node: yaml.ScalarNode) -> int | float:
    """A float; a whole one with an exponent is an int, as "steps: 1e4" means it."""
    value: float = loader.construct_yaml_float(node)
    is_whole = "e" in node.value.lower() and abs(value) < 2**53 and value.is_integer()
    return int(value) if is_whole else value


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?\d[\d_]*(\.\d*)?[eE][-+]?\d+$"),
    list("-+0123456789"),
)
_Loader.add_constructor("tag:yaml.org,2002:float", _number)


def read_yaml(path: str | Path) -> Any:
    """What a YAML file says, of whatever kind.

    Raises:
        ConfigError: not readable, or not YAML.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise ValueError(f"it has more than {_MOST_BYTES} bytes")
        return yaml.load(content.decode("utf-8-sig"), _Loader)  # a SafeLoader
    except (OSError, ValueError, RecursionError, MemoryError, yaml.YAMLError) as error:
        reason = shown(error) if str(error) else type(error).__name__
        raise ConfigError(f"{path}: cannot be read as YAML: {reason}") from error
