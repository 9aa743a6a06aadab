"""Families of sentences. Each takes a Speaker and returns a draft, or None where it has no luck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic import absent, plurals, templates_joint
from detailbase_core.synthetic.clauses import Mention, binary, matrix, rows_named, the
from detailbase_core.synthetic.describing import Draft, command, described, pick
from detailbase_core.synthetic.relations import YES

if TYPE_CHECKING:
    from collections.abc import Callable

    from detailbase_core.synthetic.referring import Speaker


def single(speaker: Speaker) -> Draft | None:
    """As in: go to the red chair next to the table."""
    rng = speaker.rng
    row = pick(speaker)
    if row is None:
        return None
    found = described(speaker, row, int(rng.choice([0, 1, 1, 1, 2])))
    if found is None:
        return None
    before, after = command(speaker, speaker.thing(row).category)
    return Draft((before, *found.attributive(speaker), after), speaker.ids([row]))


def statement(speaker: Speaker) -> Draft | None:
    """As in: there is a red chair. It is next to the table and behind the sofa."""
    rng = speaker.rng
    row = pick(speaker)
    if row is None:
        return None
    found = described(speaker, row, int(rng.choice([1, 2, 2])))
    if found is None:
        return None
    target = found.mention(speaker, "a")
    opening = str(rng.choice(["there is ", "this is ", "I see ", "there's ", "I'm thinking of "]))
    parts: list[str | Mention] = [opening, target, ". It is"]
    parts.extend(found.clauses[0].predicative())
    if len(found.clauses) > 1:
        joint = str(rng.choice([" and", ". It is also", ", and it is"]))
        parts += [joint, *found.clauses[1].predicative()]
    return Draft((*parts, "."), speaker.ids([row]))


def chain(speaker: Speaker) -> Draft | None:
    """As in: the lamp on the nightstand that is next to the bed."""
    rng = speaker.rng
    row = pick(speaker)
    if row is None:
        return None
    kinds = ["on", "next to", "under", "in front of", "behind", "facing", "above", "at"]
    for kind in (kinds[i] for i in rng.permutation(len(kinds))):
        anchors = [a for a in speaker.mentionable if matrix(speaker, kind)[row, a] == YES]
        if not anchors:
            continue
        anchor = int(rng.choice(anchors))
        inner = described(speaker, anchor, 1, avoid={row})
        if inner is None or rows_named(inner.clauses[0].anchors) & {row, anchor}:
            continue
        outer = binary(speaker, kind, anchor, inner.mention(speaker))
        phrase = speaker.phrases(row)[0]
        if outer is None or not speaker.is_unique(
            outer.holds(speaker.truth(phrase), speaker.visible), row
        ):
            continue
        clause = inner.clauses[0]
        which = "" if clause.before.startswith(("that", "which", "turned")) else " that is"
        before, after = command(speaker, speaker.thing(row).category)
        target = Mention(f"the {phrase.words()}", speaker.ids([row]))
        parts = (before, target, *outer.attributive(), which, *clause.attributive(), after)
        return Draft(parts, speaker.ids([row]))
    return None


def viewpoint(speaker: Speaker) -> Draft | None:
    """As in: facing the bed, the nightstand on the left."""
    rng = speaker.rng
    spots = [
        (row, anchor, side)
        for side in ("left", "right")
        for row, anchor in np.argwhere(matrix(speaker, f"{side} of") == YES).tolist()
        if {row, anchor} <= set(speaker.mentionable)
    ]
    for row, anchor, side in (spots[i] for i in rng.permutation(len(spots))[:6]):
        place, phrase = the(speaker, anchor), speaker.phrases(row)[0]
        truth = np.minimum(speaker.truth(phrase), matrix(speaker, f"{side} of")[:, anchor])
        if place is None or phrase.size is not None or not speaker.is_unique(truth, row):
            continue
        target = Mention(f"the {phrase.words()}", speaker.ids([row]))
        openings = ("facing ", "when you face ", "as you look at ", "if you stand before ")
        opening = openings[int(rng.integers(len(openings)))]
        link = str(rng.choice([", ", ", it is "]))
        return Draft((opening, place, link, target, f" on the {side}."), speaker.ids([row]))
    return None


def _plural(speaker: Speaker) -> Draft | None:
    found = plurals.plural(speaker)
    return None if found is None else Draft(*found)


def _missing(speaker: Speaker) -> Draft | None:
    found = absent.missing(speaker)
    return None if found is None else Draft(*found)


def _missing_too(speaker: Speaker) -> Draft | None:
    """A thing that is there and one that is not."""
    found = absent.missing_beside(speaker, the)
    return None if found is None else Draft(*found)


TEMPLATES: dict[str, Callable[[Speaker], Draft | None]] = {
    "single": single,
    "statement": statement,
    "chain": chain,
    "conjunction": templates_joint.conjunction,
    "ellipsis": templates_joint.ellipsis,
    "pronoun": templates_joint.pronoun,
    "transport": templates_joint.transport,
    "viewpoint": viewpoint,
    "plural": _plural,
    "missing": _missing,
    "missing too": _missing_too,
}

WEIGHTS: dict[str, float] = {
    "single": 24, "statement": 16, "chain": 14, "conjunction": 9, "ellipsis": 6, "pronoun": 9,
    "transport": 8, "viewpoint": 5, "plural": 10, "missing": 17, "missing too": 8,
}  # fmt: skip
