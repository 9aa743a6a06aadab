"""Furniture models to furnish rooms with: the shipped ones, or a larger bank made from Debian's."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

from detailbase_core.synthetic.furniture_file import fingerprint, read_packed
from detailbase_core.synthetic.furniture_packing import unpack

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detailbase_core.synthetic.furniture_card import Card
    from detailbase_core.synthetic.furniture_model import FurnitureModel
    from detailbase_core.synthetic.furniture_packing import PackedModel

SHIPPED = Path(__file__).parent.parent / "assets" / "furniture_cc0.npz"
# Never trained on; the last two are sources of GLB files, see docs/furniture.md.
UNSEEN_LIBRARIES = frozenset({"KatorLegaz", "bp3d", "kenney"})
_THINNED_LIBRARIES = frozenset({"BlendSwap-CC-0", "BlendSwap-CC-BY", "Scopia", "Reallusion"})
_ONE_IN = 10  # of these libraries' models are unseen too
_SALT = 278  # with this one every common category (chair, nightstand ...) keeps models to train on


class FurnitureBank:
    """Furniture models by category.

    Attributes:
        cards: what is known of each model besides its samples, in the order of `models`.
        models: the models, each decoded when it is first asked for.
        manifest_hash: SHA-256 of all models; equal banks make equal rooms.
    """

    def __init__(self, packed: Iterable[PackedModel]) -> None:
        self._packed = tuple(packed)
        self.cards: tuple[Card, ...] = tuple(model.card for model in self._packed)
        self.models: Sequence[FurnitureModel] = _Decoded(self._packed)

    @classmethod
    def load(cls, path: str | Path | None = None) -> FurnitureBank:
        """Read a bank.

        Args:
            path: a file of training.prepare_furniture; None = the models that are shipped.

        Raises:
            BadFileError: no such file, or it is damaged.
        """
        return cls(read_packed(SHIPPED if path is None else Path(path))[0])

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories that have models, sorted."""
        return tuple(sorted(self._rows))

    @cached_property
    def manifest_hash(self) -> str:
        """SHA-256 of all models, hexadecimal."""
        return fingerprint(self._packed)

    def of(self, category: str) -> tuple[FurnitureModel, ...]:
        """All models of a category; empty where there is none."""
        return tuple(self.models[row] for row in self._rows.get(category, ()))

    def only(self, keys: Iterable[str]) -> FurnitureBank:
        """The models with these keys, in this bank's order."""
        wanted = frozenset(keys)
        return FurnitureBank(model for model in self._packed if model.card.key in wanted)

    def __len__(self) -> int:
        return len(self._packed)

    @cached_property
    def _rows(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for row, card in enumerate(self.cards):
            rows.setdefault(card.category, []).append(row)
        return rows


def split(bank: FurnitureBank, part: Literal["train", "unseen"]) -> FurnitureBank:
    """The models that are trained on, or those that never are.

    Unseen are UNSEEN_LIBRARIES and, by a hash of its key, every tenth other model of Sweet Home 3D.
    """
    wanted = part == "unseen"
    return bank.only(card.key for card in bank.cards if is_unseen(card) == wanted)


def is_unseen(card: Card) -> bool:
    """Whether a model is kept for the exam."""
    if card.library not in _THINNED_LIBRARIES:
        return card.library in UNSEEN_LIBRARIES
    digest = hashlib.sha256(f"{_SALT} {card.key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % _ONE_IN == 0


class _Decoded(Sequence["FurnitureModel"]):
    """Models that are decoded when first asked for, and then kept."""

    def __init__(self, packed: tuple[PackedModel, ...]) -> None:
        self._packed = packed
        self._done: dict[int, FurnitureModel] = {}

    def __len__(self) -> int:
        return len(self._packed)

    @overload
    def __getitem__(self, row: int) -> FurnitureModel: ...
    @overload
    def __getitem__(self, row: slice) -> tuple[FurnitureModel, ...]: ...
    def __getitem__(self, row: int | slice) -> FurnitureModel | tuple[FurnitureModel, ...]:
        if isinstance(row, slice):
            return tuple(self[i] for i in range(*row.indices(len(self))))
        row = range(len(self))[row]
        if row not in self._done:
            self._done[row] = unpack(self._packed[row])
        return self._done[row]
