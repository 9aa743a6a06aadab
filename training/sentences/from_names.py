"""Simple sentences about named objects: their names, colours, neighbours, and what is not there."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from detailbase_core.language.words import split_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

OPENINGS = ("where is", "find", "go to", "show me", "i need", "look for", "is there")
CLEARLY_NEARER_M = 0.5
ABSENT = 6  # names a scene


class Named(Protocol):
    """An object with a name and a place."""

    @property
    def name(self) -> str:
        """What it is called, singular."""
        ...

    @property
    def color(self) -> str:
        """Its colour; "" = not told."""
        ...

    @property
    def center(self) -> tuple[float, float, float]:
        """Metres."""
        ...


class Part(NamedTuple):
    """A piece of a sentence: a phrase with its objects, or words between phrases.

    Attributes:
        text: its words.
        ids: objects of a phrase; None where it is no phrase.
        describes: whether its words say something of a thing.
    """

    text: str
    ids: tuple[int, ...] | None = None
    describes: bool = True


def records_about(
    scene: str, objects: Sequence[Named], names: Iterable[str]
) -> list[dict[str, Any]]:
    """Descriptions as training.scenes.descriptions reads them.

    Args:
        scene: its name.
        objects: their index is their id.
        names: of all scenes; those that this one lacks are asked for in vain.
    """
    meanings = [*_by_name(objects), *_by_neighbour(objects)]
    here = {one.name for one in objects}
    absent = sorted(set(names) - here)[:ABSENT]
    meanings += [[Part(f"the {name}", ())] for name in absent]
    openings = cycle(OPENINGS)
    asked = [[Part(next(openings), None, False), *parts] for parts in meanings]
    made = [one for pair in zip(meanings, asked, strict=True) for one in pair]
    return [_record(scene, number, parts) for number, parts in enumerate(made)]


def _by_name(objects: Sequence[Named]) -> Iterator[list[Part]]:
    """ "the chair", "the red chair": once for each name and each name with a colour."""
    groups: dict[str, list[int]] = {}
    for index, one in enumerate(objects):
        for wording in {one.name, f"{one.color} {one.name}".strip()}:
            groups.setdefault(wording, []).append(index)
    for wording, ids in sorted(groups.items()):
        if len(ids) == 1:  # "the chair" would not say which of two
            yield [Part(f"the {wording}", tuple(ids))]


def _by_neighbour(objects: Sequence[Named]) -> Iterator[list[Part]]:
    """ "the chair next to the table", where one chair is clearly the nearest to the only table."""
    count = {one.name: sum(o.name == one.name for o in objects) for one in objects}
    for index, anchor in enumerate(objects):
        if count[anchor.name] > 1:
            continue
        for name in sorted(name for name, number in count.items() if number > 1):
            rivals = [k for k, one in enumerate(objects) if one.name == name]
            ways = [np.subtract(objects[k].center, anchor.center) for k in rivals]
            far = [float(np.linalg.norm(way)) for way in ways]
            nearest, second = sorted(far)[:2]
            if second - nearest >= CLEARLY_NEARER_M:
                target = (rivals[far.index(nearest)],)
                yield [
                    Part(f"the {name}", target),
                    Part("next to"),
                    Part(f"the {anchor.name}", (index,)),
                ]


def _record(scene: str, number: int, parts: Sequence[Part]) -> dict[str, Any]:
    text, words, describes = "", [], []
    phrases: list[dict[str, Any]] = []
    for part in parts:
        begin = len(text) + bool(text)
        text = f"{text} {part.text}".strip()
        own = [word.text for word in split_words(part.text)]
        words += own
        describes += [int(part.describes)] * len(own)
        if part.ids is not None:
            span = {"head": len(words) - 1, "begin": begin, "end": len(text)}
            flags = {"structure": False, "absent": not part.ids, "hard": False}
            phrases.append({**span, **flags, "ids": list(part.ids)})
    return {
        "scene_id": scene,
        "ann_id": str(number),
        "text": text,
        "token": words,
        "describes": describes,
        "t2o": {"-1": phrases[0]["ids"], **{str(p["head"]): p["ids"] for p in phrases}},
        "phrases": phrases,
    }
