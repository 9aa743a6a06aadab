"""What sets a thing apart by its surroundings: "next to the red sofa", "in the corner"."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic import vocabulary as words
from detailbase_core.synthetic.relations import NO, UNCLEAR, YES, graded
from detailbase_core.synthetic.room import FIRST_OBJECT_ID, FLOOR_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from detailbase_core.synthetic.referring import Speaker


@dataclass(frozen=True)
class Mention:
    """A noun phrase inside a sentence.

    Attributes:
        text: as written, determiner included.
        ids: what it means; empty = nothing in the room.
        structure: floor, wall, corner.
    """

    text: str
    ids: tuple[int, ...]
    structure: bool = False


Parts = tuple["str | Mention", ...]


@dataclass(frozen=True)
class Clause:
    """A relation to other things.

    Attributes:
        kind: name of the relation.
        truth: (n,) int8, or None for a superlative.
        distances: for "closest" (the less the better) and "farthest" (negated): (n, 2) gap and
            centre distance to the anchor; None otherwise.
        before, after: text around the anchor: "next to " the sofa "".
        predicate: the same after "it is ".
        anchors: the things it names.
        rows: rows of the anchors (structure has none).
    """

    kind: str
    before: str
    predicate: str
    anchors: Parts
    rows: tuple[int, ...]
    after: str = ""
    truth: NDArray[np.int8] | None = None
    distances: NDArray[np.float64] | None = field(default=None, repr=False)

    def holds(self, base: NDArray[np.int8], visible: NDArray[np.bool_]) -> NDArray[np.int8]:
        """(n,) truth of "<things of base> <this clause>"."""
        if self.distances is None:
            assert self.truth is not None
            return np.minimum(base, self.truth)
        peers = (base > NO) & visible
        peers[list(self.rows)] = False
        if peers.sum() < 2:
            return np.minimum(base, UNCLEAR).astype(np.int8)
        gap = np.where(peers, self.distances[:, 0], np.inf)
        center = np.where(peers, self.distances[:, 1], np.inf)
        margin = np.array([0.25, 0.1])
        best = np.array([gap.min(), center.min()])
        slack = margin + 0.2 * np.abs(best)
        rival = (gap < best[0] + slack[0]) | (center < best[1] + slack[1])
        return np.minimum(base, graded(rival & (rival.sum() == 1), rival))

    def attributive(self) -> Parts:
        """As it follows a noun: " next to ", the sofa."""
        return (f" {self.before} ", *self.anchors, *((f" {self.after}",) if self.after else ()))

    def predicative(self) -> Parts:
        """As it follows "it is"."""
        return (f" {self.predicate} ", *self.anchors, *((f" {self.after}",) if self.after else ()))


def the(speaker: Speaker, row: int) -> Mention | None:
    """As in "the red sofa"; None where no such words are clear."""
    phrase = speaker.simple(row)
    return Mention(f"the {phrase.words()}", speaker.ids([row])) if phrase else None


_ANCHORS: dict[str, frozenset[str] | None] = {
    "on": None,
    "under": None,
    "next to": None,
    "in front of": frozenset({"sofa", "armchair", "desk", "bookshelf", "cabinet", "wardrobe",
                              "tv stand", "door", "window"}),
    "behind": frozenset({"sofa", "armchair", "chair", "desk"}),
    "facing": frozenset({"tv stand", "table", "coffee table", "desk", "sofa", "armchair", "window",
                         "door", "bed", "bookshelf", "wardrobe"}),
    "above": None,
    "at": None,
}  # fmt: skip


def matrix(speaker: Speaker, kind: str) -> NDArray[np.int8]:
    """(n, n) truth of a two-place relation by its name."""
    return np.asarray(getattr(speaker.geometry, kind.replace(" ", "_")))


def clauses(speaker: Speaker, row: int) -> list[Callable[[], Clause | None]]:
    """Ways to make clauses that are true of a thing, in random order."""
    makers: list[Callable[[], Clause | None]] = []
    category = speaker.geometry.category
    for kind, allowed in _ANCHORS.items():
        for anchor in speaker.mentionable:
            good = anchor != row and (allowed is None or str(category[anchor]) in allowed)
            if good and matrix(speaker, kind)[row, anchor] == YES:
                makers.append(lambda k=kind, a=anchor: binary(speaker, k, a))  # type: ignore[misc]
    for anchor in speaker.mentionable:
        for side in ("left", "right"):
            if matrix(speaker, f"{side} of")[row, anchor] == YES:
                makers.append(lambda s=side, a=anchor: beside(speaker, s, a))  # type: ignore[misc]
    makers += _extremes(speaker, row) + _unary(speaker, row)
    others = [r for r in speaker.mentionable if r != row and speaker.geometry.on_floor[r]]
    for i, first in enumerate(others):
        for second in others[i + 1 :]:
            if speaker.geometry.between(first, second)[row] == YES:
                makers.append(lambda a=first, b=second: between(speaker, a, b))  # type: ignore[misc]
    return [makers[i] for i in speaker.rng.permutation(len(makers))]


def binary(speaker: Speaker, kind: str, anchor: int, name: Mention | None = None) -> Clause | None:
    """As in: "next to the sofa"; `name` replaces the anchor's own description."""
    mention = name or the(speaker, anchor)
    if mention is None:
        return None
    before = str(speaker.rng.choice(words.PREPOSITIONS[kind]))
    predicate = str(speaker.rng.choice(words.PREDICATES[kind]))
    truth = matrix(speaker, kind)[:, anchor]
    return Clause(kind, before, predicate, (mention,), (anchor,), truth=truth)


