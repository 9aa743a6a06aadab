"""Sentences about several things: lists, ellipsis, contrasts, pronouns, things to be carried."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from training.sentences import absent, commands
from training.sentences.clause import (
    Clause,
    Mention,
    Related,
    Telling,
    joined,
    the_one,
)
from training.sentences.describing import Described, Draft, described, pick
from training.sentences.relating import extreme, pairwise, the
from training.sentences.relations import YES
from training.sentences.selection import Property

if TYPE_CHECKING:
    from training.sentences.clause import Parts
    from training.sentences.referring import Speaker


def conjunction(speaker: Speaker) -> Draft | None:
    """As in: find the red chair, the lamp on the desk and the sofa."""
    rng = speaker.rng
    count = int(rng.choice([2, 2, 3, 3, 4]))
    found: list[Described] = []
    named: set[int] = set()
    said = speaker.opening(plural=True)
    for _ in range(count * 3):
        row = pick(speaker, avoid=named)
        if row is None:
            return None
        relations = int(rng.random() < 0.35) if count < 4 else 0
        item = described(speaker, row, relations, avoid=named)
        if item is None:
            continue
        item = absent.perhaps(speaker, item)
        if item.before and said.indefinite:
            continue
        found.append(item)
        named |= item.rows
        if len(found) == count:
            break
    if len(found) < count:
        return None
    later = () if "?" in said.after else (", then ", ", and then ")
    listed = _listed(speaker, found, later, indefinite=said.indefinite)
    return Draft(joined(said.before, *listed, said.after), _all_ids(speaker, found))


def _all_ids(speaker: Speaker, found: list[Described]) -> tuple[int, ...]:
    """Of those that are there."""
    return speaker.ids([item.row for item in found if not item.absent])


def _listed(
    speaker: Speaker, found: list[Described], later: tuple[str, ...], *, indefinite: bool
) -> list[Parts | str]:
    """As in: "a, b and c"; a comma keeps clauses from reaching into the next item."""
    parts: list[Parts | str] = []
    for i, item in enumerate(found):
        if i == len(found) - 1:
            simple = not found[i - 1].clauses and not item.clauses
            links = (" and ",) if simple else (", and ", ", and also ", *later)
            parts.append(speaker.choose(links))
        elif i:
            parts.append(", ")
        parts.append(item.attributive(speaker, indefinite=indefinite))
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
    one = next(part for part in parts if isinstance(part, Mention))
    if one.phrase is not None:  # else it is "the other one", and there are two
        shown = absent.perhaps_same_noun(speaker, first)
        if relations or shown.phrase.color != one.phrase.color:
            first = shown
    said = speaker.opening(plural=True)
    if said.indefinite:
        return None
    link = speaker.choose(
        (" and ", ", then ", " and then ") if not relations else (", and ", ", then ")
    )
    both = (*first.ids(speaker), *other)
    about = joined(said.before, first.attributive(speaker), link, parts, said.after)
    return Draft(about, tuple(sorted(both)))


def _the_one(speaker: Speaker, first: Described) -> tuple[Parts, tuple[int, ...]] | None:
    """Another thing of the kind just named, as "the blue one" or "the one on the floor"."""
    noun = first.phrase.noun
    whole = speaker.truth(speaker.adjective(noun))
    rows = [r for r in speaker.mentionable if r != first.row and whole[r] == YES]
    if not rows:
        return None
    other = int(speaker.rng.choice(rows))
    alike = speaker.means(whole)
    if alike is not None and len(alike) == 2 and speaker.rng.random() < 0.3:
        ids = speaker.ids([other])
        return (Mention("the other one", ids, modifiers=("ellipsis",)),), ids
    if not first.clauses:
        color = speaker.thing(other).color
        if color is None or color == first.phrase.color or first.phrase.color is None:
            return None
        phrase = speaker.adjective(noun, color=color)
        if first.phrase.size or first.phrase.shape or first.phrase.material:
            return None
        if not speaker.is_unique(speaker.truth(phrase), other):
            return None
        one = absent.perhaps_same_noun(speaker, Described(other, phrase, ()))
        return (the_one(one.phrase, one.ids(speaker), hard=one.hard),), one.ids(speaker)
    for _ in range(3):
        found = described(speaker, other, 1, avoid=first.rows)
        if found is None or found.phrase.adjectives or found.clauses[0].before:
            continue
        clause = found.clauses[0]
        if not speaker.is_unique(clause.selection.holds(whole, speaker.visible), other):
            continue
        like_first = replace(found, phrase=replace(found.phrase, noun=noun))
        one = absent.perhaps_same_noun(speaker, like_first)
        mention = the_one(one.phrase, one.ids(speaker), hard=one.hard)
        return joined(mention, " ", one.clauses[0].parts), one.ids(speaker)
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
    others = [
        r
        for r in speaker.mentionable
        if r != row and whole[r] == YES and speaker.thing(r).color not in (None, thing.color)
    ]
    if not others or thing.color is None:
        return None
    other = int(rng.choice(others))
    wrong = speaker.adjective(noun, color=speaker.thing(other).color)
    if not speaker.is_unique(speaker.truth(wrong), other):
        return None
    unwanted = absent.perhaps_same_noun(speaker, Described(other, wrong, ()))
    if unwanted.phrase.color == thing.color:
        return None
    wrong_one = the_one(unwanted.phrase, unwanted.ids(speaker), hard=unwanted.hard)
    said = speaker.opening(short=True)
    if said.indefinite:
        return None
    if rng.random() < 0.5:
        found = described(speaker, row, 1, avoid={other})
        if found is None or found.phrase.noun.means != noun.means or found.phrase.adjectives:
            return None
        if found.clauses[0].kind in ("colored", "not colored"):
            return None
        found = absent.perhaps_same_noun(speaker, found)
        link = Telling(speaker.choose((", not ", ", and not ", ", but not ")))
        parts = joined(said.before, found.attributive(speaker), link, wrong_one, said.after)
        return Draft(parts, found.ids(speaker))
    right = speaker.adjective(noun, color=thing.color)
    if not speaker.is_unique(speaker.truth(right), row):
        return None
    right_one = absent.perhaps_same_noun(speaker, Described(row, right, ()))
    if right_one.phrase.color == unwanted.phrase.color:
        return None
    if rng.random() < 0.5:
        wanted = right_one.mention(speaker)
        parts = joined(said.before, wanted, Telling(", not "), wrong_one, said.after)
        return Draft(parts, right_one.ids(speaker))
    wanted = the_one(right_one.phrase, right_one.ids(speaker), hard=right_one.hard)
    not_that = unwanted.mention(speaker)
    parts = joined(Telling("not "), not_that, Telling(" but "), wanted, said.after)
    return Draft(parts, right_one.ids(speaker))


_IT_KINDS = (
    "next to",
    "behind",
    "in front of",
    "on",
    "under",
    "facing",
    "above",
    "closest",
    "across from",
)
_LINKS = (
    " and ",
    " and ",
    " and look at ",
    " and go to ",
    ", then find ",
    ". Find ",
    " and also ",
    " and then ",
    ", then ",
)


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
        second = Described(found, phrase, (clause,))
        first = absent.perhaps_missing(speaker, first, "one", share=absent.FAR_SHARE)
        if first.ids:
            second = absent.perhaps(speaker, second, fixed=True, share=absent.NEAR_SHARE)
        else:
            second = replace(second, absent=True, hard=absent.is_hard(speaker, phrase))
        said = speaker.opening(short=True)
        link = speaker.choose(_LINKS)
        if said.indefinite:
            return None
        parts = joined(said.before, first, link, second.attributive(speaker), said.after)
        return Draft(parts, tuple(sorted({*first.ids, *second.ids(speaker)})))
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
        clause = Clause("between", Property(truth), (Related("between them", "between"),))
        target = Described(row, phrase, (clause,))
        a = absent.perhaps_missing(speaker, a, share=absent.FAR_SHARE)
        if a.ids:
            target = absent.perhaps(speaker, target, fixed=True, share=absent.NEAR_SHARE)
        else:
            target = replace(target, absent=True, hard=absent.is_hard(speaker, phrase))
        said = speaker.opening(plural=True, short=True)
        if said.indefinite:
            return None
        about = target.attributive(speaker)
        parts = joined(said.before, a, " and ", b, ", and ", about, said.after)
        return Draft(parts, tuple(sorted({*a.ids, *b.ids, *target.ids(speaker)})))
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
    found = absent.perhaps(speaker, found, among=commands.PORTABLE)
    goal = pick(speaker, avoid=found.rows | hung)
    if goal is None or (place := the(speaker, goal)) is None:
        return None
    place = absent.perhaps_missing(speaker, place)
    please = speaker.choose(("", "", "", "please ", "could you ", "robot, ", "you can "))
    frames = [
        ("bring ", " to "),
        ("carry ", " over to "),
        ("move ", " over to "),
        ("take ", " and bring it to "),
        ("pick up ", " and take it to "),
    ]
    if speaker.thing(goal).category in commands.SURFACES:
        frames += [
            ("put ", " onto "),
            ("take ", " and put it on "),
            ("place ", " onto "),
            ("pick up ", " and set it down on "),
        ]
    before, link = frames[int(rng.integers(len(frames)))]
    end = speaker.choose((".", ".", "", "!", ", please."))
    parts = joined(f"{please}{before}", found.attributive(speaker), link, place, end)
    return Draft(parts, found.ids(speaker))
