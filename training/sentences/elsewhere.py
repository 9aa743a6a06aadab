"""Descriptions of objects in other rooms, as often as they occur there.

A thing that is asked for though it is not there must not be betrayed by what it is. So its kind,
colour and material are drawn as they are said of things that are there, in rooms of the same
theme; what holds in most rooms is drawn more often where it does not hold. The tables were counted
by training.sentences.count_phrases, one pair for rooms that hold all kinds of things and one for
the others.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

THINGS_FILE = Path(__file__).with_name("elsewhere_things.csv")
PAIRS_FILE = Path(__file__).with_name("elsewhere_pairs.csv")
EVERYDAY_THINGS_FILE = Path(__file__).with_name("everyday_things.csv")
EVERYDAY_PAIRS_FILE = Path(__file__).with_name("everyday_pairs.csv")
MOST_SHARED = 0.9  # what holds in nearly all rooms is not drawn more than ten times as often
_ANY_PAIR = 0.02  # weight of a relation between kinds that were never seen in it


class Said(NamedTuple):
    """Kind and looks of a thing as a phrase tells them; None = not said."""

    category: str
    shape: str | None
    color: str | None
    material: str | None

    @property
    def pattern(self) -> tuple[bool, bool, bool]:
        """Those of shape, colour and material that are said."""
        return self.shape is not None, self.color is not None, self.material is not None


@dataclass(frozen=True)
class _Rows:
    """Descriptions in one theme, for one slot, with one pattern."""

    said: tuple[Said, ...]
    category: NDArray[np.int64]
    weight: NDArray[np.float64]


class Elsewhere:
    """The tables, ready to draw from.

    Slots are "one" (what a sentence is about), "several" (the same in the plural) and "anchor"
    (what something is related to).
    """

    def __init__(self, things: Path = THINGS_FILE, pairs: Path = PAIRS_FILE) -> None:
        with things.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.categories = sorted({row["category"] for row in rows})
        self._index = {category: i for i, category in enumerate(self.categories)}
        found: dict[tuple[str, str, tuple[bool, bool, bool]], dict[Said, float]] = {}
        for row in rows:
            said = Said(
                row["category"], row["shape"] or None, row["color"] or None, row["material"] or None
            )
            weight = int(row["count"]) / (1 - min(float(row["share"]), MOST_SHARED))
            for theme in (row["theme"], ""):
                weights = found.setdefault((theme, row["slot"], said.pattern), {})
                weights[said] = weights.get(said, 0.0) + weight
        self._rows = {key: self._packed(weights) for key, weights in found.items()}
        self._pairs = self._read_pairs(pairs)

    def _packed(self, weights: dict[Said, float]) -> _Rows:
        category = np.array([self._index[said.category] for said in weights], np.int64)
        return _Rows(tuple(weights), category, np.array(list(weights.values())))

    def _read_pairs(self, path: Path) -> dict[str, NDArray[np.float64]]:
        """Relation -> (categories, categories) how often [target, anchor] stand in it."""
        found: dict[str, NDArray[np.float64]] = {}
        size = len(self.categories)
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["target"] in self._index and row["anchor"] in self._index:
                    table = found.setdefault(row["relation"], np.zeros((size, size)))
                    table[self._index[row["target"]], self._index[row["anchor"]]] = row["count"]
        for table in found.values():
            table /= np.maximum(table.sum(axis=1, keepdims=True), 1.0)
        return found

    def targets_of(self, relation: str, anchor: str) -> NDArray[np.float64] | None:
        """(categories,) how well each suits a relation to an anchor; None = not known."""
        table = self._pairs.get(relation)
        if table is None or anchor not in self._index:
            return None
        return np.asarray(table[:, self._index[anchor]] + _ANY_PAIR)

    def anchors_of(self, relation: str, target: str) -> NDArray[np.float64] | None:
        """(categories,) how much likelier each is as this target's anchor; None = not known."""
        table = self._pairs.get(relation)
        if table is None or target not in self._index:
            return None
        usual = table.mean(axis=0)
        return np.asarray((table[self._index[target]] + _ANY_PAIR * usual) / (usual + 1e-4))

    def suits(self, weights: NDArray[np.float64] | None, category: str) -> float:
        """One entry of the two above."""
        if weights is None:
            return 1.0
        return float(weights[self._index[category]]) if category in self._index else _ANY_PAIR

    def draw(
        self,
        rng: np.random.Generator,
        theme: str,
        slot: str,
        pattern: tuple[bool, bool, bool],
        *,
        suits: NDArray[np.float64] | None = None,
        among: Collection[str] | None = None,
        count: int = 6,
    ) -> list[Said]:
        """Some things as they are spoken of in rooms of a theme.

        Args:
            rng: source of all choices.
            theme: of the room; what is said in all themes together where there is none such.
            slot: see the class.
            pattern: see Said.pattern.
            suits: weights of the categories, see targets_of.
            among: only of these categories; None = of any.
            count: how many; fewer come where less is known.
        """
        rows = self._rows.get((theme, slot, pattern)) or self._rows.get(("", slot, pattern))
        if rows is None:
            return []
        weight = rows.weight if suits is None else rows.weight * suits[rows.category]
        if among is not None:
            allowed = np.array([category in among for category in self.categories])
            weight = weight * allowed[rows.category]
        sums = np.cumsum(weight)
        if not sums[-1] > 0:
            return []
        places = np.searchsorted(sums, rng.random(count) * sums[-1], side="right")
        return [rows.said[min(int(i), len(rows.said) - 1)] for i in dict.fromkeys(places.tolist())]


@cache
def elsewhere(everyday: bool) -> Elsewhere:
    """The shipped tables.

    Args:
        everyday: those of rooms that hold all kinds of things, see Room.everyday.
    """
    return Elsewhere(EVERYDAY_THINGS_FILE, EVERYDAY_PAIRS_FILE) if everyday else Elsewhere()
