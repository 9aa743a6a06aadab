"""Clauses about other things: "next to the sofa", "between the beds", "closest to the door"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.sentences import wording
from training.sentences.clause import (
    Clause,
    Mention,
    Related,
    Telling,
    joined,
    named,
)
from training.sentences.selection import Property, Ranking
from training.sentences.viewpoints import MARGIN_RAD

if TYPE_CHECKING:
    from training.sentences.clause import Parts
    from training.sentences.referring import Speaker

PAIRWISE = (
    "on",
    "under",
    "next to",
    "in front of",
    "behind",
    "facing",
    "across from",
    "above",
    "at",
)


def the(speaker: Speaker, row: int) -> Mention | None:
    """As in "the red sofa"; None where no such words are clear."""
    phrase = speaker.simple(row)
    return named(phrase, speaker.ids([row]), speaker.determiner(phrase)) if phrase else None


def _said(
    speaker: Speaker, kind: str, mention: Mention | Telling, after: str = ""
) -> tuple[Parts, Parts]:
    """A relation after a noun and after "it is"."""
    ways = wording.RELATIONS[kind]
    way = speaker.choose(ways)
    full = way
    if not way.startswith("that ") and speaker.rng.random() < 0.15:
        full = f"{speaker.choose(('that is', 'that is', 'which is'))} {way}"
    predicate = speaker.choose(
        wording.PREDICATES.get(kind, tuple(w for w in ways if "that" not in w))
    )
    return joined(Related(f"{full} ", kind), mention, after), joined(
        Related(f"{predicate} ", kind), mention, after
    )


def pairwise(
    speaker: Speaker, kind: str, anchor: int, name: Mention | Telling | None = None
) -> Clause | None:
    """As in: "next to the sofa"; `name` replaces the anchor's own description."""
    mention = name or the(speaker, anchor)
    if mention is None:
        return None
    parts, predicate = _said(speaker, kind, mention)
    truth = speaker.geometry.matrix(kind)[:, anchor]
    return Clause(kind, Property(truth), parts, predicate, (anchor,))


def carrying(speaker: Speaker, anchor: int) -> Clause | None:
    """As in: "with the lamp on it"."""
    mention = the(speaker, anchor)
    if mention is None:
        return None
    way = speaker.choose(wording.RELATIONS["carrying"])
    truth = speaker.geometry.carrying[:, anchor]
    return Clause(
        "carrying",
        Property(truth),
        joined(Related(f"{way} ", "carrying"), mention, Telling(" on it")),
        (),
        (anchor,),
    )


def beside(speaker: Speaker, side: str, anchor: int) -> Clause | None:
    """As in: "to the left of the sofa when you face it"."""
    mention = the(speaker, anchor)
    if mention is None:
        return None
    kind = f"{side} of"
    after = Telling(" " + speaker.choose(wording.BEFORE_IT))
    parts, predicate = _said(speaker, kind, mention, after)
    truth = speaker.geometry.matrix(kind)[:, anchor]
    return Clause(kind, Property(truth), parts, predicate, (anchor,), final=True)


def _point_of_view(speaker: Speaker, viewer: int) -> tuple[Parts, tuple[int, ...]] | None:
    """As in " as seen from the door", and the rows named; a lone door needs no name."""
    doors = (speaker.geometry.category == "door").sum()
    if speaker.geometry.category[viewer] == "door" and doors == 1 and speaker.rng.random() < 0.5:
        if speaker.rng.random() < 0.6:
            return (Related(" " + speaker.choose(wording.COMING_IN), "point of view"),), ()
        return (
            Related(f" {speaker.choose(wording.ENTERING)} ", "point of view"),
            Mention("the room", (), True),
        ), ()
    mention = the(speaker, viewer)
    if mention is None:
        return None
    way = Related(f" {speaker.choose(wording.SEEN_FROM)} ", "point of view")
    return (way, mention), (viewer,)


def beside_seen_from(speaker: Speaker, side: str, anchor: int, viewer: int) -> Clause | None:
    """As in: "to the left of the sofa as seen from the door"."""
    mention, view = the(speaker, anchor), _point_of_view(speaker, viewer)
    if mention is None or view is None:
        return None
    after, looked_from = view
    parts, predicate = _said(speaker, f"{side} of", mention)
    seen = speaker.view(viewer)
    truth = (seen.left_of if side == "left" else seen.right_of)[:, anchor]
    rows = (anchor, *looked_from)
    return Clause(
        f"{side} of, seen from",
        Property(truth),
        joined(parts, after),
        joined(predicate, after),
        rows,
        final=True,
    )


