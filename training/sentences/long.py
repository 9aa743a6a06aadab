"""Sentences of more than fifty words, as people give when they want to be sure."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from training.sentences import absent
from training.sentences.clause import Mention, joined, rows_named
from training.sentences.describing import Described, Draft, described, pick
from training.sentences.finding import clauses
from training.sentences.relating import the

if TYPE_CHECKING:
    from training.sentences.clause import Parts
    from training.sentences.referring import Speaker

_MORE_THAN_WORDS = 50
_MOST_FACTS = 6
_MOST_STOPS = 8
_NO_FACTS = ("closest", "farthest", "colored", "not colored")  # they need peers, or say it twice
_OPENINGS = (
    "please help me with something. There is ",
    "so, here is what I want. There is ",
    "let me tell you what I want. There is ",
    "okay, so there is ",
    "I'd like you to find something for me. It is ",
    "there is something I need. It is ",
)
_CLOSINGS = (
    "Please go there and wait for me.",
    "That is the one I want you to find.",
    "Go there now, please.",
    "Tell me when you have found it.",
    "Once you are there, turn around and come back to me.",
)
_STOPS = (
    ". From there go to ",
    ". Then drive past ",
    ". After that head over to ",
    ", and then look at ",
    ". Next, go to ",
)


def long(speaker: Speaker) -> Draft | None:
    """A thing, where it is, and then where the things around it are."""
    row = pick(speaker)
    if row is None:
        return None
    found = described(speaker, row, 2, predicative=True) or described(
        speaker, row, 1, predicative=True
    )
    if found is None or found.clauses[0].before or found.phrase.noun.is_mass:
        return None
    found = absent.perhaps(speaker, found)
    if found.phrase.noun.is_mass or not all(clause.predicate for clause in found.clauses):
        return None
    predicates: list[Parts | str] = [found.clauses[0].predicate]
    if len(found.clauses) > 1:
        predicates += [" and ", found.clauses[1].predicate]
    it_is = speaker.choose((". It is ", ". It's "))
    opening = speaker.choose(_OPENINGS)
    head = joined(opening, found.mention(speaker, indefinite=True), it_is, *predicates, ".")
    closing = f" {speaker.choose(_CLOSINGS)}"
    parts = joined(head, _other(speaker, found))
    said: set[int] = {row}
    for _ in range(_MOST_FACTS):
        if _words((*parts, closing)) > _MORE_THAN_WORDS:
            break
        fact = _fact(speaker, parts, said, row)
        if fact is None:
            return None
        parts = joined(parts, fact)
    parts = joined(parts, closing)
    return Draft(parts, found.ids(speaker)) if _words(parts) > _MORE_THAN_WORDS else None


def route(speaker: Speaker) -> Draft | None:
    """One thing after another, and the last is what it is about."""
    parts: Parts = (speaker.choose(("start at ", "first go to ", "begin at ")),)
    named: set[int] = set()
    stops = 0
    for _ in range(_MOST_STOPS):
        row = pick(speaker, avoid=named)
        found = None if row is None else described(speaker, row, 1, avoid=named)
        if found is None:
            continue
        found = absent.perhaps(speaker, found)
        if stops:
            parts = joined(parts, speaker.choose(_STOPS))
        last = joined(parts[:-1], ". In the end, stop at ") if stops else parts
        if stops and _words((*last, *found.attributive(speaker))) > _MORE_THAN_WORDS:
            return Draft(joined(last, found.attributive(speaker), "."), found.ids(speaker))
        parts = joined(parts, found.attributive(speaker))
        named |= found.rows
        stops += 1
    return None


def _words(parts: Parts) -> int:
    return len("".join(p.text if isinstance(p, Mention) else p for p in parts).split())


def _other(speaker: Speaker, found: Described) -> Parts:
    """As in: " Don't go to the chair by the window, that is not what I mean."; often nothing."""
    peers = [
        r
        for r in speaker.mentionable
        if r not in found.rows and speaker.thing(r).category == speaker.thing(found.row).category
    ]
    if not peers:
        return ()
    other = described(speaker, int(speaker.rng.choice(peers)), 1, avoid=found.rows)
    if other is None:
        return ()
    other = absent.perhaps(speaker, other)
    before, after = speaker.choose(
        (
            (" Don't go to ", ", that is not what I mean."),
            (" I don't mean ", "."),
            (" Please don't mix it up with ", "."),
        ),
        lambda pair: pair[0],
    )
    return joined(before, other.attributive(speaker), after)


def _fact(speaker: Speaker, parts: Parts, said: set[int], target: int) -> Parts | None:
    """Something true of what was named already, or of something else in the room."""
    rng = speaker.rng
    named = [r for r in rows_named(parts) if r not in said and r in speaker.mentionable]
    others = [r for r in speaker.mentionable if r not in said and r not in named]
    for row in [*rng.permutation(named).tolist(), *rng.permutation(others).tolist()][:8]:
        said.add(int(row))
        mention = the(speaker, int(row))
        if mention is None:
            continue
        facts = [
            clause
            for clause in islice(clauses(speaker, int(row)), 6)
            if clause.predicate
            and clause.kind not in _NO_FACTS
            and not rows_named(clause.parts) & (said | {target})
        ]
        if not facts:
            continue
        fact = facts[0]
        if row in named and rng.random() < speaker.absent_share:
            other = mention.phrase and absent.missing(
                speaker, Described(int(row), mention.phrase, (fact,))
            )
            if other and other.clauses[0].predicate:
                mention, fact = other.mention(speaker), other.clauses[0]
        if row in named:
            start = mention.text[:1].upper() + mention.text[1:]
            return joined(" ", replace(mention, text=start), " is ", fact.predicate, ".")
        if mention.phrase is None:
            continue
        told = absent.perhaps(speaker, Described(int(row), mention.phrase, (fact,)))
        if not told.clauses[0].predicate:
            continue
        see = speaker.choose((" You will also see ", " There is also ", " On your way you pass "))
        about = told.mention(speaker)
        return joined(see, about, ", which is ", told.clauses[0].predicate, ".")
    return None
