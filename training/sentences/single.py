"""Sentences about one thing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.room import CEILING_ID, FLOOR_ID
from training.sentences import absent
from training.sentences.clause import Clause, Mention, Related, Telling, joined, named
from training.sentences.describing import Described, Draft, described, pick
from training.sentences.finding import ordinals
from training.sentences.noun_phrase import NounPhrase
from training.sentences.relating import PAIRWISE, pairwise, the
from training.sentences.relations import YES
from training.sentences.selection import Property

if TYPE_CHECKING:
    from training.sentences.clause import Parts
    from training.sentences.referring import Speaker


def single(speaker: Speaker) -> Draft | None:
    """As in: go to the red chair next to the table."""
    row = pick(speaker)
    if row is None:
        return None
    found = described(speaker, row, int(speaker.rng.choice([0, 0, 1, 1, 1, 1, 2])))
    return None if found is None else _asked(speaker, absent.perhaps(speaker, found))


def _asked(speaker: Speaker, found: Described, *after: Parts) -> Draft | None:
    """An object described, and more about it, in an opening."""
    said = speaker.opening(plural=found.phrase.noun.is_plural_only)
    if said.indefinite and found.before:
        return None
    about = found.attributive(speaker, indefinite=said.indefinite)
    return Draft(joined(said.before, about, *after, said.after), found.ids(speaker))


def ordinal(speaker: Speaker) -> Draft | None:
    """As in: go to the second chair from the left, as seen from the door."""
    row = pick(speaker)
    if row is None:
        return None
    makers = list(ordinals(speaker, row))
    base = speaker.truth(phrase := speaker.adjective(speaker.noun(speaker.thing(row).category)))
    if phrase.noun.is_mass:
        return None
    for make in (makers[i] for i in speaker.rng.permutation(len(makers))):
        clause = make()
        if clause is None:
            continue
        if not speaker.is_unique(clause.selection.holds(base, speaker.visible), row):
            continue
        found = Described(row, phrase, (clause,))
        return _asked(speaker, absent.perhaps(speaker, found, slot="several"))
    return None


def statement(speaker: Speaker) -> Draft | None:
    """As in: there is a red chair. It is next to the table and behind the sofa."""
    row = pick(speaker)
    if row is None:
        return None
    relations = int(speaker.rng.choice([1, 2, 2]))
    found = described(speaker, row, relations, predicative=True)
    if found is None or found.clauses[0].before or found.phrase.noun.is_mass:
        return None
    found = absent.perhaps(speaker, found)
    if found.phrase.noun.is_mass or not all(clause.predicate for clause in found.clauses):
        return None
    said = speaker.opening(short=True)
    it_is = speaker.choose(("It is ", "It's ", "it is ", "it's "))
    mark = said.after or speaker.choose((".", ","))
    mention = found.mention(speaker, indefinite=said.indefinite)
    parts: list[Parts | str | Mention] = [said.before, mention, f"{mark} {it_is}"]
    parts.append(found.clauses[0].predicate)
    if len(found.clauses) > 1:
        parts.append(speaker.choose((" and ", ". It is also ", ", and it is ", ", and it's ")))
        parts.append(found.clauses[1].predicate)
    return Draft(joined(*parts, speaker.choose((".", ".", ""))), found.ids(speaker))


def assertion(speaker: Speaker) -> Draft | None:
    """As in: this guitar is next to the sofa."""
    row = pick(speaker)
    if row is None:
        return None
    found = described(speaker, row, 1, predicative=True)
    if found is None or found.before or found.clauses[0].kind in ("colored", "not colored"):
        return None
    found = absent.perhaps(speaker, found)
    if found.phrase.noun.is_plural_only or not found.clauses[0].predicate:
        return None
    start = speaker.choose(("", "", "", "I think ", "yes, ", "I remember that ", "you know, "))
    link = speaker.choose((" is ", " is ", " is ", " was ", " must be ", " should be "))
    end = speaker.choose((".", ".", "", "!", ", can you fetch it?", ", go there."))
    about = joined(start, found.mention(speaker), link, found.clauses[0].predicate, end)
    return Draft(about, found.ids(speaker))


def structure(speaker: Speaker) -> Draft | None:
    """As in: drive along the floor. Where is the ceiling?"""
    present = {thing.id for thing in speaker.room.objects}
    names = {"the floor": FLOOR_ID, "the ground": FLOOR_ID, "the ceiling": CEILING_ID}
    names = {name: id_ for name, id_ in names.items() if id_ in present}
    if not names:
        return None
    name = speaker.choose(list(names))
    said = speaker.opening()
    if said.indefinite:
        return None
    mention = Mention(name, (names[name],), structure=True)
    return Draft(joined(said.before, mention, said.after), mention.ids)


def nowhere(speaker: Speaker) -> Draft | None:
    """Something that is not there, in a room of which nothing was seen well."""
    phrase = absent.nowhere(speaker)
    said = speaker.opening()
    if phrase is None or (said.indefinite and phrase.noun.is_mass):
        return None
    determiner = speaker.determiner(phrase, indefinite=said.indefinite)
    hard = absent.is_hard(speaker, phrase)
    return Draft(joined(said.before, named(phrase, (), determiner, hard=hard), said.after), ())


def bare(speaker: Speaker) -> Draft | None:
    """As in: the sofa. Where are the chairs? All of a kind by its noun alone, or none."""
    if speaker.rng.random() < 0.5:
        return nowhere(speaker)
    kinds = sorted({speaker.thing(row).category for row in speaker.mentionable})
    noun = speaker.noun(str(speaker.rng.choice(kinds)))
    phrase = NounPhrase(noun)
    rows = speaker.means(speaker.truth(phrase))
    if rows is None or not set(rows.tolist()) <= set(speaker.mentionable):
        return None
    several = len(rows) > 1
    if several and noun.is_mass:
        return None
    said = speaker.opening(plural=several or noun.is_plural_only)
    if said.indefinite and (several or noun.is_mass):
        return None
    ids = speaker.ids(rows)
    if several:
        text = speaker.choose(("the ", "the ", "the ", "", "all ")) + noun.plural
        mention = Mention(text, ids, modifiers=("number",), phrase=phrase)
    else:
        determiner = speaker.determiner(phrase, indefinite=said.indefinite)
        mention = named(phrase, ids, determiner)
    return Draft(joined(said.before, mention, said.after), ids)


def which(clause: Clause) -> Parts:
    """A clause about the last noun named, and clearly not about an earlier one."""
    if clause.before or clause.kind in ("closest", "farthest"):
        return joined(" ", clause.parts)
    return joined(Telling(" that is "), clause.predicate)


def chain(speaker: Speaker) -> Draft | None:
    """As in: the lamp on the nightstand that is next to the bed."""
    rng = speaker.rng
    row = pick(speaker)
    if row is None:
        return None
    phrase = speaker.phrases(row)[0]
    for kind in (PAIRWISE[i] for i in rng.permutation(len(PAIRWISE))):
        anchors = [a for a in speaker.mentionable if speaker.geometry.matrix(kind)[row, a] == YES]
        if not anchors:
            continue
        anchor = int(rng.choice(anchors))
        truth = np.minimum(speaker.truth(phrase), speaker.geometry.matrix(kind)[:, anchor])
        if not speaker.is_unique(truth, row):
            continue
        inner = described(speaker, anchor, 1, avoid={row}, predicative=bool(rng.random() < 0.8))
        if inner is None or not (inner.clauses[0].predicate or inner.clauses[0].before):
            continue
        found = _chained(speaker, row, phrase, kind, inner)
        return None if found is None else _asked(speaker, found)
    return None


def _chained(
    speaker: Speaker, row: int, phrase: NounPhrase, kind: str, inner: Described
) -> Described | None:
    """The thing by a thing by a thing; either may not be there."""
    far = None
    if speaker.rng.random() < absent.FAR_SHARE * speaker.absent_share:
        far = absent.missing(speaker, inner, slot="anchor")
    last = far or inner
    if not (last.clauses[0].predicate or last.clauses[0].before):
        return None
    outer = pairwise(speaker, kind, inner.row, last.mention(speaker))
    if outer is None:
        return None
    clause = replace(outer, parts=joined(outer.parts, which(last.clauses[0])))
    if far is not None:
        nothing = Property(np.zeros(len(speaker.things), np.int8))
        found = Described(row, phrase, (replace(clause, selection=nothing, rows=()),))
        return replace(found, absent=True, hard=absent.is_hard(speaker, phrase))
    found = Described(row, phrase, (clause,))
    return absent.perhaps(speaker, found, fixed=True, share=absent.NEAR_SHARE)


def fronted(speaker: Speaker) -> Draft | None:
    """As in: on the desk there is a lamp, go there."""
    rng = speaker.rng
    row = pick(speaker)
    if row is None:
        return None
    found = described(speaker, row, 1, predicative=True)
    if found is None or found.clauses[0].kind not in (*PAIRWISE, "between", "corner"):
        return None
    if found.phrase.noun.is_mass:
        return None
    if found.clauses[0].kind == "facing":
        return None
    found = absent.perhaps(speaker, found)
    if found.phrase.noun.is_mass or not found.clauses[0].predicate:
        return None
    link = speaker.choose((" there is ", " you will see ", " is ", " there stands ", " I see "))
    after = speaker.choose(
        (".", "", "?", ", go there.", ", that is what I want.", ". Can you find it?")
    )
    mention = found.mention(speaker, indefinite=link == " there is " or rng.random() < 0.6)
    return Draft(joined(found.clauses[0].predicate, link, mention, after), found.ids(speaker))


def viewpoint(speaker: Speaker) -> Draft | None:
    """As in: facing the bed, the nightstand on the left."""
    rng = speaker.rng
    spots = [
        (row, anchor, side)
        for side in ("left", "right")
        for row, anchor in np.argwhere(speaker.geometry.matrix(f"{side} of") == YES).tolist()
        if {row, anchor} <= set(speaker.mentionable)
    ]
    for row, anchor, side in (spots[i] for i in rng.permutation(len(spots))[:6]):
        place, phrase = the(speaker, anchor), speaker.phrases(row)[0]
        near = speaker.geometry.matrix(f"{side} of")[:, anchor]
        truth = np.minimum(speaker.truth(phrase), near)
        if place is None or phrase.size is not None or not speaker.is_unique(truth, row):
            continue
        side_of = f"{side} of"
        clause = Clause(
            side_of, Property(near), (Related(f"on the {side}", side_of),), rows=(anchor,)
        )
        found = Described(row, phrase, (clause,))
        place = absent.perhaps_missing(speaker, place, share=absent.FAR_SHARE)
        if place.ids:
            found = absent.perhaps(speaker, found, fixed=True, share=absent.NEAR_SHARE)
        else:
            found = replace(found, absent=True, hard=absent.is_hard(speaker, phrase))
        opening = Telling(
            speaker.choose(
                ("facing ", "when you face ", "as you look at ", "if you stand in front of ")
            )
        )
        link = speaker.choose((", ", ", it is ", ", I mean "))
        parts = joined(opening, place, link, found.attributive(speaker), speaker.choose((".", "")))
        return Draft(parts, found.ids(speaker))
    return None