def beside(speaker: Speaker, side: str, anchor: int) -> Clause | None:
    """As in: "to the left of the sofa when you face it"."""
    mention = the(speaker, anchor)
    if mention is None:
        return None
    before, after = words.SIDES[int(speaker.rng.integers(len(words.SIDES)))]
    before = before.format(side=side)
    truth = matrix(speaker, f"{side} of")[:, anchor]
    return Clause(f"{side} of", before, before, (mention,), (anchor,), after, truth)


def between(speaker: Speaker, first: int, second: int) -> Clause | None:
    """As in: "between the sofa and the table", or "between the two chairs"."""
    truth = speaker.geometry.between(first, second)
    pair = _pair(speaker, first, second)
    a, b = the(speaker, first), the(speaker, second)
    anchors: Parts
    if pair is not None:
        anchors = (pair,)
    elif a is not None and b is not None and a.text != b.text:
        anchors = (a, " and ", b)
    else:
        return None
    before = str(speaker.rng.choice(words.PREPOSITIONS["between"]))
    predicate = str(speaker.rng.choice(words.PREDICATES["between"]))
    return Clause("between", before, predicate, anchors, (first, second), truth=truth)


def _pair(speaker: Speaker, first: int, second: int) -> Mention | None:
    """As in: "the two chairs", where there are just these two."""
    if speaker.geometry.category[first] != speaker.geometry.category[second]:
        return None
    for phrase in speaker.phrases(first):
        rows = speaker.means(speaker.truth(phrase))
        if rows is not None and set(rows.tolist()) == {first, second} and phrase.size is None:
            return Mention(f"the two {phrase.words(plural=True)}", speaker.ids(rows))
    return None


def _extremes(speaker: Speaker, row: int) -> list[Callable[[], Clause | None]]:
    """The clauses closest to and farthest from, for things that have peers."""
    if speaker.peers(row) == 0:
        return []
    category = speaker.geometry.category
    same = np.flatnonzero((category == category[row]) & speaker.visible)
    makers: list[Callable[[], Clause | None]] = []
    for anchor in speaker.mentionable:
        if category[anchor] in (category[row], "pillow", "picture"):
            continue
        order = speaker.geometry.distance[same, anchor].argsort()
        if same[order[0]] == row:
            makers.append(lambda a=anchor: extreme(speaker, "closest", a))  # type: ignore[misc]
        elif same[order[-1]] == row:
            makers.append(lambda a=anchor: extreme(speaker, "farthest", a))  # type: ignore[misc]
    keep = speaker.rng.permutation(len(makers))[:4]  # else they would crowd out the others
    return [makers[i] for i in keep]


def extreme(speaker: Speaker, kind: str, anchor: int, name: Mention | None = None) -> Clause | None:
    """As in: "closest to the door", "farthest from the door"."""
    mention = name or the(speaker, anchor)
    if mention is None:
        return None
    sign = 1.0 if kind == "closest" else -1.0
    geometry = speaker.geometry
    both = np.stack([geometry.gap[:, anchor], geometry.distance[:, anchor]], axis=1)
    before = str(speaker.rng.choice(words.PREPOSITIONS[kind]))
    predicate = str(speaker.rng.choice(words.PREDICATES[kind]))
    return Clause(kind, before, predicate, (mention,), (anchor,), distances=sign * both)


def _unary(speaker: Speaker, row: int) -> list[Callable[[], Clause | None]]:
    """Corner, wall and floor."""
    geometry, thing = speaker.geometry, speaker.thing(row)
    found: list[Callable[[], Clause | None]] = []
    if geometry.in_corner[row] == YES:
        mention = Mention("the corner", (), True)
        found.append(lambda: Clause("corner", "in", "in", (mention,), (),
                                    truth=geometry.in_corner))  # fmt: skip
    if geometry.against_wall[row] == YES:
        wall = Mention("the wall", (geometry.nearest_wall(row),), True)
        found.append(lambda: Clause("wall", "against", "against", (wall,), (),
                                    truth=geometry.against_wall))  # fmt: skip
    if geometry.on_floor[row] and thing.category in words.PORTABLE:
        found.append(lambda: on_the_floor(speaker))
    if thing.color and speaker.peers(row) and speaker.rng.random() < 0.5:
        found.append(lambda: not_colored(speaker, row))
    return found


def on_the_floor(speaker: Speaker) -> Clause:
    """As in: "on the floor"."""
    floor = speaker.geometry.on_floor
    mention = Mention(str(speaker.rng.choice(["the floor", "the floor", "the ground"])),
                      (FLOOR_ID,), True)  # fmt: skip
    return Clause("floor", "on", "on", (mention,), (), truth=graded(floor, floor))


def not_colored(speaker: Speaker, row: int) -> Clause | None:
    """As in: "that is not red", after a colour that the look-alikes have."""
    category = speaker.geometry.category
    same = np.flatnonzero((category == category[row]) & speaker.visible).tolist()
    colors = {speaker.thing(r).color for r in same} - {speaker.thing(row).color, None}
    if len(colors) != 1:
        return None
    color = colors.pop()
    other = np.array([t.color not in (color, None) for t in speaker.room.furniture])
    unknown = np.array([t.color is None for t in speaker.room.furniture])
    return Clause("not colored", "that is not", "not", (str(color),), (),
                  truth=graded(other, unknown))  # fmt: skip


def rows_named(parts: Sequence[str | Mention]) -> set[int]:
    """Rows of all furniture that some parts of a sentence mention."""
    ids = {i for p in parts if isinstance(p, Mention) for i in p.ids}
    return {i - FIRST_OBJECT_ID for i in ids if i >= FIRST_OBJECT_ID}
