"""Templates that are kept from training; held_out.py names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.sentences import absent
from training.sentences.clause import Telling, joined, named, the_one
from training.sentences.describing import Described, Draft, described, pick
from training.sentences.relations import YES

if TYPE_CHECKING:
    from training.sentences.referring import Speaker


def riddle(speaker: Speaker) -> Draft | None:
    """As in: it stands next to the sofa and behind the table: what I want is the lamp."""
    row = pick(speaker)
    if row is None:
        return None
    found = described(speaker, row, int(speaker.rng.choice([1, 2])), predicative=True)
    if found is None or found.clauses[0].before:
        return None
    found = absent.perhaps(speaker, found)
    if not all(clause.predicate for clause in found.clauses):
        return None
    predicates = [found.clauses[0].predicate]
    if len(found.clauses) > 1:
        predicates.append(joined(" and ", found.clauses[1].predicate))
    link = speaker.choose((". What I want is ", ", so look for ", ". I am talking about "))
    parts = joined("it is ", *predicates, link, found.mention(speaker), ".")
    return Draft(parts, found.ids(speaker))


def correction(speaker: Speaker) -> Draft | None:
    """As in: go to the red chair, no wait, I meant the blue one."""
    rng = speaker.rng
    row = pick(speaker)
    if row is None or speaker.thing(row).color is None:
        return None
    noun = speaker.noun(speaker.thing(row).category)
    whole = speaker.truth(speaker.adjective(noun))
    others = [r for r in speaker.mentionable if r != row and whole[r] == YES]
    if not others or noun.is_mass:
        return None
    other = int(rng.choice(others))
    wanted = speaker.adjective(noun, color=speaker.thing(row).color)
    dropped = speaker.adjective(noun, color=speaker.thing(other).color)
    if wanted.color == dropped.color or dropped.color is None:
        return None
    for phrase, meant in ((wanted, row), (dropped, other)):
        if not speaker.is_unique(speaker.truth(phrase), meant):
            return None
    opening = speaker.choose(("go to ", "find ", "take me to ", "show me "))
    link = Telling(speaker.choose((", no wait, I meant ", ", sorry, I mean ", ", or actually, ")))
    first = named(dropped, speaker.ids([other]), speaker.determiner(dropped))
    one = absent.perhaps_same_noun(speaker, Described(row, wanted, ()))
    second = the_one(one.phrase, one.ids(speaker), hard=one.hard)
    return Draft(joined(opening, first, link, second, "."), one.ids(speaker))
