"""Noun phrases that mean exactly the things they should, found by trying.

A NounPhrase says what is claimed; `Speaker.truth` evaluates the claim on every thing in the
room (NO, UNCLEAR, YES). A phrase is used only where the YES things are those meant and nothing
visible is UNCLEAR.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic import vocabulary as words
from detailbase_core.synthetic.relations import NO, UNCLEAR, YES, Geometry, graded
from detailbase_core.synthetic.room import FIRST_OBJECT_ID

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from detailbase_core.synthetic.room import Room, RoomObject
    from detailbase_core.synthetic.vocabulary import Noun


@dataclass(frozen=True)
class NounPhrase:
    """Noun and adjectives, without relations.

    Attributes:
        noun: from the vocabulary.
        color, shape: adjectives, None = not said.
        size: an adjective of size, None = not said.
    """

    noun: Noun
    color: str | None = None
    shape: str | None = None
    size: str | None = None

    def words(self, *, plural: bool = False) -> str:
        """Adjectives and noun as written, without a determiner."""
        noun = self.noun.plural if plural else self.noun.singular
        return " ".join(w for w in (self.size, self.color, self.shape, noun) if w)


class Speaker:
    """Knows a room and what of it can be talked about.

    Attributes:
        room, geometry: the room and its relations.
        rng: source of all choices.
        visible: (n,) bool, rows that were seen at all: distractors.
        mentionable: rows that were seen well enough to be talked about.
    """

    def __init__(
        self,
        room: Room,
        rng: np.random.Generator,
        visible: Collection[int],
        mentionable: Collection[int],
    ) -> None:
        self.room = room
        self.rng = rng
        self.geometry = Geometry(room)
        ids = [thing.id for thing in room.furniture]
        self.visible = np.array([i in visible for i in ids], bool)
        self.mentionable = [r for r, i in enumerate(ids) if i in mentionable and self.visible[r]]
        self._volume = np.array([np.prod(t.box.size) for t in room.furniture])
        self._height = np.array([t.box.size[2] for t in room.furniture])
        self._simple: dict[int, list[NounPhrase]] = {}

    def thing(self, row: int) -> RoomObject:
        """The object of a row."""
        return self.room.furniture[row]

    def ids(self, rows: Sequence[int] | NDArray[np.int64]) -> tuple[int, ...]:
        """Object ids of rows, ascending."""
        return tuple(sorted(int(r) + FIRST_OBJECT_ID for r in rows))

    def truth(self, phrase: NounPhrase) -> NDArray[np.int8]:
        """(n,) whether the phrase, without relations, holds for each thing."""
        things = self.room.furniture
        noun = phrase.noun
        truth = np.array([
            YES if t.category in noun.means else UNCLEAR if t.category in noun.may_mean else NO
            for t in things
        ], np.int8)  # fmt: skip
        if phrase.color is not None:
            same = np.array([t.color == phrase.color for t in things])
            unknown = np.array([t.color is None for t in things])
            truth = np.minimum(truth, graded(same, unknown))
        if phrase.shape is not None:
            same = np.array([t.shape == phrase.shape for t in things])
            truth = np.minimum(truth, graded(same, np.array([t.shape is None for t in things])))
        if phrase.size is not None:
            truth = np.minimum(truth, self._sized(truth, phrase.size))
        return truth

    def _sized(self, peers: NDArray[np.int8], size: str) -> NDArray[np.int8]:
        """The extreme one among the peers, where it is clearly so."""
        by_height = size in words.TALL or size in words.SHORT
        value = np.log(self._height if by_height else self._volume)
        if size in words.SMALL or size in words.SHORT:
            value = -value
        value = np.where((peers > NO) & self.visible, value, -np.inf)
        margin = np.log(1.2 if by_height else 1.5)
        best = value.max()
        clear = (value > best - margin).sum() == 1
        return graded((value == best) & clear, value > best - margin)

    def means(self, truth: NDArray[np.int8]) -> NDArray[np.int64] | None:
        """Rows that a claim holds for among what is visible; None where it is unclear."""
        seen = np.where(self.visible, truth, NO)
        return None if (seen == UNCLEAR).any() else np.flatnonzero(seen == YES)

    def is_unique(self, truth: NDArray[np.int8], row: int) -> bool:
        """Whether a claim holds for this row and clearly for no other."""
        rows = self.means(truth)
        return rows is not None and len(rows) == 1 and int(rows[0]) == row

    def peers(self, row: int) -> int:
        """How many other visible things share the row's category."""
        same = self.geometry.category == self.geometry.category[row]
        return int((same & self.visible).sum()) - 1

    def nouns(self, category: str) -> list[Noun]:
        """Nouns for a category, in random order, likelier ones earlier."""
        nouns = [n for n in words.NOUNS if category in n.means]
        weights = np.array([n.weight for n in nouns])
        order = self.rng.choice(
            len(nouns), size=len(nouns), replace=False, p=weights / weights.sum()
        )
        return [nouns[i] for i in order]

    def phrases(self, row: int) -> list[NounPhrase]:
        """True descriptions of a thing by noun and adjectives, in random order of use."""
        thing, rng = self.thing(row), self.rng
        noun = self.nouns(thing.category)[0]
        colors = [None, thing.color] if thing.color else [None]
        shapes = [None, thing.shape] if thing.shape else [None]
        options = [NounPhrase(noun, c, s) for c in colors for s in shapes]
        sizes = self._size_words(row)
        if sizes:
            options.append(NounPhrase(noun, size=sizes))
            if thing.color:
                options.append(NounPhrase(noun, thing.color, size=sizes))
        order = rng.permutation(len(options))
        if rng.random() < 0.5:  # people say no more than they need, half of the time
            order = np.array(sorted(order, key=lambda i: len(options[i].words())))
        return [options[i] for i in order]

    def _size_words(self, row: int) -> str | None:
        """An adjective of size that could hold; None for things without peers."""
        count = self.peers(row)
        if count == 0:
            return None
        same = (self.geometry.category == self.geometry.category[row]) & self.visible
        tall = self.thing(row).category in ("bookshelf", "plant", "floor lamp", "wardrobe")
        by_height = tall and self.rng.random() < 0.6
        value = self._height if by_height else self._volume
        largest = value[row] >= value[same].max()
        if not largest and value[row] > value[same].min():
            return None
        kinds = (words.TALL, words.SHORT) if by_height else (words.BIG, words.SMALL)
        choices = [w for w in kinds[0 if largest else 1] if count == 1 or w.endswith("est")]
        if count > 1 and self.rng.random() < 0.3:
            choices = [w for w in kinds[0 if largest else 1] if not w.endswith(("er", "est"))]
        return str(self.rng.choice(choices))

    def simple(self, row: int) -> NounPhrase | None:
        """A phrase without relations that means this thing alone; None where there is none."""
        if row not in self._simple:
            candidates = [p for _ in range(3) for p in self.phrases(row)]
            self._simple[row] = [p for p in candidates if self.is_unique(self.truth(p), row)]
        found = self._simple[row]
        return found[int(self.rng.integers(len(found)))] if found else None
