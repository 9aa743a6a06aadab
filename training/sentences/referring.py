"""Noun phrases that mean exactly the things they should, found by trying.

A NounPhrase says what is claimed; `Speaker.truth` evaluates the claim on every thing in the
room (NO, UNCLEAR, YES). A phrase is used only where the YES things are those meant and nothing
visible is UNCLEAR.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from detailbase_core.synthetic.room import FIRST_OBJECT_ID
from training.sentences import held_out, nouns, sizes, wording
from training.sentences.noun_phrase import NounPhrase
from training.sentences.openings import Opening, any_opening
from training.sentences.places import Places
from training.sentences.relations import NO, UNCLEAR, YES, Geometry, graded
from training.sentences.viewpoints import View, viewers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from numpy.typing import NDArray

    from detailbase_core.synthetic.room import Room, RoomObject
    from training.sentences.clause import Clause
    from training.sentences.nouns import Noun
    from training.sentences.relations import Truth

    Option = TypeVar("Option")
    Maker = Callable[[], Clause | None]

ABSENT_SHARE = 0.4  # of what sentences are about; some do not come to be
_OPENING_TRIES = 60
_INDEFINITE_SHARE = 0.08
_ANY_SHARE = 0.15  # of what is not named before: "is there any chair?"
_DETERMINERS = ("the", "", "this", "that", "my", "your", "our")
_DETERMINER_WEIGHTS = (70, 13, 5, 5, 4, 2, 1)


class Speaker:
    """Knows a room, what of it can be talked about, and which words it may use.

    Attributes:
        things: the furniture; a row is an index into it.
        geometry, places: relations between the things, and to the room.
        rng: source of all choices.
        visible: (n,) bool, rows that were seen at all: distractors.
        mentionable: rows that were seen well enough to be talked about.
        absent_share: how often something is spoken of that is not there.
        generic_share: how often a thing is called "thing" or the like.
        exam: whether it prefers the words that are kept from training; else it never uses them.
        makers: by row, ways to make the clauses that are true of it; finding.py fills it.
        failures: by row, how often no words were found that set it apart.
    """

    def __init__(
        self,
        room: Room,
        rng: np.random.Generator,
        visible: Collection[int],
        mentionable: Collection[int],
        *,
        exam: bool = False,
        absent_share: float = ABSENT_SHARE,
        generic_share: float = 0.0,
    ) -> None:
        self.room = room
        self.rng = rng
        self.exam = exam
        self.absent_share = absent_share
        self.generic_share = generic_share
        self.things: tuple[RoomObject, ...] = room.furniture
        self.geometry = Geometry(room)
        self.places = Places(self.geometry)
        self.visible = np.array([t.id in visible for t in self.things], bool)
        self.mentionable = [
            r for r, t in enumerate(self.things) if t.id in mentionable and self.visible[r]
        ]
        self.makers: dict[int, dict[str, list[Maker]]] = {}
        self.failures = [0] * len(self.things)
        self._simple: dict[int, list[NounPhrase]] = {}
        self._of_noun: dict[Noun, Truth] = {}
        self._of_word: dict[tuple[str, str], Truth] = {}
        self._views: dict[int, View] = {}
        category = self.geometry.category
        same = category[:, None] == category[None]
        self._peers = (same & self.visible[None]).sum(axis=1) - self.visible

    # --- choices of words

    def choose(self, options: Sequence[Option], words: Callable[[Option], str] = str) -> Option:
        """One of several ways to say something; those kept from training only in the test set."""
        kept = [held_out.is_held_out(words(option)) for option in options]
        if self.exam and any(kept) and self.rng.random() < 0.5:
            pool = [o for o, k in zip(options, kept, strict=True) if k]
        else:
            pool = [o for o, k in zip(options, kept, strict=True) if not k]
        pool = pool or list(options)
        return pool[int(self.rng.integers(len(pool)))]

    def opening(self, *, plural: bool = False, short: bool = False) -> Opening:
        """Words around what a sentence is about, whatever it is and whether it is there or not.

        Args:
            plural: whether it is spoken of as several.
            short: only such as end with it.
        """
        wanted = self.exam and self.rng.random() < 0.5
        for _ in range(_OPENING_TRIES):
            found = any_opening(self.rng, plural=plural)
            if short and not found.ends_with_thing:
                continue
            if held_out.is_held_out_opening(found.text) == wanted:
                return found
        return Opening("")

    def determiner(self, phrase: NounPhrase, before: str = "", *, indefinite: bool = False) -> str:
        """An article or the like for one thing; "" = none.

        Args:
            phrase: noun and adjectives.
            before: an ordinal before them.
            indefinite: whether it has to be "a".
        """
        one_of_its_kind = bool(before) or (phrase.size or "").endswith(("er", "est"))
        if not one_of_its_kind and (indefinite or self.rng.random() < _INDEFINITE_SHARE):
            if self.rng.random() < _ANY_SHARE:
                return "any"
            return "" if phrase.noun.is_mass else "a"
        if phrase.noun.is_mass:
            return ("the", "the", "the", "my", "")[int(self.rng.integers(5))]
        return _DETERMINERS[self.draw(_DETERMINER_WEIGHTS)]

    def draw(self, weights: Sequence[float]) -> int:
        """An index, with chances in proportion to the weights."""
        sums = list(accumulate(weights))
        return min(bisect_right(sums, self.rng.random() * sums[-1]), len(sums) - 1)

    def noun(self, category: str) -> Noun:
        """A noun for a category, likelier ones more often."""
        known = nouns.singular_nouns_of(category)
        kept = [held_out.is_held_out(noun.singular) for noun in known]
        wanted = self.exam and any(kept) and self.rng.random() < 0.5
        pool = [n for n, k in zip(known, kept, strict=True) if k == wanted] or list(known)
        return pool[self.draw([noun.weight_of(category) for noun in pool])]

    def adjective(
        self,
        noun: Noun,
        *,
        size: str | None = None,
        shape: str | None = None,
        color: str | None = None,
        material: str | None = None,
    ) -> NounPhrase:
        """A noun phrase with ways chosen to say its colour and material."""
        color_word = self.choose(wording.COLOR_WORDS[color]) if color in wording.COLOR_WORDS else ""
        known = material in wording.MATERIAL_WORDS
        material_word = self.choose(wording.MATERIAL_WORDS[str(material)]) if known else ""
        return NounPhrase(noun, size, shape, color, material, color_word, material_word)

    # --- things

    def thing(self, row: int) -> RoomObject:
        """The object of a row."""
        return self.things[row]

    def ids(self, rows: Sequence[int] | NDArray[np.int64]) -> tuple[int, ...]:
        """Object ids of rows, ascending."""
        return tuple(sorted(int(r) + FIRST_OBJECT_ID for r in rows))

    def peers(self, row: int) -> int:
        """Number of other visible objects that share the row's category."""
        return int(self._peers[row])

    def view(self, row: int) -> View:
        """The room as seen from a row's thing."""
        if row not in self._views:
            self._views[row] = View(self.geometry, row)
        return self._views[row]

    def viewers(self) -> list[int]:
        """Mentionable rows of what one can look from."""
        known = set(viewers(self.geometry, self.places.wall_gap))
        return [row for row in self.mentionable if row in known]

    # --- truth of noun phrases

    def truth(self, phrase: NounPhrase) -> Truth:
        """(n,) whether the phrase, without relations, holds for each thing."""
        truth = self._noun_truth(phrase.noun)
        for kind in ("shape", "color", "material"):
            word = getattr(phrase, kind)
            if word is not None:
                truth = np.minimum(truth, self.adjective_truth(kind, word))
        if phrase.size is not None:
            truth = np.minimum(truth, sizes.extreme(self.things, truth, self.visible, phrase.size))
        return truth

    def _noun_truth(self, noun: Noun) -> Truth:
        if noun not in self._of_noun:
            self._of_noun[noun] = np.array(
                [
                    YES
                    if noun.is_generic or t.category in noun.means
                    else UNCLEAR
                    if nouns.may_be_called(t.category, noun)
                    else NO
                    for t in self.things
                ],
                np.int8,
            )
        return self._of_noun[noun]

    def adjective_truth(self, kind: str, word: str) -> Truth:
        """(n,) whether each thing is of a "color", "material" or "shape"; unclear if unknown."""
        if (kind, word) not in self._of_word:
            similar = {"color": wording.SIMILAR_COLORS, "material": wording.SIMILAR_MATERIALS}
            table = similar.get(kind, {})
            own = [getattr(t, kind) for t in self.things]
            near = table.get(word, frozenset())
            maybe = [o is None or o in near or word in table.get(o, ()) for o in own]
            self._of_word[kind, word] = graded(
                np.array([o == word for o in own], bool), np.array(maybe, bool)
            )
        return self._of_word[kind, word]

    def means(self, truth: Truth) -> NDArray[np.int64] | None:
        """Rows that a claim holds for among what is visible; None where it is unclear."""
        seen = np.where(self.visible, truth, NO)
        return None if (seen == UNCLEAR).any() else np.flatnonzero(seen == YES)

    def is_unique(self, truth: Truth, row: int) -> bool:
        """Whether a claim holds for this row and clearly for no other."""
        if truth[row] != YES or not self.visible[row]:
            return False
        return int(((truth > NO) & self.visible).sum()) == 1

    def is_absent(self, truth: Truth) -> bool:
        """Whether a claim holds for nothing in the room, seen or not."""
        return not bool((truth > NO).any())

    # --- finding noun phrases

    def phrases(self, row: int) -> list[NounPhrase]:
        """True descriptions of a thing by noun and adjectives, in random order of use."""
        thing, rng = self.thing(row), self.rng
        noun = self.noun(thing.category)
        if self.generic_share and rng.random() < self.generic_share:
            noun = nouns.GENERIC_NOUNS[int(rng.integers(len(nouns.GENERIC_NOUNS)))]
        color, material, shape = thing.color, thing.material, thing.shape
        if material and material in noun.singular:
            material = None  # nobody says "the glass glass"
        options = [self.adjective(noun)]
        if color:
            options.append(self.adjective(noun, color=color))
        if material:
            options.append(self.adjective(noun, material=material))
        if shape:
            options.append(self.adjective(noun, shape=shape))
        if color and material:
            options.append(self.adjective(noun, color=color, material=material))
        if color and shape:
            options.append(self.adjective(noun, shape=shape, color=color))
        size = sizes.word_for(self, row)
        if size:
            options.append(self.adjective(noun, size=size))
            if color and rng.random() < 0.5:
                options.append(self.adjective(noun, size=size, color=color))
            elif material:
                options.append(self.adjective(noun, size=size, material=material))
        order = rng.permutation(len(options)).tolist()
        if rng.random() < 0.5:  # people say no more than they need, half of the time
            order = sorted(order, key=lambda i: len(options[i].adjectives))
        return [options[i] for i in order]

    def simple(self, row: int) -> NounPhrase | None:
        """A phrase without relations that means this thing alone; None where there is none."""
        if row not in self._simple:
            candidates = [p for _ in range(2) for p in self.phrases(row)]
            self._simple[row] = [p for p in candidates if self.is_unique(self.truth(p), row)]
        found = self._simple[row]
        return found[int(self.rng.integers(len(found)))] if found else None
