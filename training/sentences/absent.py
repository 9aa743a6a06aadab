"""Phrases for things that the room does not hold: unknown ones, and ones that are almost there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.colors import COLOR_NAMES
from training.sentences import nouns, relating
from training.sentences.clause import joined, named
from training.sentences.commands import PORTABLE, SURFACES
from training.sentences.describing import Draft, described, pick
from training.sentences.held_out import is_held_out
from training.sentences.noun_phrase import NounPhrase
from training.sentences.nouns import Noun

if TYPE_CHECKING:
    from training.sentences.clause import Mention, Parts
    from training.sentences.referring import Speaker

_OPENINGS = (
    ("go to ", "."), ("find ", "."), ("is there ", "?"), ("do you see ", "?"), ("", "."),
    ("show me ", "."), ("look at ", "."), ("where is ", "?"), ("can you find me ", "?"),
    ("I'm looking for ", "."), ("take me to ", "."), ("I want ", "."), ("drive over to ", "."),
    ("search for ", "."), ("could you locate ", "?"), ("make your way to ", "."),
    ("does anyone see ", "?"),
)  # fmt: skip
_WITH_A = ("is there ", "do you see ", "can you find me ", "I'm looking for ", "I want ")
_MATERIALS = ("wooden", "metal", "leather", "glass", "plastic")
_WRONG_PLACES = {
    "on": SURFACES, "under": frozenset({"table", "desk", "bed"}), "next to": None,
    "in front of": None, "behind": None,
}  # fmt: skip


def easy(speaker: Speaker) -> Draft | None:
    """A sentence about one thing that is not there at all."""
    return _alone(speaker, hard=False)


def hard(speaker: Speaker) -> Draft | None:
    """A sentence about one thing that is not there, though others of its kind are."""
    return _alone(speaker, hard=True)


def easy_beside(speaker: Speaker) -> Draft | None:
    """A sentence about one thing that is there and one that is not at all."""
    return _beside(speaker, hard=False)


def hard_beside(speaker: Speaker) -> Draft | None:
    """A sentence about one thing that is there and one that is almost there."""
    return _beside(speaker, hard=True)


def _alone(speaker: Speaker, *, hard: bool) -> Draft | None:
    opening, after = speaker.choose(_OPENINGS, lambda o: o[0])
    indefinite = opening == "is there " or (opening in _WITH_A and speaker.rng.random() < 0.5)
    found = _missing(speaker, "a" if indefinite else "the", hard=hard, relations=True)
    return None if found is None else Draft(joined(opening, found, after), ())


def _beside(speaker: Speaker, *, hard: bool) -> Draft | None:
    rng = speaker.rng
    row = pick(speaker)
    missing = _missing(speaker, "the", hard=hard, relations=False)
    present = None if row is None else described(speaker, row, int(rng.random() < 0.4))
    if present is None or missing is None:
        return None
    clear = not present.clauses
    pair = [present.attributive(speaker), missing]
    if rng.random() < 0.5 and clear:
        pair.reverse()
    opening = speaker.choose(("", "find ", "show me ", "look at ", "go to ", "search for "))
    links = (" and ", " and then ", " and also ") if clear else (", and ", ", then ", ", and also ")
    return Draft(joined(opening, pair[0], speaker.choose(links), pair[1], "."),
                 speaker.ids([present.row]))  # fmt: skip


def _missing(speaker: Speaker, determiner: str, *, hard: bool, relations: bool) -> Parts | None:
    """What is not there, in words."""
    if not hard:
        unknown = _unknown(speaker, determiner)
        return None if unknown is None else (unknown,)
    if relations and speaker.rng.random() < 0.5:
        return _wrong_place(speaker, determiner)
    phrase = _wrong_look(speaker)
    if phrase is None or (phrase.noun.is_mass and determiner == "a"):
        return None
    return (named(phrase, (), determiner, hard=True),)


def _unknown(speaker: Speaker, determiner: str) -> Mention | None:
    """Noun and perhaps a colour of a kind of thing that the room has nothing of."""
    rng = speaker.rng
    if rng.random() < 0.1:
        foreign = str(rng.choice(nouns.FOREIGN_NOUNS))
        return named(NounPhrase(Noun(foreign, foreign + "s", frozenset())), (), determiner)
    fitting = [
        n for n in nouns.NOUNS
        if not n.is_plural_only and not (n.is_mass and determiner == "a")
    ]  # fmt: skip
    pool = [n for n in fitting if speaker.is_absent(speaker.truth(NounPhrase(n)))]
    kept = [n for n in pool if is_held_out(n.singular)]
    pool = kept if speaker.exam and rng.random() < 0.5 else [n for n in pool if n not in kept]
    if not pool:
        return None
    noun = pool[speaker.draw([n.weight for n in pool])]
    color = str(rng.choice(COLOR_NAMES)) if rng.random() < 0.3 else None
    return named(speaker.adjective(noun, color=color), (), determiner)


def _wrong_look(speaker: Speaker) -> NounPhrase | None:
    """The right noun with a colour or material that no such thing has."""
    rng = speaker.rng
    row = pick(speaker)
    if row is None:
        return None
    noun = speaker.noun(speaker.thing(row).category)
    if rng.random() < 0.25:
        known = [m for m in _MATERIALS if m not in noun.singular]
        options = [speaker.adjective(noun, material=m) for m in known]
    else:
        options = [speaker.adjective(noun, color=c) for c in COLOR_NAMES]
    options = [phrase for phrase in options if speaker.is_absent(speaker.truth(phrase))]
    return options[int(rng.integers(len(options)))] if options else None


def _wrong_place(speaker: Speaker, determiner: str) -> Parts | None:
    """Something that is there, in a place where there is none: "the lamp on the bed"."""
    rng = speaker.rng
    kind = list(_WRONG_PLACES)[int(rng.integers(len(_WRONG_PLACES)))]
    bases = _WRONG_PLACES[kind]
    category = speaker.geometry.category
    anchors = [a for a in speaker.mentionable if bases is None or str(category[a]) in bases]
    if kind in ("in front of", "behind"):
        anchors = [a for a in anchors if speaker.geometry.matrix(kind)[:, a].any()]
    movable = [r for r in speaker.mentionable if str(category[r]) in PORTABLE]
    things = movable if kind in ("on", "under") else speaker.mentionable
    things = [r for r in things if not (speaker.geometry.hung[r] or speaker.geometry.flat[r])]
    if not anchors or not things:
        return None
    anchor, row = int(rng.choice(anchors)), int(rng.choice(things))
    if category[anchor] == category[row]:
        return None
    clause = relating.pairwise(speaker, kind, anchor)
    phrase = speaker.adjective(speaker.noun(str(category[row])))
    if clause is None or (phrase.noun.is_mass and determiner == "a"):
        return None
    truth = clause.selection.holds(speaker.truth(phrase), np.ones(len(speaker.things), bool))
    if not speaker.is_absent(truth):
        return None
    mention = named(phrase, (), determiner, hard=True)
    return joined(mention, " ", clause.parts)
