"""All families by the kind that they make: @family("fire extinguisher", mount="wall")."""

from __future__ import annotations

import importlib
import pkgutil
import zlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from training.furniture import families

if TYPE_CHECKING:
    from collections.abc import Callable

    from training.furniture.families.shapes import Parts

    Maker = Callable[[np.random.Generator], Parts]

_FAMILIES: dict[str, list[Family]] = {}


@dataclass(frozen=True)
class Family:
    """One way to make models of a kind.

    Attributes:
        kind: what people call it, singular: "fire extinguisher".
        make: draws a model.
        mount: where it is put: "floor", "wall", "ceiling" or "top" (on other things).
        has_front: whether "in front of" means something; its front is towards +y.
        elevation: of its lowest point on a wall, metres; None = its middle is at eye level.
    """

    kind: str
    make: Maker
    mount: str
    has_front: bool
    elevation: float | None


def family(
    kind: str, *, mount: str, has_front: bool = False, elevation: float | None = None
) -> Callable[[Maker], Maker]:
    """Register a function as a family, see Family.

    A kind may have several families, which take turns: first models that look unlike each other
    (a wall clock and an alarm clock), then their variants.
    """

    def registered(make: Maker) -> Maker:
        found = Family(kind, make, mount, has_front, elevation)
        _FAMILIES.setdefault(kind, []).append(found)
        return make

    return registered


@cache
def all_families() -> dict[str, tuple[Family, ...]]:
    """Every family by kind, of all files of this package, kinds in the order of the alphabet."""
    for module in pkgutil.iter_modules(families.__path__):
        importlib.import_module(f"{families.__name__}.{module.name}")
    return {kind: tuple(_FAMILIES[kind]) for kind in sorted(_FAMILIES)}


def draw(kind: str, index: int, seed: int = 0) -> tuple[Family, Parts]:
    """Variant `index` of a kind, the same for the same seed.

    Raises:
        KeyError: no family makes this kind.
    """
    ways = all_families()[kind]
    rng = np.random.default_rng([seed, zlib.crc32(kind.encode()), index])
    chosen = ways[index % len(ways)]
    return chosen, chosen.make(rng)
