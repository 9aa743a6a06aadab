"""Drafts of sentences, and the search for words that set one thing apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic import vocabulary as words
from detailbase_core.synthetic.clauses import Mention, clauses, rows_named
from detailbase_core.synthetic.relations import YES

if TYPE_CHECKING:
    from detailbase_core.synthetic.clauses import Clause, Parts
    from detailbase_core.synthetic.referring import NounPhrase, Speaker


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
        """As in: "the red chair next to the table and behind the sofa"."""
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


def command(speaker: Speaker, category: str) -> tuple[str, str]:
    """Words before and after the target; often none."""
    rng = speaker.rng
    if rng.random() < 0.3:
        return "", str(rng.choice([".", ""]))
    special = [c for c in words.COMMANDS if c[2] is not None and category in c[2]]
    general = [c for c in words.COMMANDS if c[2] is None]
    pool = special if special and rng.random() < 0.4 else general
    before, after, _ = pool[int(rng.integers(len(pool)))]
    return before, after
