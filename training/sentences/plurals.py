"""Phrases that mean several things: "both lamps", "the three chairs around the table"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.sentences import absent, placing, relating, wording
from training.sentences.clause import Clause, Mention, Related, joined, named
from training.sentences.describing import Described, Draft, pick
from training.sentences.noun_phrase import NounPhrase
from training.sentences.nouns import nouns_of
from training.sentences.relations import NO, YES

if TYPE_CHECKING:
    from training.sentences.clause import Parts
    from training.sentences.referring import Speaker
    from training.sentences.relations import Truth

_SHARED = ("at", "on", "under", "next to")


def plural(speaker: Speaker) -> Draft | None:
    """A sentence about two or more things of a kind, or one that is spoken of as several."""
    found = group(speaker, clause=bool(speaker.rng.random() < 0.5))
    if found is None:
        found = _plural_only(speaker)
    if found is None:
        return None
    mention, tail = found
    said = speaker.opening(plural=True)
    if mention.text.startswith("every "):
        said = speaker.opening(short=True)
    if said.indefinite:
        return None
    return Draft(joined(said.before, mention, tail, said.after), mention.ids)


def group(speaker: Speaker, *, clause: bool) -> tuple[Mention, Parts] | None:
    """A mention of several things of a kind, or of such as are not there, and what follows it."""
    rng = speaker.rng
    row = pick(speaker)
    if row is None or speaker.peers(row) == 0:
        return None
    thing = speaker.thing(row)
    noun = speaker.noun(thing.category)
    color = thing.color if rng.random() < 0.4 else None
    material = thing.material if color is None and rng.random() < 0.2 else None
    material = None if material and material in noun.singular else material
    phrase = speaker.adjective(noun, color=color, material=material)
    if noun.is_mass:
        return None
    base = speaker.truth(phrase)
    shared = _shared_clause(speaker, row) if clause else None
    truth = base if shared is None else shared.selection.holds(base, speaker.visible)
    found = speaker.means(truth)
    if found is None or len(found) < 2 or not set(found.tolist()) <= set(speaker.mentionable):
        return None
    narrowed = shared is not None or _has_others(speaker, phrase, base)
    clauses = () if shared is None else (shared,)
    said = absent.perhaps(speaker, Described(row, phrase, clauses), slot="several")
    if said.phrase.noun.is_mass:
        return None
    text = _counted(speaker, said.phrase, len(found), narrowed)
    ids = () if said.absent else speaker.ids(found)
    modifiers = (*said.phrase.modifiers, "number")
    mention = Mention(text, ids, hard=said.hard, modifiers=modifiers, phrase=said.phrase)
    return mention, joined(" ", said.clauses[0].parts) if said.clauses else ()


def _plural_only(speaker: Speaker) -> tuple[Mention, Parts] | None:
    """As in: "the shoes", where there is one pair of them."""
    row = pick(speaker)
    if row is None:
        return None
    nouns = [n for n in nouns_of(speaker.thing(row).category) if n.is_plural_only]
    if not nouns or not speaker.is_unique(speaker.truth(NounPhrase(nouns[0])), row):
        return None
    found = absent.perhaps_plural_only(speaker, Described(row, NounPhrase(nouns[0]), ()))
    return named(found.phrase, found.ids(speaker), hard=found.hard), ()


def _has_others(speaker: Speaker, phrase: NounPhrase, base: Truth) -> bool:
    whole = speaker.truth(NounPhrase(phrase.noun))
    return bool(((whole > NO) & (base == NO) & speaker.visible).any())


def _counted(speaker: Speaker, phrase: NounPhrase, count: int, narrowed: bool) -> str:
    """With a determiner: "the two red chairs", "all chairs", "every chair"."""
    many, number = phrase.words(plural=True), wording.NUMBERS.get(count)
    pointing = speaker.choose(("these", "those", "my"))
    choices = [f"the {many}", f"all the {many}", f"{pointing} {many}"]
    if not narrowed:
        choices += [f"all {many}", f"every {phrase.words()}", many]
    if number:
        choices += [f"the {number} {many}"] * 2
        choices.append(f"{speaker.choose(('those ', 'my ', ''))}{number} {many}")
    if count == 2:
        choices += [f"both {many}", f"both {many}", f"both the {many}"]
    elif number:
        choices.append(f"all {number} {many}")
    return speaker.choose(choices)


def _shared_clause(speaker: Speaker, row: int) -> Clause | None:
    """A relation that several things can share with one anchor."""
    rng = speaker.rng
    places = [p for p in placing.places_of(speaker, row) if p in ("floor", "on wall", "wall")]
    if places and rng.random() < 0.3:
        return placing.place(speaker, str(rng.choice(places)), row)
    for kind in (_SHARED[i] for i in rng.permutation(len(_SHARED))):
        relation = speaker.geometry.matrix(kind)
        anchors = [a for a in speaker.mentionable if relation[row, a] == YES]
        if not anchors:
            continue
        found = relating.pairwise(speaker, kind, int(rng.choice(anchors)))
        if found is None:
            continue
        way = speaker.choose(wording.RELATIONS["around" if kind == "at" else kind])
        name = next(part for part in found.parts if isinstance(part, Mention))
        return Clause(kind, found.selection, joined(Related(f"{way} ", kind), name), (), found.rows)
    return None
