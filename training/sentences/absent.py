"""Absent objects, spoken of just as present ones would be.

Everything begins with a thing that is there and the words that set it apart. Then kind, looks or a
relation are changed until nothing in the room is so: the sentence around it, the number of
adjectives, the relations and their anchors stay as they are. Kinds and looks come from other rooms
(elsewhere.py), as often as they are said there of what is there; in rooms of all kinds of things
rather where something stands that a network takes for them (confusions.py).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.colors import COLOR_NAMES
from training.sentences import nouns, placing, relating
from training.sentences.clause import Mention, named
from training.sentences.confusions import confusions
from training.sentences.describing import interest
from training.sentences.elsewhere import Elsewhere, Said, elsewhere
from training.sentences.held_out import is_held_out
from training.sentences.noun_phrase import NounPhrase
from training.sentences.nouns import Noun
from training.sentences.relations import YES
from training.sentences.selection import Property

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from numpy.typing import NDArray

    from training.sentences.clause import Clause, Parts
    from training.sentences.describing import Described
    from training.sentences.referring import Speaker

_FOREIGN_SHARE = 0.02  # of what no room holds
_ANY_ROOM_SHARE = 0.5  # else nobody would ask for a bathtub in a living room
_MOST_TRIES = 6
FAR_SHARE = 0.5  # how much rarer what leads to a thing is absent, as the thing then is, too
NEAR_SHARE = 0.7  # how much rarer the thing itself is, then
_REMADE = (*relating.PAIRWISE, "carrying", "left of", "right of")


def _elsewhere(speaker: Speaker) -> Elsewhere:
    return elsewhere(speaker.room.everyday)


def _kinds(
    speaker: Speaker, suits: NDArray[np.float64] | None = None
) -> NDArray[np.float64] | None:
    """Weights of the kinds that may be asked for, those of what suits a relation included."""
    if not speaker.room.everyday:
        return suits
    there = frozenset(speaker.thing(row).category for row in speaker.mentionable)
    tempting = _tempting(there)
    return tempting if suits is None else tempting * suits


def _theme(speaker: Speaker) -> str:
    """Source of absent objects: rooms alike, or half of the time any room."""
    if speaker.room.everyday and speaker.rng.random() < _ANY_ROOM_SHARE:
        return ""
    return speaker.room.theme


@lru_cache(maxsize=64)
def _tempting(there: frozenset[str]) -> NDArray[np.float64]:
    return confusions().weights(elsewhere(everyday=True).categories, there)


def perhaps(
    speaker: Speaker,
    found: Described,
    *,
    slot: str = "one",
    among: Collection[str] | None = None,
    fixed: bool = False,
    share: float = 1.0,
) -> Described:
    """The same or, as often as the speaker wants, something like it that is not there.

    Args:
        speaker: the room.
        found: what is there.
        slot: of the tables of other rooms.
        among: categories that it may be of; None = any.
        fixed: whether its clauses have to stay as they are.
        share: of the usual share.
    """
    if speaker.rng.random() >= share * speaker.absent_share:
        return found
    return missing(speaker, found, slot=slot, among=among, fixed=fixed) or found


def missing(
    speaker: Speaker,
    found: Described,
    *,
    slot: str = "one",
    among: Collection[str] | None = None,
    fixed: bool = False,
) -> Described | None:
    """Something like what was found that is not there; see `perhaps`."""
    other_kind = partial(_other_kind, slot=slot, among=among)
    other_look = partial(_other_kind, slot=slot, among={speaker.thing(found.row).category})
    changes: list[tuple[float, Callable[[Speaker, Described], Described | None]]]
    if found.clauses:
        changes = [(0.2, other_kind), (0.2, partial(_other_thing, among=among))]
        if not fixed:
            changes += [(0.15, _other_anchor), (0.45, _missing_anchor)]
    elif found.phrase.size is None and (found.phrase.color or found.phrase.material):
        changes = [(0.5, other_look), (0.5, other_kind)]
    else:
        changes = [(1.0, other_kind)]
    while changes:
        i = speaker.draw([share for share, _ in changes])
        changed = changes.pop(i)[1](speaker, found)
        if changed is not None:
            return changed
    return None


def perhaps_same_noun(speaker: Speaker, found: Described) -> Described:
    """The same as `perhaps`, but its noun, which was said before, stays."""
    if speaker.rng.random() >= speaker.absent_share:
        return found
    if found.clauses:
        return _other_anchor(speaker, found) or _missing_anchor(speaker, found) or found
    pattern, category = _pattern(found.phrase), speaker.thing(found.row).category
    looks = _elsewhere(speaker).draw(
        speaker.rng, _theme(speaker), "one", pattern, among={category}, count=12
    )
    if pattern == (False, True, False):  # any other colour, where it is known in few
        colors = speaker.rng.permutation(COLOR_NAMES).tolist()
        looks += [Said(category, None, color, None) for color in colors]
    for said in looks:
        phrase = speaker.adjective(
            found.phrase.noun, shape=said.shape, color=said.color, material=said.material
        )
        changed = _changed(speaker, found, phrase, ())
        if changed:
            return changed
    return found


def perhaps_plural_only(speaker: Speaker, found: Described) -> Described:
    """The same as `perhaps` for "the shoes": another such noun."""
    if speaker.rng.random() >= speaker.absent_share:
        return found
    pool = [n for n in nouns.NOUNS if n.is_plural_only and not is_held_out(n.singular)]
    for i in speaker.rng.permutation(len(pool)).tolist():
        changed = _changed(speaker, found, NounPhrase(pool[i]), ())
        if changed:
            return changed
    return found


def missing_mention(
    speaker: Speaker,
    like: Mention,
    slot: str = "anchor",
    *,
    relation: str = "",
    target: str = "",
) -> Mention | None:
    """A mention of something that is not there, with adjectives like those of another mention.

    Args:
        speaker: the room.
        like: the other mention.
        slot: of the tables of other rooms.
        relation, target: which kind of thing stands in what relation to it; "" = not known.

    Returns:
        None where the other is not made of noun and adjectives, or nothing else was found.
    """
    if like.phrase is None:
        return None
    suits = _elsewhere(speaker).anchors_of(relation, target) if relation else None
    pattern = _pattern(like.phrase)
    several = "number" in like.modifiers
    for said in _elsewhere(speaker).draw(
        speaker.rng,
        _theme(speaker),
        "several" if several else slot,
        pattern,
        suits=_kinds(speaker, suits),
    ):
        phrase = _phrase(speaker, said, like.phrase)
        if phrase is None or not _holds_for_nothing(speaker, phrase, ()):
            continue
        hard = is_hard(speaker, phrase)
        if several and not phrase.noun.is_mass:
            text = f"the two {phrase.words(plural=True)}"
            return Mention(text, (), hard=hard, modifiers=like.modifiers, phrase=phrase)
        if not several:
            return named(phrase, (), speaker.determiner(phrase), hard=hard)
    return None


def perhaps_missing(
    speaker: Speaker, mention: Mention, slot: str = "anchor", *, share: float = 1.0
) -> Mention:
    """The same mention or, as often as the speaker wants, one of something that is not there."""
    if speaker.rng.random() >= share * speaker.absent_share:
        return mention
    return missing_mention(speaker, mention, slot) or mention


def is_hard(speaker: Speaker, phrase: NounPhrase) -> bool:
    """Whether the room holds something that a phrase's noun alone would fit."""
    return bool((speaker.truth(NounPhrase(phrase.noun)) == YES).any())


