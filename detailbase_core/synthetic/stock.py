"""The furniture that a room can be furnished with: a bank's models and made ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from detailbase_core.synthetic.furniture import KINDS, make_model
from detailbase_core.synthetic.furniture_bank import FurnitureBank, split
from detailbase_core.synthetic.recolor import recolored
from detailbase_core.synthetic.reshape import reshaped
from detailbase_core.yaml_files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from detailbase_core.synthetic.furniture_card import Card
    from detailbase_core.synthetic.furniture_model import FurnitureModel

BankPart = Literal["train", "unseen"]


def _read_tints(name: str) -> dict[str, tuple[str, ...]]:
    return {
        category: tuple(row["colors"])
        for row in read_yaml(Path(__file__).with_name(name))
        for category in row["categories"]
    }


# Colours in which a category is sold, for categories that are sold in many.
TINTS: dict[str, tuple[str, ...]] = _read_tints("tints.yaml")
EVERYDAY_TINTS: dict[str, tuple[str, ...]] = {**_read_tints("everyday_tints.yaml"), **TINTS}
_TINT_CHANCE = 0.4
_MADE_CHANCE = 0.2
# What the makers do better than small banks, whose doors and windows come with a piece of wall.
_ALWAYS_MADE = frozenset({"door", "window", "rug", "curtain", "picture", "whiteboard"})


class Stock:
    """Furniture by category.

    Args:
        models: of a bank; the same order gives the same rooms.
        made_chance: how often a made model is taken where the bank has the category, too.
        make_up: whether other categories than openings and decoration may be made up.
        cards: of the same models, where these are decoded when asked for; None = the models.
        everyday: whether rooms are furnished with all kinds that there are, see groups.everyday;
            False = as the rooms of the frozen exams.
        reshape: whether a bank's models come in random proportions, so that the few models of a
            kind look like many.
    """

    def __init__(
        self,
        models: Sequence[FurnitureModel],
        made_chance: float = _MADE_CHANCE,
        *,
        make_up: bool = True,
        everyday: bool = False,
        reshape: bool = False,
        cards: Sequence[Card] | None = None,
    ) -> None:
        self._models = models
        self._reshape = reshape
        self._cards: list[Card | FurnitureModel] = list(models if cards is None else cards)
        self._rows: dict[str, list[int]] = {}
        for row, card in enumerate(self._cards):
            self._rows.setdefault(card.category, []).append(row)
        self._made_chance = made_chance
        self._make_up = make_up
        self.everyday = everyday
        self._tints = EVERYDAY_TINTS if everyday else TINTS
        self._always_made = frozenset(
            _ALWAYS_MADE - self._rows.keys() if everyday else _ALWAYS_MADE
        )

    @property
    def categories(self) -> frozenset[str]:
        """Names of all categories."""
        return frozenset(self._rows) | (frozenset(KINDS) if self._make_up else self._always_made)

    @classmethod
    def of_bank(cls, bank: FurnitureBank, part: BankPart, *, everyday: bool = False) -> Stock:
        """Stock of rooms of a part of a bank.

        Args:
            bank: any.
            part: "train", or "unseen": models that training never shows, and nothing made up that
                it does show.
            everyday: see Stock.
        """
        unseen = part == "unseen"
        there = split(bank, part)
        return cls(
            there.models,
            0.0 if unseen else _MADE_CHANCE,
            make_up=not unseen,
            everyday=everyday,
            reshape=everyday and not unseen,
            cards=there.cards,
        )

    def mounts(self, category: str) -> frozenset[str]:
        """Places of models of a category, see FurnitureModel; those of made ones included."""
        found = {self._cards[row].mount for row in self._rows.get(category, ())}
        return frozenset(found or ({KINDS[category].mount} if category in KINDS else ()))

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
        made = category in (KINDS if self._make_up else self._always_made)
        found = [r for r in self._rows.get(category, ()) if _fits(self._cards[r], most, mount)]
        always = category in self._always_made
        if made and (not found or always or rng.random() < self._made_chance):
            model = make_model(category, rng, color)
            return model if _fits(model, most, mount) else None
        if not found:
            return None
        model = self._models[found[int(rng.integers(len(found)))]]
        if self._reshape:
            model = reshaped(model, rng, most)
        if color is None and category in self._tints and rng.random() < _TINT_CHANCE:
            color = str(rng.choice(self._tints[category]))
        return (
            model if color is None or category not in self._tints else recolored(model, color, rng)
        )

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
        if style < 0.75 and category in self._tints:
            models = [first] * count
            other = str(rng.choice(self._tints[category]))
            for i in rng.permutation(count)[: int(rng.integers(1, max(2, count // 2)))]:
                models[i] = recolored(first, other, rng)
            return models
        rest = [self.pick(category, rng, most=most) for _ in range(count - 1)]
        return [first, *(model for model in rest if model is not None)]


def _fits(
    model: FurnitureModel | Card, most: tuple[float, float, float], mount: str | None
) -> bool:
    right = mount is None or model.mount == mount
    return right and all(size <= limit for size, limit in zip(model.size, most, strict=True))


def shipped_stock() -> Stock:
    """Stock of every installation."""
    return Stock(FurnitureBank.load().models)
