"""Sentences about one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.sentences.clause import Related, Telling, joined, named
from training.sentences.describing import (
    Draft,
    command,
    described,
    pick,
)
from training.sentences.finding import ordinals
from training.sentences.relating import PAIRWISE, pairwise, the
from training.sentences.relations import YES

if TYPE_CHECKING:
    from training.sentences.clause import Clause, Mention, Parts
    from training.sentences.referring import Speaker

_THERE_IS = ("there is ", "there's ", "I see ", "I'm thinking of ", "I'm looking for ",
             "this is ", "I need ", "in here there is ")  # fmt: skip


def single(speaker: Speaker) -> Draft | None:
    """As in: go to the red chair next to the table."""
    row = pick(speaker)
    if row is None:
        return None
    found = described(speaker, row, int(speaker.rng.choice([0, 1, 1, 1, 1, 2])))
    if found is None:
        return None
    said = command(speaker, speaker.thing(row).category)
    return Draft(joined(said.before, found.attributive(speaker), said.after), speaker.ids([row]))


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
        target = named(phrase, speaker.ids([row]), before=clause.before)
        said = command(speaker, speaker.thing(row).category)
        parts = joined(said.before, target, " ", clause.parts, said.after)
        return Draft(parts, speaker.ids([row]))
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
    if speaker.rng.random() < 0.35:  # a command, and then what was meant
        before = command(speaker, speaker.thing(row).category, plain=True).before
        link = speaker.choose((". It is ", ". It's ", ", it's ", ", it is "))
        parts: list[Parts | str | Mention] = [before, found.mention(speaker), link]
    else:
        link = speaker.choose((". It is ", ". It's "))
        parts = [speaker.choose(_THERE_IS), found.mention(speaker, "a"), link]
    parts.append(found.clauses[0].predicate)
    if len(found.clauses) > 1:
        parts.append(speaker.choose((" and ", ". It is also ", ", and it is ", ", and it's ")))
        parts.append(found.clauses[1].predicate)
    return Draft(joined(*parts, "."), speaker.ids([row]))


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
        outer = pairwise(speaker, kind, anchor, inner.mention(speaker))
        if outer is None:
            continue
        said = command(speaker, speaker.thing(row).category)
        target = named(phrase, speaker.ids([row]))
        parts = joined(said.before, target, " ", outer.parts, which(inner.clauses[0]), said.after)
        return Draft(parts, speaker.ids([row]))
    return None


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
    stands = (" there stands ",) if speaker.geometry.standing[row] else ()
    link = speaker.choose((" there is ", " you will see ", " is ", *stands))
    after = speaker.choose((".", ", go there.", ", that is what I want.", ". Can you find it?"))
    mention = found.mention(speaker, "the" if rng.random() < 0.3 and link == " is " else "a")
    return Draft(joined(found.clauses[0].predicate, link, mention, after), speaker.ids([row]))


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
        target = named(phrase, speaker.ids([row]))
        opening = Telling(
            speaker.choose(
                ("facing ", "when you face ", "as you look at ", "if you stand in front of ")
            )
        )
        link = speaker.choose((", ", ", it is ", ", I mean "))
        return Draft(
            joined(opening, place, link, target, Related(f" on the {side}", f"{side} of"), "."),
            speaker.ids([row]),
        )
    return None
