"""Sentences about several things: lists, ellipsis, pronouns, things to be carried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic import vocabulary as words
from detailbase_core.synthetic.clauses import Mention, binary, extreme, matrix, rows_named, the
from detailbase_core.synthetic.describing import Described, Draft, described, pick
from detailbase_core.synthetic.referring import NounPhrase
from detailbase_core.synthetic.relations import YES

if TYPE_CHECKING:
    from detailbase_core.synthetic.clauses import Parts
    from detailbase_core.synthetic.referring import Speaker


def conjunction(speaker: Speaker) -> Draft | None:
    """As in: find the red chair, the lamp on the desk and the sofa."""
    rng = speaker.rng
    count = int(rng.choice([2, 2, 3, 3, 4]))
    found: list[Described] = []
    named: set[int] = set()
    for i in range(count * 3):
        row = pick(speaker, avoid=named)
        if row is None:
            return None
        relations = int(rng.random() < 0.35) if count < 4 else 0
        item = described(speaker, row, relations, avoid=named)
        if item is None:
            continue
        found.append(item)
        named |= {row} | {r for c in item.clauses for r in rows_named(c.anchors)}
        if len(found) == count:
            break
        if i == count * 3 - 1:
            return None
    if len(found) < count:
        return None
    parts = _listed(speaker, found)
    opening = str(rng.choice(["", "find ", "show me ", "I need ", "go to ", "look at ",
                              "point out ", "can you see "]))  # fmt: skip
    after = "?" if opening.startswith("can") else "."
    return Draft((opening, *parts, after), speaker.ids([f.row for f in found]))


def _listed(speaker: Speaker, found: list[Described]) -> list[str | Mention]:
    """As in: "a, b and c"; a comma keeps clauses from reaching into the next item."""
    parts: list[str | Mention] = []
    for i, item in enumerate(found):
        if i == len(found) - 1:
            clause_before = bool(found[i - 1].clauses)
            simple = not clause_before and not item.clauses
            links = [" and "] if simple else [", and ", ", then ", " and also ", " as well as "]
            parts.append(str(speaker.rng.choice(links)))
        elif i:
            parts.append(", ")
        parts.extend(item.attributive(speaker))
    return parts


def ellipsis(speaker: Speaker) -> Draft | None:
    """As in: the red chair and the blue one."""
    rng = speaker.rng
    row = pick(speaker)
    if row is None or speaker.thing(row).color is None:
        return None
    things = speaker.room.furniture
    same = [r for r in speaker.mentionable if things[r].category == things[row].category]
    others = [r for r in same if things[r].color not in (things[row].color, None)]
    if not others:
        return None
    other = int(rng.choice(others))
    noun = speaker.nouns(things[row].category)[0]
    first, second = (NounPhrase(noun, things[r].color) for r in (row, other))
    for phrase, r in ((first, row), (second, other)):
        if not speaker.is_unique(speaker.truth(phrase), r):
            return None
    opening = str(rng.choice(["", "find ", "look at ", "compare ", "go to "]))
    link = str(rng.choice([" and ", ", then ", " and then "]))
    if rng.random() < 0.3:
        parts: Parts = (
            "not ",
            Mention(f"the {second.words()}", speaker.ids([other])),
            " but ",
            Mention(f"the {things[row].color} one", speaker.ids([row])),
            ".",
        )
        return Draft(parts, speaker.ids([row]))  # fmt: skip
    parts = (opening, Mention(f"the {first.words()}", speaker.ids([row])), link,
             Mention(f"the {things[other].color} one", speaker.ids([other])), ".")  # fmt: skip
    return Draft(parts, speaker.ids([row, other]))


def pronoun(speaker: Speaker) -> Draft | None:
    """As in: the round table and the lamp behind it."""
    rng = speaker.rng
    row = pick(speaker)
    if row is None or (first := the(speaker, row)) is None:
        return None
    it = Mention("it", ())
    kinds = ["next to", "behind", "in front of", "on", "under", "facing", "above", "closest"]
    for kind in (kinds[i] for i in rng.permutation(len(kinds))):
        found = _related_to(speaker, kind, row)
        clause = (extreme if kind == "closest" else binary)(speaker, kind, row, it)
        if found is None or clause is None:
            continue
        phrase = speaker.phrases(found)[0]
        truth = clause.holds(speaker.truth(phrase), speaker.visible)
        if phrase.size is not None or not speaker.is_unique(truth, found):
            continue
        opening, link = (("", " and "), ("find ", " and "), ("go to ", " and look at "),
                         ("start at ", " and go to "), ("look at ", ", then at "),
                         ("go to ", ", then find "))[int(rng.integers(6))]  # fmt: skip
        other = Mention(f"the {phrase.words()}", speaker.ids([found]))
        return Draft((opening, first, link, other, f" {clause.before} it."),
                     speaker.ids([row, found]))  # fmt: skip
    return None


def _related_to(speaker: Speaker, kind: str, row: int) -> int | None:
    """Some row that stands in this relation to `row`; for "closest" any other."""
    if kind == "closest":
        return pick(speaker, avoid={row})
    rows = [r for r in speaker.mentionable if matrix(speaker, kind)[r, row] == YES]
    return int(speaker.rng.choice(rows)) if rows else None


def transport(speaker: Speaker) -> Draft | None:
    """As in: put the box on the table."""
    rng = speaker.rng
    row = pick(speaker, among=words.PORTABLE)
    if row is None:
        return None
    found = described(speaker, row, int(rng.random() < 0.6))
    if found is None:
        return None
    named = {row} | {r for c in found.clauses for r in rows_named(c.anchors)}
    goal = pick(speaker, avoid=named | set(np.flatnonzero(speaker.geometry.hung).tolist()))
    if goal is None or (place := the(speaker, goal)) is None:
        return None
    flat = speaker.thing(goal).category in words.SURFACES
    frames = [("bring ", " to "), ("carry ", " over to "), ("move ", " over to "),
              ("take ", " and bring it to ")]  # fmt: skip
    if flat:
        frames += [("put ", " on "), ("put ", " onto "), ("place ", " on "), ("set ", " down on ")]
    before, link = frames[int(rng.integers(len(frames)))]
    parts = (before, *found.attributive(speaker), link, place, ".")
    return Draft(parts, speaker.ids([row]))
