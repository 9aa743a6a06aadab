"""Families of sentences. Each takes a Speaker and returns a draft, or None where it has no luck."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic import absent, plurals
from detailbase_core.synthetic import vocabulary as words
from detailbase_core.synthetic.clauses import (
    Mention,
    binary,
    clauses,
    extreme,
    matrix,
    rows_named,
    the,
)
from detailbase_core.synthetic.referring import NounPhrase
from detailbase_core.synthetic.relations import YES

if TYPE_CHECKING:
    from collections.abc import Callable

    from detailbase_core.synthetic.clauses import Clause, Parts
    from detailbase_core.synthetic.referring import Speaker


@dataclass(frozen=True)
class Draft:
    """A sentence in parts.

    Attributes:
        parts: text and mentions, to be joined.
        target_ids: what it is about.
    """

    parts: Parts
    target_ids: tuple[int, ...]


@dataclass(frozen=True)
class Described:
    """A thing, its noun phrase, and the clauses that it needs to be unambiguous."""

    row: int
    phrase: NounPhrase
    clauses: tuple[Clause, ...]

    def mention(self, speaker: Speaker, determiner: str = "the") -> Mention:
        """Its noun phrase."""
        text = self.phrase.words()
        if determiner == "a" and text[0] in "aeiou":
            determiner = "an"
        return Mention(f"{determiner} {text}", speaker.ids([self.row]))

    def attributive(self, speaker: Speaker) -> Parts:
        """ "the red chair next to the table and behind the sofa"."""
        parts: list[str | Mention] = [self.mention(speaker)]
        for i, clause in enumerate(self.clauses):
            if i:
                parts.append(" and")
            parts.extend(clause.attributive())
        return tuple(parts)


def pick(speaker: Speaker, *, avoid: set[int] | None = None, among: frozenset[str] | None = None
         ) -> int | None:  # fmt: skip
    """A row to talk about: things with look-alikes come up more often."""
    avoid = avoid or set()
    category = speaker.geometry.category
    rows = [
        r for r in speaker.mentionable
        if r not in avoid and (among is None or str(category[r]) in among)
    ]  # fmt: skip
    if not rows:
        return None
    weights = np.array([1.0 + 2.5 * min(speaker.peers(r), 2) for r in rows])
    hung = speaker.geometry.hung[rows]
    weights *= np.where(hung, 0.4, 1.0)
    return int(speaker.rng.choice(rows, p=weights / weights.sum()))


def described(
    speaker: Speaker, row: int, relations: int, *, avoid: set[int] | None = None
) -> Described | None:
    """Find a noun phrase and this many clauses that together mean the row alone.

    Args:
        speaker: the room.
        row: what to describe.
        relations: 0, 1 or 2 clauses.
        avoid: rows that the clauses should not name.
    """
    avoid = (avoid or set()) | {row}
    if relations == 0:
        phrase = speaker.simple(row)
        return Described(row, phrase, ()) if phrase else None
    options = clauses(speaker, row)
    for phrase in speaker.phrases(row):
        if phrase.size is not None:
            continue
        base = speaker.truth(phrase)
        if speaker.peers(row) and speaker.is_unique(base, row) and speaker.rng.random() < 0.6:
            continue  # a relation that is needed teaches more
        found: list[Clause] = []
        for make in options:
            clause = make()
            if clause is None or rows_named(clause.anchors) & avoid:
                continue
            if found and not _go_together(found[0], clause):
                continue
            truth = clause.holds(base, speaker.visible)
            if truth[row] != YES:
                continue
            last = len(found) + 1 == relations
            if last and not speaker.is_unique(truth, row):
                continue
            found.append(clause)
            base = truth
            if last:
                return Described(row, phrase, tuple(found))
    return None


def _go_together(first: Clause, second: Clause) -> bool:
    superlative = ("closest", "farthest", "not colored")
    if first.kind in superlative or second.kind in superlative or first.kind == second.kind:
        return False
    if {first.kind, second.kind} in ({"corner", "wall"}, {"on", "floor"}):
        return False
    if first.after or first.kind == "between":
        return False
    return not rows_named(first.anchors) & rows_named(second.anchors)


def _command(speaker: Speaker, category: str) -> tuple[str, str]:
    """Words before and after the target; often none."""
    rng = speaker.rng
    if rng.random() < 0.3:
        return "", str(rng.choice([".", ""]))
    special = [c for c in words.COMMANDS if c[2] is not None and category in c[2]]
    general = [c for c in words.COMMANDS if c[2] is None]
    pool = special if special and rng.random() < 0.4 else general
    before, after, _ = pool[int(rng.integers(len(pool)))]
    return before, after


def single(speaker: Speaker) -> Draft | None:
    """ "Go to the red chair next to the table."""
    rng = speaker.rng
    row = pick(speaker)
    if row is None:
        return None
    found = described(speaker, row, int(rng.choice([0, 1, 1, 1, 2])))
    if found is None:
        return None
    before, after = _command(speaker, speaker.thing(row).category)
    return Draft((before, *found.attributive(speaker), after), speaker.ids([row]))


