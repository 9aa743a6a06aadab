"""Questions about one thing of a room that is there, or not, or not like that or not in that place.

They are written down once (openings_exam.py), so that the test set stays what it is when
sentences of training change.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.colors import PALETTE
from detailbase_core.synthetic.stock import TINTS
from training.rooms.sample import seen_things
from training.sentences.commands import PORTABLE, SURFACES
from training.sentences.noun_phrase import NounPhrase
from training.sentences.nouns import NOUNS
from training.sentences.referring import Speaker
from training.sentences.relations import YES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from training.rooms.sample import Sample
    from training.sentences.nouns import Noun

THERE, ABSENT, OTHER_COLOR, OTHER_PLACE = "there", "absent", "other color", "other place"
KINDS = (THERE, ABSENT, OTHER_COLOR, OTHER_PLACE)
_EACH = {"plain": 2, "colored": 2, "related": 2, ABSENT: 4, OTHER_COLOR: 2, OTHER_PLACE: 2}
_LEAST_VOXELS = 100
_RELATIONS = ("on", "under", "next to")  # nobody disputes them, wherever they stand
_ANCHORS = {
    "on": SURFACES | {"rug", "wardrobe"},
    "under": frozenset({"table", "desk", "bed", "dining table", "coffee table"}),
}  # what they are said of; next to: whatever stands on the floor
_WRONG_COLORS = ("red", "orange", "yellow", "green", "blue", "purple", "pink")
_TRACE = 0.03  # of a thing's points; with more of a colour some would call it so
_HUE_DEG, _SATURATION = 25.0, 0.35


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split(", "))


# What furniture may hold or be part of, so that "there is none" or "there is one" is doubtful.
_PARTS = _names(
    "basin, blanket, book, books, bottle, bowl, bread, calendar, candle, clothes, computer, cup, "
    "door, firewood, flowers, fruit, fruit bowl, glass, keyboard, mirror, mouse, mug, newspaper, "
    "oven, paper towels, pen holder, picture, picture frame, pillow, plate, pot, shelf, shoes, "
    "shower, sink, speaker, toilet paper, towel, tray, vase, wall shelf, window, wine glass"
)
# Words that people use for many things.
_VAGUE = _names(
    "board, cabinet, camera, carpet, cooker, counter, countertop, cupboard, dish, fan, gift, "
    "heater, keyboard, light, mat, pc, present, screen, seat, throw, toy, wall cabinet"
)


@dataclass(frozen=True)
class RoomQuestions:
    """Questions about a room.

    Attributes:
        seed: of the room.
        things: kind of question -> marked things without an article, "[lamp](12) on the desk".
    """

    seed: int
    things: dict[str, tuple[str, ...]]

    def lines(self) -> Iterator[tuple[str, str]]:
        """Kind and marked thing of each question."""
        for kind, lines in self.things.items():
            yield from ((kind, line) for line in lines)


def ask_about(samples: Iterable[Sample], rooms: int) -> list[RoomQuestions]:
    """Questions about the first rooms, as many about each; rooms that give too few are left out.

    What is absent from one room is, as far as possible, what is there in others: no noun tells.
    """
    found = list(islice((r for r in map(_Questioner, samples) if r.is_enough), rooms))
    absent: Counter[Noun] = Counter()
    present = Counter(noun for room in found for noun in room.nouns)
    made = []
    for room in found:
        missing = room.missing(present, absent)
        if len(missing) == _EACH[ABSENT]:
            absent.update(missing)
            things = {**room.things, ABSENT: tuple(f"[{noun.singular}]()" for noun in missing)}
            made.append(RoomQuestions(room.seed, {kind: things[kind] for kind in KINDS}))
    return made


class _Questioner:
    """Finds the questions about one room.

    Attributes:
        seed: of the room.
        nouns: of the things that are there and asked for.
        things: as in RoomQuestions, without the absent ones.
    """

    def __init__(self, sample: Sample) -> None:
        self.seed = sample.seed
        self._sample = sample
        mentionable, visible = seen_things(sample.room, sample.instance)
        rng = np.random.default_rng([sample.seed, 23])
        self._speaker = Speaker(sample.room, rng, visible, mentionable)
        self._count = np.bincount(np.maximum(sample.instance, 0))
        self._used: set[int] = set()
        self.nouns: list[Noun] = []
        there = [
            *self._first(self._plain(), "plain"),
            *self._first(self._colored(), "colored"),
            *self._first(self._related(), "related"),
        ]
        self.things = {
            THERE: tuple(there),
            OTHER_COLOR: tuple(self._first(self._other_color(), OTHER_COLOR)),
            OTHER_PLACE: tuple(self._first(self._other_place(), OTHER_PLACE)),
        }

    @property
    def is_enough(self) -> bool:
        """Whether there is as much to ask as about other rooms, and colours to be seen."""
        colored = float(np.ptp(self._sample.rgb.astype(int), axis=1).mean()) > 4.0
        wanted = {THERE: sum(_EACH[k] for k in ("plain", "colored", "related"))}
        wanted |= {kind: _EACH[kind] for kind in (OTHER_COLOR, OTHER_PLACE)}
        return colored and all(len(self.things[kind]) == n for kind, n in wanted.items())

    def missing(self, present: Counter[Noun], absent: Counter[Noun]) -> list[Noun]:
        """Nouns of things that the room does not hold, those first that are rarely absent."""
        rng = self._speaker.rng
        nouns = [NOUNS[i] for i in rng.permutation(len(NOUNS))]
        nouns = [n for n in nouns if present[n] and self._is_plain(n)]
        nouns = [n for n in nouns if self._speaker.is_absent(self._speaker.truth(NounPhrase(n)))]
        nouns = sorted(nouns, key=lambda n: absent[n] - present[n])
        by_meaning: dict[frozenset[str], Noun] = {}
        for noun in nouns:
            by_meaning.setdefault(noun.means, noun)
        return list(by_meaning.values())[: _EACH[ABSENT]]

    def _first(self, made: Iterator[tuple[int, str]], kind: str) -> list[str]:
        """The first ones, each about a thing of another category."""
        found: dict[str, str] = {}
        for row, thing in made:
            found.setdefault(self._speaker.thing(row).category, thing)
            if len(found) == _EACH[kind]:
                break
        return list(found.values())

    def _rows(self) -> Iterator[tuple[int, NounPhrase]]:
        """Things worth asking for in random order, each with a noun."""
        rows = self._speaker.mentionable
        for row in (rows[i] for i in self._speaker.rng.permutation(len(rows))):
            thing = self._speaker.thing(row)
            noun = self._speaker.noun(thing.category)
            large = self._count[thing.id] >= _LEAST_VOXELS
            if large and thing.category not in _PARTS and self._is_plain(noun):
                yield row, NounPhrase(noun)

    def _is_plain(self, noun: Noun) -> bool:
        vague = noun.singular in _VAGUE or bool(noun.means & _PARTS)
        return not (vague or noun.is_mass or noun.is_plural_only)

    def _there(self, row: int, phrase: NounPhrase, tail: str = "") -> tuple[int, str]:
        self._used.add(row)
        self.nouns.append(phrase.noun)
        return row, f"[{phrase.words()}]({self._speaker.thing(row).id}){tail}"

    def _plain(self) -> Iterator[tuple[int, str]]:
        for row, phrase in self._rows():
            if self._speaker.is_unique(self._speaker.truth(phrase), row):
                yield self._there(row, phrase)

    def _colored(self) -> Iterator[tuple[int, str]]:
        for row, phrase in self._rows():
            color = self._speaker.thing(row).color
            if color and row not in self._used:
                colored = self._speaker.adjective(phrase.noun, color=color)
                if self._speaker.is_unique(self._speaker.truth(colored), row):
                    yield self._there(row, colored)

    def _related(self) -> Iterator[tuple[int, str]]:
        for row, phrase in self._rows():
            tail = None if row in self._used else self._place_of(row, phrase)
            if tail:
                yield self._there(row, phrase, tail)

    def _place_of(self, row: int, phrase: NounPhrase) -> str | None:
        """As in " on the desk", which with the phrase means this row alone."""
        speaker = self._speaker
        for relation in (_RELATIONS[i] for i in speaker.rng.permutation(len(_RELATIONS))):
            matrix = speaker.geometry.matrix(relation)
            for anchor in self._anchors(relation):
                truth = np.minimum(speaker.truth(phrase), matrix[:, anchor])
                if matrix[row, anchor] == YES and speaker.is_unique(truth, row):
                    name = self._name(anchor, phrase)
                    if name:
                        return f" {relation} {name}"
        return None

    def _anchors(self, relation: str) -> Iterator[int]:
        """Things that others may be so related to, in random order."""
        geometry = self._speaker.geometry
        for row in self._speaker.rng.permutation(self._speaker.mentionable).tolist():
            if relation in _ANCHORS:
                fits = geometry.category[row] in _ANCHORS[relation]
            else:
                fits = bool(geometry.standing[row])
            if fits:
                yield row

    def _name(self, row: int, phrase: NounPhrase) -> str | None:
        """As in "the desk", "the red desk"; None if not clear or of the phrase's own kind."""
        thing = self._speaker.thing(row)
        noun = self._speaker.noun(thing.category)
        if thing.category in _PARTS | phrase.noun.means or not self._is_plain(noun):
            return None
        names = [NounPhrase(noun)]
        if thing.color:
            names.append(self._speaker.adjective(noun, color=thing.color))
        unique = self._speaker.is_unique
        clear = (n.words() for n in names if unique(self._speaker.truth(n), row))
        name = next(clear, None)
        return None if name is None else f"the {name}"

    def _other_color(self) -> Iterator[tuple[int, str]]:
        for row, phrase in self._rows():
            if self._speaker.thing(row).category not in TINTS:
                continue  # others have no colour of their own, or show pictures
            colors: Sequence[str] = self._speaker.rng.permutation(_WRONG_COLORS).tolist()
            for color in colors:
                wrong = self._speaker.adjective(phrase.noun, color=color)
                absent = self._speaker.is_absent(self._speaker.truth(wrong))
                if absent and not self._shows(phrase, color):
                    yield row, f"[{wrong.words()}]()"
                    break

    def _shows(self, phrase: NounPhrase, color: str) -> bool:
        """Whether a part of what the phrase may mean has this colour to the eye."""
        rows = np.flatnonzero(self._speaker.truth(phrase) > 0)
        for row in rows.tolist():
            rgb = self._sample.rgb[self._sample.instance == self._speaker.thing(row).id]
            if len(rgb) and float(_has_hue(rgb, PALETTE[color][0]).mean()) > _TRACE:
                return True
        return False

    def _other_place(self) -> Iterator[tuple[int, str]]:
        speaker = self._speaker
        geometry = speaker.geometry
        for row, phrase in self._rows():
            portable = str(geometry.category[row]) in PORTABLE
            relations = [r for r in _RELATIONS if portable or r == "next to"]
            if not (portable or geometry.standing[row]):
                continue
            relation = relations[int(speaker.rng.integers(len(relations)))]
            matrix = geometry.matrix(relation)
            for anchor in self._anchors(relation):
                name = None if anchor == row else self._name(anchor, phrase)
                truth = np.minimum(speaker.truth(phrase), matrix[:, anchor])
                if name and speaker.is_absent(truth):
                    yield row, f"[{phrase.words()}]() {relation} {name}"
                    break


def _has_hue(rgb: NDArray[np.uint8], hue_deg: float) -> NDArray[np.bool_]:
    """(N,) whether each colour is a strong one of about this hue."""
    c = rgb.astype(np.float64) / 255
    high, low = c.max(axis=1), c.min(axis=1)
    chroma = high - low
    # the angle in the plane across the grey axis is the hue but for a degree or two
    x = c[:, 0] - (c[:, 1] + c[:, 2]) / 2
    y = (c[:, 1] - c[:, 2]) * np.sqrt(3) / 2
    hue = np.degrees(np.arctan2(y, x))
    away = np.abs((hue - hue_deg + 180) % 360 - 180)
    return np.asarray((away < _HUE_DEG) & (chroma > _SATURATION * np.maximum(high, 0.2)))
