"""An independent check of generated sentences: does each phrase mean what it is marked with?

Reads each sentence as a person would (sentence_reader.py) and finds by geometry of its own what
it means: footprints are sampled points, and every relation has one crisp bound between the
generator's strict and lenient ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.room import CEILING_ID, FLOOR_ID, WALL_IDS
from training.sentences.check import sentence_words as words
from training.sentences.check.plan_geometry import (
    away,
    faces,
    footprint,
    is_between,
    local,
    span,
    to_line,
    turn,
)
from training.sentences.check.sentence_reader import (
    FROM_DOOR,
    SPEAKERS_FRONT,
    Reader,
    UnreadableError,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from detailbase_core.synthetic.room import Room, RoomObject
    from training.sentences.check.sentence_reader import Claim, ReadPhrase
    from training.sentences.generator import Description

    Things = list[RoomObject]


class SentenceChecker:
    """Checks sentences about one room.

    Args:
        room: the room.
        visible: ids of the furniture that was seen; None = all. Only that can be meant, but
            what is said to be absent must be nowhere.
    """

    def __init__(self, room: Room, visible: Collection[int] | None = None) -> None:
        self._room = room
        self._all = list(room.furniture)
        self._seen = [t for t in self._all if visible is None or t.id in visible]
        self._by_id = {t.id: t for t in room.objects}
        self._points = {t.id: footprint(t) for t in self._all}
        self._gaps: dict[tuple[int, int], float] = {}

    def complaints(self, description: Description) -> list[str]:
        """Faults of a sentence; empty where every phrase was read and found right."""
        written = description.written or description
        spans = [(p.begin, p.end) for p in written.phrases]
        try:
            read = Reader(written.text, spans).phrases
        except UnreadableError as error:
            return [f"cannot read {written.text!r}: {error}"]
        found = []
        for i, (phrase, marked) in enumerate(zip(read, written.phrases, strict=True)):
            said = written.text[marked.begin : marked.end]
            if marked.structure:
                problem = self._structure_problem(phrase, i, read, marked.ids)
            else:
                problem = self._problem(read, i, marked.ids, absent=marked.absent, hard=marked.hard)
            if problem:
                found.append(f"{written.text!r}: {said!r} {problem}")
        return found

    def _problem(
        self, read: list[ReadPhrase], i: int, ids: tuple[int, ...], *, absent: bool, hard: bool
    ) -> str:
        """Why a phrase about furniture does not mean what it is marked with; "" where it does."""
        if absent == bool(ids):
            return f"is marked absent: {absent}, with objects {ids}"
        among = self._all if absent else self._seen
        means = {t.id for t in self._meant(read, i, among)}
        if means != set(ids):
            return f"means {sorted(means)}, is marked {list(ids)}"
        phrase = read[i]
        if not absent and phrase.count not in (None, len(ids)):
            return f"says {phrase.count}, is marked {list(ids)}"
        if phrase.determiner not in words.SEVERAL and len(ids) > 1 and self._is_singular(phrase):
            return f"is about one thing, is marked {list(ids)}"
        noun = phrase.noun if phrase.like is None else self._noun_of(read, phrase.like)
        if absent and hard != bool(self._named(noun, self._all)):
            return f"is marked hard: {hard}"
        return ""

    @staticmethod
    def _is_singular(phrase: ReadPhrase) -> bool:
        return not words.may_be_plural(phrase.noun)

    def _structure_problem(
        self, phrase: ReadPhrase, i: int, read: list[ReadPhrase], ids: tuple[int, ...]
    ) -> str:
        """The same for floor, wall, ceiling, corner and room."""
        ceiling = (CEILING_ID,) if CEILING_ID in self._by_id else ()
        expected: dict[str, tuple[int, ...]] = {
            "floor": (FLOOR_ID,),
            "ground": (FLOOR_ID,),
            "ceiling": ceiling,
            "corner": (),
            "room": (),
        }
        if phrase.noun != "wall":
            right = expected.get(phrase.noun)
            return "" if right == ids else f"is marked {list(ids)}, not {right}"
        owners = [k for k, p in enumerate(read) if any(i in c.anchors for c in p.claims)]
        if owners and not self._meant(read, owners[0], self._all):
            return f"is marked {list(ids)}, of nothing" if ids else ""
        if len(ids) != 1 or ids[0] not in self._room.wall_ids or not owners:
            return f"is marked {list(ids)}"
        line = self._room.wall_lines[self._room.wall_ids.index(ids[0])]
        meant = self._meant(read, owners[0], self._seen)
        near = [to_line(self._points[t.id], line).min() for t in meant]
        return "" if near and min(near) < 0.4 else f"is marked {list(ids)}, which is far away"

    def _meant(self, read: list[ReadPhrase], i: int, among: Things) -> Things:
        """Objects that a phrase means, by its words and by all that is claimed of it."""
        phrase = read[i]
        noun = phrase.noun if phrase.like is None else self._noun_of(read, phrase.like)
        found = [t for t in self._named(noun, among) if _looks(t, phrase)]
        if phrase.other and phrase.like is not None:
            others = {t.id for t in self._meant(read, phrase.like, among)}
            found = [t for t in found if t.id not in others]
        if phrase.size:
            found = _extreme(found, phrase.size)
        last = ("near", "far", "order")  # an order is made of what all else has left
        for claim in sorted(phrase.claims, key=lambda c: c.relation in last):
            found = self._narrowed(found, claim, read, phrase)
        return found

    def _noun_of(self, read: list[ReadPhrase], i: int) -> str:
        like = read[i].like
        return read[i].noun if like is None else self._noun_of(read, like)

    def _named(self, noun: str, among: Things) -> Things:
        meaning = words.meaning(noun)
        if noun in words.ANYTHING:
            return list(among)
        return [t for t in among if t.category in meaning]

    def _narrowed(
        self, found: Things, claim: Claim, read: list[ReadPhrase], phrase: ReadPhrase
    ) -> Things:
        """Those of some things that a claim holds for."""
        anchors = [t for k in claim.anchors for t in self._anchors(read, k)]
        if claim.relation in ("near", "far"):
            if not anchors:
                return []
            peers = [t for t in found if t not in anchors]
            order = sorted(peers, key=lambda t: self._gap(t, anchors[0]))
            order = order if claim.relation == "near" else order[::-1]
            place = words.PLACES.get(phrase.order.split(" ")[0], 0) if phrase.order else 0
            return order[place : place + 1]
        if claim.relation == "order":
            return self._in_order(found, claim, read, phrase)
        return [t for t in found if self._holds(t, claim, anchors, read)]

    def _anchors(self, read: list[ReadPhrase], i: int) -> Things:
        return [] if read[i].noun in words.STRUCTURE else self._meant(read, i, self._seen)

    def _eye(self, claim: Claim, read: list[ReadPhrase]) -> RoomObject | None:
        """Object that one looks from."""
        if isinstance(claim.viewer, int):
            return next(iter(self._meant(read, claim.viewer, self._seen)), None)
        doors = [t for t in self._all if t.category == "door"]
        return doors[0] if claim.viewer == FROM_DOOR and len(doors) == 1 else None

    def _in_order(
        self, found: Things, claim: Claim, read: list[ReadPhrase], phrase: ReadPhrase
    ) -> Things:
        eye = self._eye(claim, read)
        if eye is None:
            return []
        ahead = -np.array(eye.box.center[:2])  # the middle of the room is the origin
        order = sorted(
            (t for t in found if t.id != eye.id), key=lambda t: turn(ahead, away(eye, t))
        )  # right to left
        side = claim.detail or phrase.order.removesuffix("most")
        if phrase.order == "middle":
            return order[1:2] if len(order) == 3 else []
        if phrase.order in ("left", "right") and len(order) != 2:
            return []
        order = order[::-1] if side == "left" else order
        place = words.PLACES.get(phrase.order, 0)
        return order[place : place + 1]

    def _holds(
        self, thing: RoomObject, claim: Claim, anchors: Things, read: list[ReadPhrase]
    ) -> bool:
        relation = claim.relation
        if relation == "color":
            same = thing.color == words.COLORS[claim.detail]
            return thing.color is not None and same != claim.negative
        if relation == "part":
            return claim.detail in (thing.lacks if claim.negative else thing.parts)
        if relation == "empty":
            return not any(t.supported_by == thing.id for t in self._all)
        nouns = [read[k].noun for k in claim.anchors]
        if nouns and nouns[0] in words.STRUCTURE:
            return self._is_placed(thing, relation, nouns[0])
        if not anchors or thing in anchors:
            return False
        if relation == "between":
            return len(anchors) == 2 and is_between(thing, *anchors)
        if relation in ("left", "right"):
            return self._is_beside(thing, claim, anchors[0], read)
        return all(self._is_related(thing, relation, anchor) for anchor in anchors)

    def _is_placed(self, thing: RoomObject, relation: str, structure: str) -> bool:
        """Whether a thing is at a place of the room itself."""
        low = thing.box.center[2] - thing.box.size[2] / 2
        if structure in ("floor", "ground"):
            return thing.supported_by == FLOOR_ID
        if structure == "ceiling":
            return thing.supported_by == CEILING_ID
        if relation == "middle":
            return bool(np.hypot(*thing.box.center[:2]) < 1.1)
        if relation in ("on", "hung"):
            return thing.supported_by in WALL_IDS
        if relation == "in":
            return low < 0.1 and self._corner_gap(thing) < 0.6
        walls = [to_line(self._points[thing.id], line).min() for line in self._room.wall_lines]
        return low < 0.1 and bool(min(walls) < 0.35)

    def _corner_gap(self, thing: RoomObject) -> float:
        """Distance of an object from the nearest corner, along the wall that it is farther from."""
        lines = self._room.wall_lines
        best = np.inf
        for before, after in zip(np.roll(lines, 1, axis=0), lines, strict=True):
            back, on = before[0] - before[1], after[1] - after[0]
            if back[0] * on[1] - back[1] * on[0] > 0:  # it stands into the room
                continue
            gaps = [to_line(self._points[thing.id], line).min() for line in (before, after)]
            best = min(best, max(gaps))
        return best

    def _is_related(self, thing: RoomObject, relation: str, anchor: RoomObject) -> bool:
        """Whether a thing stands in one of the two-place relations to another."""
        side, ahead = local(anchor, thing)
        low, high = span(thing)
        anchor_low, anchor_high = span(anchor)
        gap = self._gap(thing, anchor)
        half = anchor.box.size[0] / 2
        over = abs(side) < half and abs(ahead) < anchor.box.size[1] / 2
        hung = thing.supported_by in (*WALL_IDS, CEILING_ID)
        if relation == "on":
            rug = anchor.category == "rug" and over and low < 0.1
            return rug or self._rests_on(thing, anchor)
        if relation == "with":
            return self._is_related(anchor, "on", thing)
        if relation == "under" and anchor.supported_by in (*WALL_IDS, CEILING_ID):
            return gap < 0.45 and (anchor_low + anchor_high) / 2 > high
        if relation == "under":
            return over and low < 0.1 and high < anchor_high
        if relation == "above":
            middle = (anchor_low + anchor_high) / 2 - 0.05
            return hung and low > middle and gap < 0.45
        if relation in ("next to", "at"):
            return gap < 0.5
        if relation in ("front", "behind"):
            ahead = ahead if relation == "front" else -ahead
            return anchor.has_front and ahead > 0 and abs(side) - half < 0.4 and gap < 1.7
        if relation == "facing":
            return faces(thing, anchor, 37)
        if relation == "across":
            return faces(thing, anchor, 32) and faces(anchor, thing, 32) and gap > 0.35
        raise ValueError(f"no geometry for {relation!r}")

    def _rests_on(self, thing: RoomObject, anchor: RoomObject) -> bool:
        """Whether a thing is carried by another, directly or on top of something."""
        below: RoomObject | None = thing
        while below is not None and below.supported_by is not None:
            below = self._by_id.get(below.supported_by)
            if below is not None and below.id == anchor.id:
                return self._gap(thing, anchor) < 0.1
        return False

    def _is_beside(
        self, thing: RoomObject, claim: Claim, anchor: RoomObject, read: list[ReadPhrase]
    ) -> bool:
        """Left or right, for someone before the anchor or at another thing."""
        if claim.viewer == SPEAKERS_FRONT:
            side, _ = local(anchor, thing)  # its right is the left of who looks at it
            left, far = side > 0, self._gap(thing, anchor) > 1.8
            return anchor.has_front and not far and left == (claim.relation == "left")
        eye = self._eye(claim, read)
        if eye is None or thing.id == eye.id:
            return False
        left = turn(away(eye, anchor), away(eye, thing)) > 0
        return self._gap(thing, anchor) < 3.0 and left == (claim.relation == "left")

    def _gap(self, a: RoomObject, b: RoomObject) -> float:
        """Distance between two footprints, metres, to a few centimetres."""
        key = (min(a.id, b.id), max(a.id, b.id))
        if key not in self._gaps:
            away = self._points[a.id][:, None] - self._points[b.id][None]
            self._gaps[key] = float(np.sqrt((away**2).sum(-1).min()))
        return self._gaps[key]


def _looks(thing: RoomObject, phrase: ReadPhrase) -> bool:
    """Whether a thing's colour, material and shape are as a phrase says."""
    color = not phrase.color or thing.color == words.COLORS[phrase.color]
    material = not phrase.material or thing.material in words.MATERIALS[phrase.material]
    return color and material and (not phrase.shape or thing.shape == phrase.shape)


def _extreme(things: Things, size: str) -> Things:
    """The one that is most of what an adjective of size says."""
    what, sign = words.SIZES[size]

    def measure(thing: RoomObject) -> float:
        x, y, z = thing.box.size
        return sign * {"volume": x * y * z, "height": z, "width": max(x, y)}[what]

    return [max(things, key=measure)] if things else []
