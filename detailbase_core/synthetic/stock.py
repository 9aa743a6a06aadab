"""The furniture that a room can be furnished with: a bank's models and made ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from detailbase_core.config import read_yaml
from detailbase_core.synthetic.furniture import KINDS, make_model
from detailbase_core.synthetic.furniture_bank import FurnitureBank, split
from detailbase_core.synthetic.tint import tinted

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

    from detailbase_core.synthetic.furniture_model import FurnitureModel

BankPart = Literal["train", "unseen"]

# Colours in which a category is sold, for categories that are sold in many.
TINTS: dict[str, tuple[str, ...]] = {
    category: tuple(row["colors"])
    for row in read_yaml(Path(__file__).with_name("tints.yaml"))
    for category in row["categories"]
}
_TINT_CHANCE = 0.4
_MADE_CHANCE = 0.2
# What the makers do better than banks, whose doors and windows come with a piece of wall.
_ALWAYS_MADE = frozenset({"door", "window", "rug", "curtain", "picture", "whiteboard"})


class Stock:
    """Furniture by category.

    Args:
        models: of a bank; the same order gives the same rooms.
        made_chance: how often a made model is taken where the bank has the category, too.
        make_up: whether other categories than openings and decoration may be made up.
    """

    def __init__(
        self,
        models: Iterable[FurnitureModel],
        made_chance: float = _MADE_CHANCE,
        *,
        make_up: bool = True,
    ) -> None:
        self._models: dict[str, list[FurnitureModel]] = {}
        for model in models:
            self._models.setdefault(model.category, []).append(model)
        self._made_chance = made_chance
        self._make_up = make_up

    @property
    def categories(self) -> frozenset[str]:
        """What there is."""
        return frozenset(self._models) | (frozenset(KINDS) if self._make_up else _ALWAYS_MADE)

    @classmethod
    def of_bank(cls, bank: FurnitureBank, part: BankPart) -> Stock:
        """What rooms of a part of a bank are furnished with.

        Args:
            bank: any.
            part: "train", or "unseen": models that training never shows, and nothing made up that
                it does show.
        """
        unseen = part == "unseen"
        models = split(bank, part).models
        return cls(models, 0.0 if unseen else _MADE_CHANCE, make_up=not unseen)

    def pick(
        self,
        category: str,
        rng: np.random.Generator,
        color: str | None = None,
        *,
        most: tuple[float, float, float] = (9.0, 9.0, 9.0),
        mount: str | None = None,
    ) -> FurnitureModel | None:
        """Any model of a category; None where there is none of this size and mount.

        Args:
            category: see vocabulary.
            rng: chooses.
            color: wanted main colour; None = as it comes, or one that it is sold in.
            most: largest width, depth and height, metres.
            mount: where it is to be put, see FurnitureModel; None = anywhere.
        """
        made = category in (KINDS if self._make_up else _ALWAYS_MADE)
        found = [m for m in self._models.get(category, ()) if _fits(m, most, mount)]
        if made and (not found or category in _ALWAYS_MADE or rng.random() < self._made_chance):
            model = make_model(category, rng, color)
            return model if _fits(model, most, mount) else None
        if not found:
            return None
        model = found[int(rng.integers(len(found)))]
        if color is None and category in TINTS and rng.random() < _TINT_CHANCE:
            color = str(rng.choice(TINTS[category]))
        return model if color is None or category not in TINTS else tinted(model, color, rng)

    def twins(
        self,
        category: str,
        count: int,
        rng: np.random.Generator,
        *,
        most: tuple[float, float, float] = (9.0, 9.0, 9.0),
    ) -> list[FurnitureModel]:
        """Look-alikes: all the same, the same but for one's colour, or each its own."""
        first = self.pick(category, rng, most=most)
        if first is None or count < 1:
            return []
        style = rng.random()
        if style < 0.4 or count == 1:
            return [first] * count
        if style < 0.75 and category in TINTS:
            models = [first] * count
            other = str(rng.choice(TINTS[category]))
            for i in rng.permutation(count)[: int(rng.integers(1, max(2, count // 2)))]:
                models[i] = tinted(first, other, rng)
            return models
        rest = [self.pick(category, rng, most=most) for _ in range(count - 1)]
        return [first, *(model for model in rest if model is not None)]


def _fits(model: FurnitureModel, most: tuple[float, float, float], mount: str | None) -> bool:
    right = mount is None or model.mount == mount
    return right and all(size <= limit for size, limit in zip(model.size, most, strict=True))


def shipped_stock() -> Stock:
    """What every installation can furnish rooms with."""
    return Stock(FurnitureBank.load().models)