def ordinal(speaker: Speaker, viewer: int, side: str, place: int, count: int) -> Clause | None:
    """As in: "the second chair from the left as seen from the door".

    Args:
        speaker: the room.
        viewer: row of what one looks from.
        side: "left" or "right", where counting begins.
        place: 0 = the first.
        count: how many things of the kind there are.
    """
    view = _point_of_view(speaker, viewer)
    if view is None:
        return None
    after, looked_from = view
    seen = speaker.view(viewer)
    bearing = np.where(seen.clear, seen.bearing, np.inf) * (-1.0 if side == "left" else 1.0)
    before, way = f"{wording.ORDINALS[place]}", f"from the {side}"
    least, most = 2, None
    if place == 0:
        words = [f"{side}most", "first", *([side] * 2 if count == 2 else [])]
        before = speaker.choose(words)
        way = way if before == "first" else ""
        most = 2 if before == side else None
    elif count == 3 and place == 1 and speaker.rng.random() < 0.4:
        before, way, least, most = "middle", "", 3, 3
    ranking = Ranking(
        bearing[:, None], (MARGIN_RAD,), place=place, without=(viewer,), least=least, most=most
    )
    first, *rest = after
    comma = "," if way else ""
    lead = f"{way}{comma}{first}".lstrip()
    return Clause(
        "ordinal",
        ranking,
        joined(Related(lead, "ordinal"), tuple(rest)),
        (),
        looked_from,
        before,
        final=True,
    )


def between(speaker: Speaker, first: int, second: int) -> Clause | None:
    """As in: "between the sofa and the table", or "between the two chairs"."""
    pair = _pair(speaker, first, second)
    a, b = the(speaker, first), the(speaker, second)
    anchors: Parts
    if pair is not None:
        anchors = (pair,)
    elif a is not None and b is not None and a.text != b.text:
        anchors = (a, Telling(" and "), b)
    else:
        return None
    ways = wording.RELATIONS["between"]
    said = [Related(f"{speaker.choose(ways)} ", "between") for _ in range(2)]
    truth = speaker.geometry.between(first, second)
    return Clause(
        "between",
        Property(truth),
        joined(said[0], anchors),
        joined(said[1], anchors),
        (first, second),
        final=True,
    )


def _pair(speaker: Speaker, first: int, second: int) -> Mention | None:
    """As in: "the two chairs", where there are just these two."""
    if speaker.geometry.category[first] != speaker.geometry.category[second]:
        return None
    for phrase in speaker.phrases(first):
        rows = speaker.means(speaker.truth(phrase))
        if rows is not None and set(rows.tolist()) == {first, second} and phrase.size is None:
            if phrase.noun.is_mass:
                continue
            text = f"the two {phrase.words(plural=True)}"
            modifiers = (*phrase.modifiers, "number")
            return Mention(text, speaker.ids(rows), modifiers=modifiers, phrase=phrase)
    return None


def extreme(
    speaker: Speaker, kind: str, anchor: int, place: int = 0, name: Mention | Telling | None = None
) -> Clause | None:
    """As in: "closest to the door", "farthest from the door", "second closest to the door"."""
    mention = name or the(speaker, anchor)
    if mention is None:
        return None
    geometry = speaker.geometry
    both = np.stack([geometry.gap[:, anchor], geometry.distance[:, anchor]], axis=1)
    ranking = Ranking(
        both if kind == "closest" else -both,
        (0.25, 0.1),
        0.2,
        place,
        without=(anchor,),
        least=place + 2,
    )
    preposition = "to" if kind == "closest" else "from"
    if place or speaker.rng.random() < 0.15:
        before = " ".join([*([wording.ORDINALS[place]] if place else []), kind])
        return Clause(
            kind, ranking, joined(Related(f"{preposition} ", kind), mention), (), (anchor,), before
        )
    parts, predicate = _said(speaker, kind, mention)
    return Clause(kind, ranking, parts, predicate, (anchor,))
