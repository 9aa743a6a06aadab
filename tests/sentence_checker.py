"""Reads a generated sentence as a person would and finds by box geometry of its own what it means.

Shares no code with the generator's relations: footprints are sampled points, every relation has
one crisp bound between the generator's strict and lenient ones.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from detailbase_core.synthetic.room import Room, RoomObject

MEANS = {
    "chair": "chair", "seat": "chair", "armchair": "armchair", "easy chair": "armchair",
    "sofa": "sofa", "couch": "sofa", "couche": "sofa", "settee": "sofa", "stool": "stool",
    "bed": "bed", "pillow": "pillow", "cushion": "pillow", "table": "table",
    "dining table": "table", "coffee table": "coffee table", "low table": "coffee table",
    "desk": "desk", "writing desk": "desk", "nightstand": "nightstand",
    "bedside table": "nightstand", "night table": "nightstand", "tv stand": "tv stand",
    "television stand": "tv stand", "bookshelf": "bookshelf", "bookshelve": "bookshelf",
    "bookcase": "bookshelf", "shelf": "bookshelf", "shelve": "bookshelf", "cabinet": "cabinet",
    "cupboard": "cabinet", "sideboard": "cabinet", "wardrobe": "wardrobe", "closet": "wardrobe",
    "tv": "television", "television": "television", "tv screen": "television",
    "monitor": "monitor", "computer screen": "monitor", "screen": "monitor television",
    "lamp": "floor lamp+table lamp", "light": "floor lamp+table lamp", "floor lamp": "floor lamp",
    "standing lamp": "floor lamp", "table lamp": "table lamp", "desk lamp": "table lamp",
    "plant": "plant", "potted plant": "plant", "houseplant": "plant", "trash can": "trash can",
    "bin": "trash can", "trash bin": "trash can", "wastebasket": "trash can",
    "garbage can": "trash can", "box": "box", "boxe": "box", "carton": "box", "door": "door",
    "window": "window", "picture": "picture", "painting": "picture",
}  # fmt: skip
MEANS["screen"] = "monitor+television"
COLORS = {"red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "white", "grey",
          "black"}  # fmt: skip
SIZES = {"big": 1, "large": 1, "bigger": 1, "biggest": 1, "largest": 1, "small": -1, "little": -1,
         "smaller": -1, "smallest": -1, "tall": 2, "taller": 2, "tallest": 2, "short": -2,
         "shorter": -2, "shortest": -2}  # fmt: skip
COUNTS = {"two": 2, "both": 2, "three": 3, "four": 4, "five": 5, "six": 6}
RELATIONS = {
    "on": "on|on top of|standing on|that is on",
    "under": "under|underneath|below|that is under",
    "next": "next to|beside|by|close to|right next to|that is next to|which is beside",
    "front": "in front of|that is in front of|right in front of",
    "behind": "behind|that is behind",
    "facing": "facing|that faces|turned towards",
    "at": "at|that is at|pushed up to|around",
    "near": "closest to|nearest to|nearest|that is closest to",
    "far": "farthest from|furthest from|that is farthest from",
    "between": "between|in between|that is between",
    "against": "against",
    "in": "in",
}


def relation_of(text: str) -> str | None:
    """Name of the relation that the words between two phrases say; None = none."""
    for name, ways in RELATIONS.items():
        if text in ways.split("|"):
            return name
    return None


def footprint(thing: RoomObject) -> np.ndarray:
    """(441, 2) points all over a thing's footprint."""
    grid = np.linspace(-0.5, 0.5, 21)
    x, y = (a.ravel() for a in np.meshgrid(grid * thing.box.size[0], grid * thing.box.size[1]))
    c, s = np.cos(thing.box.yaw), np.sin(thing.box.yaw)
    return np.stack([c * x - s * y, s * x + c * y], axis=1) + np.array(thing.box.center[:2])


def local(thing: RoomObject, point: tuple[float, ...]) -> tuple[float, float]:
    """A point's place in a thing's own frame: to its right, to its front."""
    dx, dy = point[0] - thing.box.center[0], point[1] - thing.box.center[1]
    c, s = np.cos(thing.box.yaw), np.sin(thing.box.yaw)
    return c * dx + s * dy, c * dy - s * dx