def _pattern(phrase: NounPhrase) -> tuple[bool, bool, bool]:
    return phrase.shape is not None, phrase.color is not None, phrase.material is not None


def _phrase(speaker: Speaker, said: Said, like: NounPhrase) -> NounPhrase | None:
    """Description of an object elsewhere, in words of this speaker, of the size of another's."""
    noun = like.noun if like.noun.is_generic else speaker.noun(said.category)
    if said.material and said.material in noun.singular:
        return None
    return speaker.adjective(
        noun, size=like.size, shape=said.shape, color=said.color, material=said.material
    )


def _holds_for_nothing(speaker: Speaker, phrase: NounPhrase, clauses: tuple[Clause, ...]) -> bool:
    """Whether no thing of the room, seen or not, is so, be it large or small."""
    truth = speaker.truth(replace(phrase, size=None))
    for clause in clauses:
        if not truth.any():
            break
        truth = clause.selection.holds(truth, speaker.visible)
    return speaker.is_absent(truth)


def _changed(
    speaker: Speaker, found: Described, phrase: NounPhrase, clauses: tuple[Clause, ...]
) -> Described | None:
    """Another phrase and other clauses, if nothing is so."""
    if phrase.noun.is_mass and any(clause.before for clause in clauses):
        return None
    if not _holds_for_nothing(speaker, phrase, clauses):
        return None
    return replace(
        found,
        phrase=phrase,
        clauses=tuple(map(_without_wall, clauses)),
        absent=True,
        hard=is_hard(speaker, phrase),
    )


def _without_wall(clause: Clause) -> Clause:
    """A clause about no thing in particular: "the wall" in it is none in particular either."""
    if clause.kind not in ("wall", "on wall"):
        return clause

    def plain(parts: Parts) -> Parts:
        return tuple(
            replace(p, ids=()) if isinstance(p, Mention) and p.structure else p for p in parts
        )

    return replace(clause, parts=plain(clause.parts), predicate=plain(clause.predicate))


