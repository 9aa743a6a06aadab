"""Clauses that name no other furniture: places in the room, colours and parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.room import CEILING_ID, FLOOR_ID
from training.sentences import wording
from training.sentences.clause import Clause, Mention, Related, joined
from training.sentences.commands import PORTABLE, SURFACES
from training.sentences.relations import NO, YES, graded
from training.sentences.selection import Property

if TYPE_CHECKING:
    from training.sentences.referring import Speaker
    from training.sentences.relations import Truth

PLACES = ("corner", "wall", "floor", "on wall", "ceiling", "middle")


def place(speaker: Speaker, kind: str, row: int) -> Clause:
    """A clause about where a thing is in the room, by its kind (one of PLACES)."""
    truth = _truth(speaker, kind)
    ceiling = tuple(t.id for t in speaker.room.objects if t.id == CEILING_ID)
    words, name, ids = {
        "corner": (("in", "standing in"), ("the corner",), ()),
        "wall": (
            ("against", "up against", "along"),
            ("the wall",),
            (speaker.places.nearest_wall(row),),
        ),
        "floor": (("on",), ("the floor", "the floor", "the ground"), (FLOOR_ID,)),
        "on wall": (("on", "hanging on"), ("the wall",), (speaker.places.nearest_wall(row),)),
        "ceiling": (("on", "hanging from"), ("the ceiling",), ceiling),
        "middle": (("in the middle of",), ("the room",), ()),
    }[kind]
    way = speaker.choose(words)
    mention = Mention(speaker.choose(name), ids, structure=True)
    parts = joined(Related(f"{way} ", kind), mention)
    return Clause(kind, Property(truth), parts, parts)


def _truth(speaker: Speaker, kind: str) -> Truth:
    places = speaker.places
    return {
        "corner": lambda: places.in_corner,
        "wall": lambda: places.against_wall,
        "floor": lambda: places.on_floor,
        "on wall": lambda: places.on_wall,
        "ceiling": lambda: places.from_ceiling,
        "middle": lambda: places.in_middle,
    }[kind]()


def places_of(speaker: Speaker, row: int) -> list[str]:
    """Those of PLACES that are true of a thing and worth saying."""
    portable = speaker.thing(row).category in PORTABLE
    worth = [kind for kind in PLACES if kind != "floor" or portable]
    return [kind for kind in worth if _truth(speaker, kind)[row] == YES]


def parts_of(speaker: Speaker, row: int) -> list[tuple[str, str]]:
    """("with part" or "without part", part) for what only some of the peers have."""
    thing = speaker.thing(row)
    peers = [
        t
        for r, t in enumerate(speaker.things)
        if r != row and t.category == thing.category and speaker.visible[r]
    ]
    found = [("with part", p) for p in sorted(thing.parts) if any(p in t.lacks for t in peers)]
    return found + [
        ("without part", p) for p in sorted(thing.lacks) if any(p in t.parts for t in peers)
    ]


def part(speaker: Speaker, kind: str, name: str) -> Clause:
    """As in: "with wheels", "without arms", "that has no drawers"."""
    have = np.array([name in t.parts for t in speaker.things], bool)
    lack = np.array([name in t.lacks for t in speaker.things], bool)
    truth = graded(have if kind == "with part" else lack, ~have & ~lack)
    way = speaker.choose(wording.RELATIONS[kind])
    singular = not name.endswith("s") or name == "glass"
    article = "a " if singular and not way.endswith("no") else ""
    return Clause(kind, Property(truth), (Related(f"{way} {article}{name}", kind),))


def empty_top(speaker: Speaker) -> Clause:
    """As in: "with nothing on it"."""
    surface = np.isin(speaker.geometry.category, list(SURFACES))
    laden = (speaker.geometry.carrying > NO).any(axis=1)
    truth = graded(surface & ~laden, ~surface & ~laden)
    way = speaker.choose(("with nothing on it", "with nothing on top", "that has nothing on it"))
    return Clause("empty", Property(truth), (Related(way, "empty"),), final=True)


def has_empty_top(speaker: Speaker, row: int) -> bool:
    """Whether nothing is on a thing that others of its kind have something on."""
    if speaker.thing(row).category not in SURFACES or not speaker.peers(row):
        return False
    laden = np.asarray((speaker.geometry.carrying > NO).any(axis=1))
    same = (speaker.geometry.category == speaker.thing(row).category) & speaker.visible
    return not laden[row] and bool(laden[same].any())


def not_colored(speaker: Speaker, row: int) -> Clause | None:
    """As in: "that is not red", where that is the colour of all look-alikes."""
    thing = speaker.thing(row)
    same = (speaker.geometry.category == thing.category) & speaker.visible
    colors = {speaker.thing(int(r)).color for r in np.flatnonzero(same)} - {thing.color}
    if thing.color is None or len(colors) != 1 or None in colors:
        return None
    color = str(colors.pop())
    truth = (YES - speaker.adjective_truth("color", color)).astype(np.int8)
    word = speaker.choose(wording.COLOR_WORDS.get(color, (color,)))
    way = speaker.choose(("that is not", "that isn't", "which is not"))
    kind = "not colored"
    return Clause(
        kind, Property(truth), (Related(f"{way} {word}", kind),), (Related(f"not {word}", kind),)
    )


def colored(speaker: Speaker, row: int) -> Clause | None:
    """As in: "that is red"."""
    color = speaker.thing(row).color
    if color is None:
        return None
    word = speaker.choose(wording.COLOR_WORDS.get(color, (color,)))
    truth = speaker.adjective_truth("color", color)
    return Clause(
        "colored",
        Property(truth),
        (Related(f"that is {word}", "colored"),),
        (Related(word, "colored"),),
    )