def statement(speaker: Speaker) -> Draft | None:
    """ "There is a red chair. It is next to the table and behind the sofa."""
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
    """ "The lamp on the nightstand that is next to the bed."""
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
        before, after = _command(speaker, speaker.thing(row).category)
        target = Mention(f"the {phrase.words()}", speaker.ids([row]))
        parts = (before, target, *outer.attributive(), which, *clause.attributive(), after)
        return Draft(parts, speaker.ids([row]))
    return None


def conjunction(speaker: Speaker) -> Draft | None:
    """ "Find the red chair, the lamp on the desk and the sofa."""
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
    """ "a, b and c"; a comma keeps clauses from reaching into the next item."""
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
    """ "The red chair and the blue one."""
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
    """ "The chair next to the round table and the lamp behind it."""
    rng = speaker.rng
    row = pick(speaker)
    if row is None:
        return None
    first = described(speaker, row, int(rng.random() < 0.3))
    if first is None:
        return None
    named = {row} | {r for c in first.clauses for r in rows_named(c.anchors)}
    it = Mention("it", ())
    kinds = ["next to", "next to", "behind", "in front of", "on", "under", "facing", "above",
             "closest"]  # fmt: skip
    for kind in (kinds[i] for i in rng.permutation(len(kinds))):
        other = pick(speaker, avoid=named)
        if other is None:
            return None
        make = extreme if kind == "closest" else binary
        clause = make(speaker, kind, row, it)
        phrase = speaker.phrases(other)[0]
        if clause is None or phrase.size is not None:
            continue
        if not speaker.is_unique(clause.holds(speaker.truth(phrase), speaker.visible), other):
            continue
        opening, link = (("", " and "), ("find ", " and "), ("go to ", " and look at "),
                         ("start at ", " and go to "), ("look at ", ", then at "),
                         ("go to ", ", then find "))[int(rng.integers(6))]  # fmt: skip
        parts = (opening, *first.attributive(speaker), link,
                 Mention(f"the {phrase.words()}", speaker.ids([other])),
                 f" {clause.before} it.")  # fmt: skip
        return Draft(parts, speaker.ids([row, other]))
    return None


def transport(speaker: Speaker) -> Draft | None:
    """ "Put the box on the table."""
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


def viewpoint(speaker: Speaker) -> Draft | None:
    """ "Facing the bed, the nightstand on the left."""
    rng = speaker.rng
    row = pick(speaker)
    if row is None:
        return None
    for anchor in speaker.mentionable:
        for side in ("left", "right"):
            truth = matrix(speaker, f"{side} of")[:, anchor]
            if truth[row] != YES:
                continue
            place, phrase = the(speaker, anchor), speaker.phrases(row)[0]
            if place is None or phrase.size is not None:
                continue
            if not speaker.is_unique(np.minimum(speaker.truth(phrase), truth), row):
                continue
            target = Mention(f"the {phrase.words()}", speaker.ids([row]))
            openings = ("facing ", "when you face ", "as you look at ", "if you stand before ")
            opening = openings[int(rng.integers(len(openings)))]
            if rng.random() < 0.5:
                parts: Parts = (opening, place, ", ", target, f" to its {side}.")
            else:
                parts = (opening, place, ", it is ", target, f" on the {side}.")
            return Draft(parts, speaker.ids([row]))
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
    "conjunction": conjunction,
    "ellipsis": ellipsis,
    "pronoun": pronoun,
    "transport": transport,
    "viewpoint": viewpoint,
    "plural": _plural,
    "missing": _missing,
    "missing too": _missing_too,
}

WEIGHTS: dict[str, float] = {
    "single": 24, "statement": 16, "chain": 12, "conjunction": 10, "ellipsis": 6, "pronoun": 12,
    "transport": 8, "viewpoint": 6, "plural": 10, "missing": 18, "missing too": 8,
}  # fmt: skip
