"""Phrases for things that the room does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic import vocabulary as words
from detailbase_core.synthetic.clauses import Mention, binary
from detailbase_core.synthetic.colors import COLOR_NAMES
from detailbase_core.synthetic.referring import NounPhrase
from detailbase_core.synthetic.relations import NO

if TYPE_CHECKING:
    from collections.abc import Callable

    from detailbase_core.synthetic.clauses import Parts
    from detailbase_core.synthetic.referring import Speaker

_OPENINGS = (
    ("go to ", "."), ("find ", "."), ("is there ", "?"), ("do you see ", "?"), ("", "."),
    ("show me ", "."), ("look at ", "."), ("where is ", "?"), ("can you find me ", "?"),
    ("I'm looking for ", "."), ("take me to ", "."),
)  # fmt: skip


def missing(speaker: Speaker) -> tuple[Parts, tuple[int, ...]] | None:
    """A sentence about one thing that is not there."""
    rng = speaker.rng
    before, after = _OPENINGS[int(rng.integers(len(_OPENINGS)))]
    determiner = "a" if before == "is there " else "the"
    if rng.random() < 0.4:
        found = _wrong_place(speaker, determiner)
    else:
        text = _unknown(speaker)
        found = None if text is None else (_mention(text, determiner),)
    return None if found is None else ((before, *found, after), ())


def missing_beside(
    speaker: Speaker, the: Callable[[Speaker, int], Mention | None]
) -> tuple[Parts, tuple[int, ...]] | None:
    """A sentence about one thing that is there and one that is not."""
    rng = speaker.rng
    row = int(rng.choice(speaker.mentionable)) if speaker.mentionable else None
    text = _unknown(speaker)
    if row is None or text is None or (present := the(speaker, row)) is None:
        return None
    pair = [present, _mention(text, "the")]
    if rng.random() < 0.5:
        pair.reverse()
    opening = str(rng.choice(["", "find ", "show me ", "look at ", "go to "]))
    link = str(rng.choice([" and ", " and then ", " and also "]))
    return (opening, pair[0], link, pair[1], "."), speaker.ids([row])


def _mention(text: str, determiner: str) -> Mention:
    if determiner == "a" and text[0] in "aeiou":
        determiner = "an"
    return Mention(f"{determiner} {text}", ())


def _unknown(speaker: Speaker) -> str | None:
    """Noun and adjectives that nothing in the room fits: no such kind, or no such colour."""
    rng = speaker.rng
    if rng.random() < 0.12:
        return str(rng.choice(words.FOREIGN_NOUNS))
    if rng.random() < 0.6:
        category = str(rng.choice(speaker.geometry.category))
        noun = speaker.nouns(category)[0]
        colors = [c for c in COLOR_NAMES if not _exists(speaker, NounPhrase(noun, c))]
        return NounPhrase(noun, str(rng.choice(colors))).words() if colors else None
    nouns = [n for n in words.NOUNS if not _exists(speaker, NounPhrase(n))]
    if not nouns:
        return None
    weights = np.array([n.weight for n in nouns])
    noun = nouns[int(rng.choice(len(nouns), p=weights / weights.sum()))]
    color = str(rng.choice(COLOR_NAMES)) if rng.random() < 0.3 else None
    return NounPhrase(noun, color).words()


def _exists(speaker: Speaker, phrase: NounPhrase) -> bool:
    """Whether anything in the room, seen or not, could be called so."""
    return bool((speaker.truth(phrase) > NO).any())


def _wrong_place(speaker: Speaker, determiner: str) -> tuple[str | Mention, ...] | None:
    """Something that is there, in a place where there is none: "the lamp on the bed"."""
    rng = speaker.rng
    kind = str(rng.choice(["on", "under", "next to", "next to"]))
    bases = {"on": words.SURFACES, "under": frozenset({"table", "desk"}), "next to": None}[kind]
    category = speaker.geometry.category
    anchors = [a for a in speaker.mentionable if bases is None or str(category[a]) in bases]
    movable = [r for r in speaker.mentionable if str(category[r]) in words.PORTABLE]
    things = movable if kind != "next to" else speaker.mentionable
    things = [r for r in things if not speaker.geometry.hung[r]]
    if not anchors or not things:
        return None
    anchor, row = int(rng.choice(anchors)), int(rng.choice(things))
    clause = binary(speaker, kind, anchor)
    if clause is None or category[anchor] == category[row]:
        return None
    phrase = NounPhrase(speaker.nouns(str(category[row]))[0])
    if (clause.holds(speaker.truth(phrase), speaker.visible) > NO).any():
        return None
    return (_mention(phrase.words(), determiner), *clause.attributive())