class Checker:
    """What phrases mean in one room, among the visible things."""

    def __init__(self, room: Room, visible: set[int] | None = None) -> None:
        self.room = room
        self.things = [t for t in room.furniture if visible is None or t.id in visible]
        self.points = {t.id: footprint(t) for t in room.furniture}

    def gap(self, a: RoomObject, b: RoomObject) -> float:
        """Distance between two footprints, to about 5 cm."""
        away = self.points[a.id][:, None] - self.points[b.id][None]
        return float(np.linalg.norm(away, axis=-1).min())

    def named(self, phrase: str, among: list[RoomObject] | None = None) -> list[RoomObject]:
        """Things that fit a phrase's own words."""
        words = re.sub(r"^(the|a|an|all the|all|both|every) ", "", phrase.lower()).split()
        if words[0] in COUNTS:
            words = words[1:]
        size = SIZES[words.pop(0)] if words[0] in SIZES else 0
        color = words.pop(0) if words[0] in COLORS else None
        shape = words.pop(0) if words[0] in ("round", "rectangular") else None
        noun = " ".join(words)
        meaning = MEANS.get(noun) or MEANS[noun.removesuffix("s")]
        found = [
            t for t in (self.things if among is None else among)
            if t.category in meaning.split("+")
            and (color is None or t.color == color) and (shape is None or t.shape == shape)
        ]  # fmt: skip
        if size and found:
            by_height = abs(size) == 2
            value = [t.box.size[2] if by_height else np.prod(t.box.size) for t in found]
            best = int(np.argmax(value) if size > 0 else np.argmin(value))
            found = [found[best]]
        return found

    def related(
        self, base: list[RoomObject], relation: str, anchors: list[RoomObject]
    ) -> list[RoomObject]:
        """Those of `base` that stand in a relation to the anchors."""
        if relation in ("near", "far"):
            peers = [t for t in base if t not in anchors]
            gaps = [self.gap(t, anchors[0]) for t in peers]
            best = int(np.argmin(gaps) if relation == "near" else np.argmax(gaps))
            return [peers[best]]
        return [t for t in base if self.holds(t, relation, anchors)]

    def holds(self, thing: RoomObject, relation: str, anchors: list[RoomObject]) -> bool:
        """Whether one thing stands in a relation to the anchors."""
        if relation == "against":
            return thing.box.center[2] - thing.box.size[2] / 2 < 0.05 and self._wall(thing)[0] < 0.3
        if relation == "in":
            return thing.box.center[2] - thing.box.size[2] / 2 < 0.05 and self._wall(thing)[1] < 0.6
        if relation == "between":
            return self._between(thing, *anchors)
        anchor = anchors[0]
        if anchor.id == thing.id:
            return False
        if anchor.category == "floor":
            return thing.supported_by == anchor.id
        side, ahead = local(anchor, thing.box.center)
        over = abs(side) < anchor.box.size[0] / 2 and abs(ahead) < anchor.box.size[1] / 2
        low = thing.box.center[2] - thing.box.size[2] / 2
        if relation == "on":
            return over and low > 0.2 and thing.category not in ("window", "picture")
        if relation == "under":
            top = thing.box.center[2] + thing.box.size[2] / 2
            return over and low < 0.05 and top < anchor.box.center[2] + anchor.box.size[2] / 2
        gap = self.gap(thing, anchor)
        if relation in ("next", "at"):
            return gap < 0.5
        if relation in ("front", "behind"):
            ahead = ahead if relation == "front" else -ahead
            beside = abs(side) - anchor.box.size[0] / 2
            return ahead > 0 and beside < 0.4 and gap < 1.7
        dx, dy = (anchor.box.center[k] - thing.box.center[k] for k in (0, 1))
        cosine = (thing.front[0] * dx + thing.front[1] * dy) / np.hypot(dx, dy)
        return bool(cosine > np.cos(np.radians(37)))

    def _wall(self, thing: RoomObject) -> tuple[float, float]:
        """Distance to the nearest wall, and to the farther one of the nearest corner."""
        half = np.array(self.room.size[:2]) / 2
        gaps = (half - np.abs(self.points[thing.id])).min(axis=0)
        return float(gaps.min()), float(gaps.max())

    def _between(self, thing: RoomObject, a: RoomObject, b: RoomObject) -> bool:
        if thing.id in (a.id, b.id):
            return False
        start, end = np.array(a.box.center[:2]), np.array(b.box.center[:2])
        length = np.linalg.norm(end - start)
        along = (end - start) / length
        offset = np.array(thing.box.center[:2]) - start
        t = offset @ along / length
        off = np.linalg.norm(offset - (offset @ along) * along)
        return bool(0.1 < t < 0.9 and off < 0.6)
