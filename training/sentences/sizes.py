"""Adjectives of size, which compare a thing to its peers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from training.sentences import wording
from training.sentences.relations import NO, graded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.synthetic.room import RoomObject
    from training.sentences.relations import Geometry, Truth

_TALL_KINDS = (
    "bookshelf",
    "plant",
    "floor lamp",
    "wardrobe",
    "cabinet",
    "fridge",
    "statue",
    "vase",
    "candle",
    "bottle",
    "shelf",
    "dresser",
)
_WIDE_KINDS = (
    "sofa",
    "desk",
    "table",
    "window",
    "sideboard",
    "bed",
    "bookshelf",
    "television",
    "rug",
    "counter",
    "bench",
    "picture",
    "curtain",
    "wardrobe",
)

# Adjectives, what they measure, how much larger the measure of the next may be.
_KINDS = (
    ((wording.BIG, wording.SMALL), "volume", 1.5),
    ((wording.TALL, wording.SHORT), "height", 1.2),
    ((wording.WIDE, wording.NARROW), "width", 1.25),
)


def _measure(things: Sequence[RoomObject], what: str) -> NDArray[np.float64]:
    """(n,) logarithm of a measure, so that margins are ratios."""
    size = np.log(np.array([t.box.size for t in things]).reshape(-1, 3))
    if what == "volume":
        return np.asarray(size.sum(axis=1))
    return np.asarray(size[:, 2] if what == "height" else size[:, :2].max(axis=1))


def extreme(
    things: Sequence[RoomObject], peers: Truth, visible: NDArray[np.bool_], word: str
) -> Truth:
    """(n,) truth of an adjective: the extreme one among the peers, where it is clearly so."""
    for (more, less), what, ratio in _KINDS:
        if word in more or word in less:
            sign = 1.0 if word in more else -1.0
            compared = (peers > NO) & visible
            value = np.where(compared, sign * _measure(things, what), -np.inf)
            best = value.max(initial=-np.inf)
            rivals = compared & (value > best - np.log(ratio))
            alone = compared.sum() == 1  # nobody says "the biggest" of a single thing
            return graded((value == best) & (rivals.sum() == 1) & (not alone), rivals)
    raise ValueError(f"{word!r} is no adjective of size; see wording.BIG and its kind")


class Comparison(Protocol):
    """The objects among which a speaker compares sizes."""

    rng: np.random.Generator
    things: tuple[RoomObject, ...]
    geometry: Geometry
    visible: NDArray[np.bool_]

    def peers(self, row: int) -> int:
        """Number of other visible objects of the category of `row`."""

    def thing(self, row: int) -> RoomObject:
        """The object of `row`."""


def word_for(speaker: Comparison, row: int) -> str | None:
    """An adjective of size that could hold; None for things without peers or of middling size."""
    count, category = speaker.peers(row), speaker.thing(row).category
    if count == 0:
        return None
    rng = speaker.rng
    options = [0]
    options += [1, 1] if category in _TALL_KINDS else []
    options += [2] if category in _WIDE_KINDS else []
    kinds, what, _ = _KINDS[int(rng.choice(options))]
    same = (speaker.geometry.category == category) & speaker.visible
    value = _measure(speaker.things, what)
    largest = value[row] >= value[same].max()
    if not largest and value[row] > value[same].min():
        return None
    words = kinds[0 if largest else 1]
    if count == 1:
        return str(rng.choice(words[:-1]))
    superlatives = [w for w in words if w.endswith("est")]
    plain = [w for w in words if not w.endswith(("er", "est"))]
    return str(rng.choice(plain if rng.random() < 0.3 else superlatives))
