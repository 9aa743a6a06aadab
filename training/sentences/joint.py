"""Sentences about several things: lists, ellipsis, contrasts, pronouns, things to be carried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.sentences import commands
from training.sentences.clause import (
    Mention,
    Related,
    Telling,
    joined,
    named,
    the_one,
)
from training.sentences.describing import Described, Draft, described, pick
from training.sentences.relating import extreme, pairwise, the
from training.sentences.relations import YES

if TYPE_CHECKING:
    from training.sentences.clause import Parts
    from training.sentences.referring import Speaker

_TO_LIST = ("", "find ", "show me ", "I need ", "go to ", "look at ", "point out ",
            "can you see ", "search for ", "could you locate ")  # fmt: skip


def conjunction(speaker: Speaker) -> Draft | None:
    """As in: find the red chair, the lamp on the desk and the sofa."""
    rng = speaker.rng
    count = int(rng.choice([2, 2, 3, 3, 4]))
    found: list[Described] = []
    named: set[int] = set()
    for _ in range(count * 3):
        row = pick(speaker, avoid=named)
        if row is None:
            return None
        relations = int(rng.random() < 0.35) if count < 4 else 0
        item = described(speaker, row, relations, avoid=named)
        if item is None:
            continue
        found.append(item)
        named |= item.rows
        if len(found) == count:
            break
    if len(found) < count:
        return None
    opening = speaker.choose(_TO_LIST)
    after = "?" if opening.startswith("c") else "."
    ids = speaker.ids([item.row for item in found])
    later = () if after == "?" else (", then ", ", and then ")
    return Draft(joined(opening, *_listed(speaker, found, later), after), ids)


def _listed(speaker: Speaker, found: list[Described], later: tuple[str, ...]) -> list[Parts | str]:
    """As in: "a, b and c"; a comma keeps clauses from reaching into the next item."""
    parts: list[Parts | str] = []
    for i, item in enumerate(found):
        if i == len(found) - 1:
            simple = not found[i - 1].clauses and not item.clauses
            links = (" and ",) if simple else (", and ", ", and also ", *later)
            parts.append(speaker.choose(links))
        elif i:
            parts.append(", ")
        parts.append(item.attributive(speaker))
    return parts


def ellipsis(speaker: Speaker) -> Draft | None:
    """As in: the red chair and the blue one; the lamp on the desk and the one on the floor."""
    rng = speaker.rng
    row = pick(speaker)
    if row is None or speaker.peers(row) == 0:
        return None
    relations = int(rng.random() < 0.5)
    first = described(speaker, row, relations)
    if first is None or (relations and first.phrase.adjectives) or first.phrase.noun.is_mass:
        return None
    second = _the_one(speaker, first)
    if second is None:
        return None
    parts, other = second
    opening = speaker.choose(("", "find ", "look at ", "compare ", "go to ", "show me "))
    link = speaker.choose(
        (" and ", ", then ", " and then ") if not relations else (", and ", ", then ")
    )
    both = speaker.ids([row, other])
    return Draft(joined(opening, first.attributive(speaker), link, parts, "."), both)


def _the_one(speaker: Speaker, first: Described) -> tuple[Parts, int] | None:
    """Another thing of the kind just named, as "the blue one" or "the one on the floor"."""
    noun = first.phrase.noun
    whole = speaker.truth(speaker.adjective(noun))
    rows = [r for r in speaker.mentionable if r != first.row and whole[r] == YES]
    if not rows:
        return None
    other = int(speaker.rng.choice(rows))
    alike = speaker.means(whole)
    if alike is not None and len(alike) == 2 and speaker.rng.random() < 0.3:
        return (Mention("the other one", speaker.ids([other]), modifiers=("ellipsis",)),), other
    if not first.clauses:
        color = speaker.thing(other).color
        if color is None or color == first.phrase.color or first.phrase.color is None:
            return None
        phrase = speaker.adjective(noun, color=color)
        if first.phrase.size or first.phrase.shape or first.phrase.material:
            return None
        if not speaker.is_unique(speaker.truth(phrase), other):
            return None
        return (the_one(phrase, speaker.ids([other])),), other
    for _ in range(3):
        found = described(speaker, other, 1, avoid=first.rows)
        if found is None or found.phrase.adjectives or found.clauses[0].before:
            continue
        clause = found.clauses[0]
        if not speaker.is_unique(clause.selection.holds(whole, speaker.visible), other):
            continue
        mention = the_one(found.phrase, speaker.ids([other]))
        return joined(mention, " ", clause.parts), other
    return None


def contrast(speaker: Speaker) -> Draft | None:
    """As in: the chair by the window, not the red one; not the red chair but the blue one."""
    rng = speaker.rng
    row = pick(speaker)
    if row is None:
        return None
    thing = speaker.thing(row)
    noun = speaker.noun(thing.category)
    if noun.is_mass:
        return None
    whole = speaker.truth(speaker.adjective(noun))
    others = [r for r in speaker.mentionable if r != row and whole[r] == YES
              and speaker.thing(r).color not in (None, thing.color)]  # fmt: skip
    if not others or thing.color is None:
        return None
    other = int(rng.choice(others))
    wrong = speaker.adjective(noun, color=speaker.thing(other).color)
    if not speaker.is_unique(speaker.truth(wrong), other):
        return None
    wrong_one = the_one(wrong, speaker.ids([other]))
    if rng.random() < 0.5:
        found = described(speaker, row, 1, avoid={other})
        if found is None or found.phrase.noun.means != noun.means or found.phrase.adjectives:
            return None
        if found.clauses[0].kind in ("colored", "not colored"):
            return None
        opening = speaker.choose(("", "go to ", "I mean ", "find ", "show me ", "I want "))
        link = Telling(speaker.choose((", not ", ", and not ", ", but not ")))
        parts = joined(opening, found.attributive(speaker), link, wrong_one, ".")
        return Draft(parts, speaker.ids([row]))
    right = speaker.adjective(noun, color=thing.color)
    if not speaker.is_unique(speaker.truth(right), row):
        return None
    if rng.random() < 0.5:
        wanted = named(right, speaker.ids([row]))
        opening = speaker.choose(("I want ", "go to ", "I mean ", ""))
        return Draft(joined(opening, wanted, Telling(", not "), wrong_one, "."), speaker.ids([row]))
    unwanted = named(wrong, speaker.ids([other]))
    wanted = the_one(right, speaker.ids([row]))
    return Draft(
        joined(Telling("not "), unwanted, Telling(" but "), wanted, "."), speaker.ids([row])
    )


_IT_KINDS = ("next to", "behind", "in front of", "on", "under", "facing", "above", "closest",
             "across from")  # fmt: skip
_TWICE = (("", " and "), ("find ", " and "), ("go to ", " and look at "), ("I see ", " and "),
          ("start at ", " and go to "), ("go to ", ", then find "), ("this is ", ". Find "),
          ("look at ", ", then at "))  # fmt: skip


def pronoun(speaker: Speaker) -> Draft | None:
    """As in: the round table and the lamp behind it."""
    rng = speaker.rng
    row = pick(speaker)
    if row is None or (first := the(speaker, row)) is None:
        return None
    for kind in (_IT_KINDS[i] for i in rng.permutation(len(_IT_KINDS))):
        found = _related_to(speaker, kind, row)
        if found is None:
            continue
        clause = (
            extreme(speaker, "closest", row, name=Telling("it"))
            if kind == "closest"
            else pairwise(speaker, kind, row, Telling("it"))
        )
        phrase = speaker.phrases(found)[0]
        if clause is None or clause.before or phrase.size is not None:
            continue
        truth = clause.selection.holds(speaker.truth(phrase), speaker.visible)
        if not speaker.is_unique(truth, found):
            continue
        opening, link = _TWICE[int(rng.integers(len(_TWICE)))]
        other = named(phrase, speaker.ids([found]))
        parts = joined(opening, first, link, other, " ", clause.parts, ".")
        return Draft(parts, speaker.ids([row, found]))
    return None


def between_them(speaker: Speaker) -> Draft | None:
    """As in: the sofa, the bed and the lamp between them."""
    rng = speaker.rng
    row = pick(speaker)
    if row is None:
        return None
    standing = [r for r in speaker.mentionable if r != row and speaker.geometry.standing[r]]
    pairs = [(a, b) for i, a in enumerate(standing) for b in standing[i + 1 :]]
    for first, second in (pairs[i] for i in rng.permutation(len(pairs))[:60]):
        truth = speaker.geometry.between(first, second)
        if truth[row] != YES:
            continue
        phrase = speaker.phrases(row)[0]
        a, b = the(speaker, first), the(speaker, second)
        if a is None or b is None or phrase.size is not None:
            continue
        if not speaker.is_unique(np.minimum(speaker.truth(phrase), truth), row):
            continue
        target = named(phrase, speaker.ids([row]))
        opening = speaker.choose(("find ", "look at ", "there are ", "I see "))
        parts = joined(
            opening, a, " and ", b, ", and ", target, Related(" between them", "between"), "."
        )
        return Draft(parts, speaker.ids([first, second, row]))
    return None


def _related_to(speaker: Speaker, kind: str, row: int) -> int | None:
    """Some row that stands in this relation to `row`; for "closest" any other."""
    if kind == "closest":
        return pick(speaker, avoid={row})
    related = speaker.geometry.matrix(kind)[:, row]
    rows = [r for r in speaker.mentionable if related[r] == YES]
    return int(speaker.rng.choice(rows)) if rows else None


def transport(speaker: Speaker) -> Draft | None:
    """As in: put the box on the table."""
    rng = speaker.rng
    row = pick(speaker, among=commands.PORTABLE)
    if row is None:
        return None
    found = described(speaker, row, int(rng.random() < 0.6))
    if found is None:
        return None
    hung = set(np.flatnonzero(~speaker.geometry.standing).tolist())
    goal = pick(speaker, avoid=found.rows | hung)
    if goal is None or (place := the(speaker, goal)) is None:
        return None
    frames = [("bring ", " to "), ("carry ", " over to "), ("move ", " over to "),
              ("take ", " and bring it to "), ("pick up ", " and take it to ")]  # fmt: skip
    if speaker.thing(goal).category in commands.SURFACES:
        frames += [("put ", " onto "), ("take ", " and put it on "), ("place ", " onto "),
                   ("pick up ", " and set it down on ")]  # fmt: skip
    before, link = frames[int(rng.integers(len(frames)))]
    parts = joined(before, found.attributive(speaker), link, place, ".")
    return Draft(parts, speaker.ids([row]))