def _other_kind(
    speaker: Speaker, found: Described, *, slot: str, among: Collection[str] | None
) -> Described | None:
    """Something of another kind or look, in the same place: "the red piano next to the sofa"."""
    generic = found.phrase.noun.is_generic
    if among is None and not generic and speaker.rng.random() < _FOREIGN_SHARE:
        word = str(speaker.rng.choice(nouns.FOREIGN_NOUNS))
        there = {thing.category for thing in speaker.things}
        if any(word == noun.singular for kind in there for noun in nouns.nouns_of(kind)):
            return None  # large banks have some of them
        foreign = Noun(word, word + "s", frozenset())
        return _changed(speaker, found, replace(found.phrase, noun=foreign), found.clauses)
    suits = None
    if found.clauses and found.clauses[0].rows:
        first = found.clauses[0]
        anchor = speaker.thing(first.rows[0]).category
        suits = _elsewhere(speaker).targets_of(first.kind, anchor)
    for said in _elsewhere(speaker).draw(
        speaker.rng,
        _theme(speaker),
        slot,
        _pattern(found.phrase),
        suits=_kinds(speaker, suits),
        among=among,
    ):
        phrase = _phrase(speaker, said, found.phrase)
        changed = phrase and _changed(speaker, found, phrase, found.clauses)
        if changed:
            return changed
    return None


def _other_thing(
    speaker: Speaker, found: Described, *, among: Collection[str] | None
) -> Described | None:
    """Something that is there, in a place where it is not: "the lamp on the bed"."""
    rows = [
        r
        for r in speaker.mentionable
        if r not in found.rows and (among is None or speaker.thing(r).category in among)
    ]
    if not rows:
        return None
    first = found.clauses[0]
    suits = None
    if first.rows:
        suits = _elsewhere(speaker).targets_of(first.kind, speaker.thing(first.rows[0]).category)
    weights = [
        interest(speaker, r) * _elsewhere(speaker).suits(suits, speaker.thing(r).category)
        for r in rows
    ]
    for _ in range(_MOST_TRIES):
        row = rows[speaker.draw(weights)]
        for phrase in speaker.phrases(row)[:4]:
            if phrase.modifiers == found.phrase.modifiers:
                changed = _changed(speaker, found, phrase, found.clauses)
                if changed:
                    return changed
    return None


def _other_anchor(speaker: Speaker, found: Described) -> Described | None:
    """The thing itself, where it is not: one of its relations is to something else."""
    i = int(speaker.rng.integers(len(found.clauses)))
    clause = found.clauses[i]
    for _ in range(_MOST_TRIES):
        other = _moved(speaker, found, clause)
        if other is None:
            return None
        clauses = (*found.clauses[:i], other, *found.clauses[i + 1 :])
        changed = _changed(speaker, found, found.phrase, clauses)
        if changed:
            return changed
    return None


def _moved(speaker: Speaker, found: Described, clause: Clause) -> Clause | None:
    """A clause of the same kind about another anchor or place."""
    if clause.kind in placing.PLACES:
        others = [kind for kind in placing.PLACES if kind != clause.kind]
        return placing.place(speaker, str(speaker.rng.choice(others)), found.row)
    if clause.kind not in _REMADE:
        return None
    rows = [r for r in speaker.mentionable if r not in found.rows]
    if not rows:
        return None
    suits = _elsewhere(speaker).anchors_of(clause.kind, speaker.thing(found.row).category)
    usual = [_elsewhere(speaker).suits(suits, speaker.thing(r).category) for r in rows]
    anchor = rows[speaker.draw(usual)]
    if clause.kind == "carrying":
        return relating.carrying(speaker, anchor)
    if clause.kind in ("left of", "right of"):
        return relating.beside(speaker, clause.kind.split()[0], anchor)
    return relating.pairwise(speaker, clause.kind, anchor)


def _missing_anchor(speaker: Speaker, found: Described) -> Described | None:
    """The thing in relation to something that is not there itself: "the lamp on the piano"."""
    i = int(speaker.rng.integers(len(found.clauses)))
    clause = found.clauses[i]
    anchors = [p for p in clause.parts if isinstance(p, Mention) and p.phrase is not None]
    if not anchors:
        return None
    anchor = anchors[int(speaker.rng.integers(len(anchors)))]
    category = speaker.thing(found.row).category
    mention = missing_mention(speaker, anchor, relation=clause.kind, target=category)
    if mention is None:
        return None

    def replaced(parts: Parts) -> Parts:
        return tuple(mention if part is anchor else part for part in parts)

    other = replace(
        clause,
        parts=replaced(clause.parts),
        predicate=replaced(clause.predicate),
        selection=Property(np.zeros(len(speaker.things), np.int8)),
        rows=(),
    )
    clauses = (*found.clauses[:i], other, *found.clauses[i + 1 :])
    return _changed(speaker, found, found.phrase, clauses)


def nowhere(speaker: Speaker) -> NounPhrase | None:
    """A noun for something that is not there, made of nothing that is."""
    theme = "" if speaker.room.everyday else speaker.room.theme
    for said in _elsewhere(speaker).draw(
        speaker.rng, theme, "one", (False, False, False), suits=_kinds(speaker)
    ):
        phrase = NounPhrase(speaker.noun(said.category))
        if speaker.is_absent(speaker.truth(phrase)):
            return phrase
    return None
