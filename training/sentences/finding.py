"""All clauses that are true of a thing, in random order, made only when asked for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from training.sentences import placing, relating
from training.sentences.relations import YES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training.sentences.clause import Clause
    from training.sentences.referring import Maker, Speaker

# How often each kind comes first; what is rarely true comes up rarely anyway.
_WEIGHTS = {
    "on": 4,
    "under": 4,
    "next to": 3,
    "in front of": 4,
    "behind": 5,
    "facing": 2.5,
    "across from": 2,
    "above": 4,
    "at": 3,
    "carrying": 4,
    "between": 5,
    "closest": 2,
    "farthest": 1.5,
    "beside": 2.5,
    "beside seen from": 1.5,
    "ordinal": 1.2,
    "place": 2.5,
    "part": 4,
    "empty": 1,
    "color": 1,
}
_POOR_ANCHORS = ("pillow", "picture", "book", "books", "rug", "cup", "glass")


def clauses(speaker: Speaker, row: int) -> Iterator[Clause]:
    """Clauses that are true of a thing, the kinds well mixed."""
    rng = speaker.rng
    if row not in speaker.makers:
        speaker.makers[row] = {
            kind: found for kind, found in _makers(speaker, row).items() if found
        }
    makers = {
        kind: [found[i] for i in rng.permutation(len(found))]
        for kind, found in speaker.makers[row].items()
    }
    while makers:
        kinds = list(makers)
        kind = kinds[speaker.draw([_WEIGHTS[kind] for kind in kinds])]
        make = makers[kind].pop()
        if not makers[kind]:
            del makers[kind]
        clause = make()
        if clause is not None:
            yield clause


def _makers(speaker: Speaker, row: int) -> dict[str, list[Maker]]:
    geometry = speaker.geometry
    anchors = [a for a in speaker.mentionable if a != row]
    found: dict[str, list[Maker]] = {}
    for kind in (*relating.PAIRWISE, "carrying"):
        related = geometry.matrix(kind)[row]
        make = relating.carrying if kind == "carrying" else partial(_pairwise, kind=kind)
        found[kind] = [partial(make, speaker, anchor=a) for a in anchors if related[a] == YES]
    found["beside"] = [
        partial(relating.beside, speaker, side, a)
        for side in ("left", "right")
        for a in anchors
        if geometry.matrix(f"{side} of")[row, a] == YES
    ]
    found["between"] = [partial(relating.between, speaker, a, b) for a, b in _pairs(speaker, row)]
    found["beside seen from"] = list(_seen_beside(speaker, row))
    found.update(_extremes(speaker, row))
    found["ordinal"] = list(ordinals(speaker, row))
    found["place"] = [
        partial(placing.place, speaker, k, row) for k in placing.places_of(speaker, row)
    ]
    found["part"] = [
        partial(placing.part, speaker, k, p) for k, p in placing.parts_of(speaker, row)
    ]
    if placing.has_empty_top(speaker, row):
        found["empty"] = [partial(placing.empty_top, speaker)]
    if speaker.peers(row):
        found["color"] = [
            partial(placing.not_colored, speaker, row),
            partial(placing.colored, speaker, row),
        ]
    return found


def _pairwise(speaker: Speaker, anchor: int, kind: str) -> Clause | None:
    return relating.pairwise(speaker, kind, anchor)


def _pairs(speaker: Speaker, row: int) -> Iterator[tuple[int, int]]:
    """Pairs of rows that the row may stand between: on either side of it and near."""
    geometry = speaker.geometry
    near = [
        r
        for r in speaker.mentionable
        if r != row and geometry.standing[r] and geometry.distance[row, r] < 3.0
    ]
    away = geometry.center[near, :2] - geometry.center[row, :2]
    opposite = away @ away.T < 0
    for i, j in np.argwhere(np.triu(opposite, 1)).tolist():
        if geometry.between(near[i], near[j])[row] == YES:
            yield near[i], near[j]


def _seen_beside(speaker: Speaker, row: int) -> Iterator[Maker]:
    near = [a for a in speaker.mentionable if a != row and speaker.geometry.gap[row, a] < 1.5]
    for viewer in speaker.viewers():
        if viewer == row:
            continue
        view = speaker.view(viewer)
        for side, truth in (("left", view.left_of), ("right", view.right_of)):
            for anchor in near:
                if truth[row, anchor] == YES:
                    yield partial(relating.beside_seen_from, speaker, side, anchor, viewer)


def ordinals(speaker: Speaker, row: int) -> Iterator[Maker]:
    """Its place from the left or right among its peers, as seen from things at the walls."""
    count = speaker.peers(row) + 1
    if not 2 <= count <= 7:
        return
    same = np.flatnonzero(
        (speaker.geometry.category == speaker.thing(row).category) & speaker.visible
    )
    for viewer in speaker.viewers():
        view = speaker.view(viewer)
        if viewer in same or not view.clear[same].all():
            continue
        place = int((view.bearing[same] > view.bearing[row]).sum())
        side = "left" if place < count - 1 - place else "right"
        if place == count - 1 - place:
            side = "left" if speaker.rng.random() < 0.5 else "right"
        place = place if side == "left" else count - 1 - place
        yield partial(relating.ordinal, speaker, viewer, side, place, count)


def _extremes(speaker: Speaker, row: int) -> dict[str, list[Maker]]:
    """The clauses closest to and farthest from, for things that have peers."""
    found: dict[str, list[Maker]] = {"closest": [], "farthest": []}
    if speaker.peers(row) == 0:
        return found
    category = speaker.geometry.category
    same = np.flatnonzero((category == category[row]) & speaker.visible)
    for anchor in speaker.mentionable:
        if category[anchor] == category[row] or category[anchor] in _POOR_ANCHORS:
            continue
        place = int(
            (speaker.geometry.distance[same, anchor] < speaker.geometry.distance[row, anchor]).sum()
        )
        second = place == 1 and len(same) > 2 and speaker.rng.random() < 0.2
        if place == 0 or second:
            found["closest"].append(partial(relating.extreme, speaker, "closest", anchor, place))
        elif place == len(same) - 1:
            found["farthest"].append(partial(relating.extreme, speaker, "farthest", anchor))
    return found
