"""Drafts of sentences, and the search for words that set one thing apart."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from training.sentences.clause import Telling, joined, named, rows_named
from training.sentences.finding import clauses
from training.sentences.relations import YES

if TYPE_CHECKING:
    from training.sentences.clause import Clause, Mention, Parts
    from training.sentences.noun_phrase import NounPhrase
    from training.sentences.referring import Speaker

_MOST_TRIES = 24  # clauses per noun phrase


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
    """A thing, its noun phrase, and the clauses that it needs to be unambiguous.

    Attributes:
        row: the thing; for what is not there the thing that it was made of.
        phrase: noun and adjectives.
        clauses: what else is said of it.
        absent: whether nothing in the room is so.
        hard: absent, though the room holds something that the noun alone would fit.
    """

    row: int
    phrase: NounPhrase
    clauses: tuple[Clause, ...]
    absent: bool = False
    hard: bool = False

    @property
    def rows(self) -> set[int]:
        """The thing and all that its clauses name."""
        return {self.row}.union(*(rows_named(clause.parts) for clause in self.clauses))

    @property
    def before(self) -> str:
        """An ordinal that goes before its adjectives."""
        return next((clause.before for clause in self.clauses if clause.before), "")

    def ids(self, speaker: Speaker) -> tuple[int, ...]:
        """Of what it means."""
        return () if self.absent else speaker.ids([self.row])

    def mention(self, speaker: Speaker, *, indefinite: bool = False) -> Mention:
        """Its noun phrase.

        Args:
            speaker: the room.
            indefinite: whether it has to be one not named before: "there is a chair".
        """
        determiner = speaker.determiner(self.phrase, self.before, indefinite=indefinite)
        return named(self.phrase, self.ids(speaker), determiner, before=self.before, hard=self.hard)

    def attributive(self, speaker: Speaker, *, indefinite: bool = False) -> Parts:
        """As in: "the red chair next to the table and behind the sofa"."""
        parts: list[Parts | str | Mention] = [self.mention(speaker, indefinite=indefinite)]
        for i, clause in enumerate(self.clauses):
            link = Telling(" and ") if i else " "
            parts += [link, clause.predicate if i and clause.predicate else clause.parts]
        return joined(*parts)


def pick(
    speaker: Speaker, *, avoid: set[int] | None = None, among: frozenset[str] | None = None
) -> int | None:
    """A row to talk about: one with look-alikes more often, a hopeless one less."""
    avoid = avoid or set()
    category = speaker.geometry.category
    rows = [
        r
        for r in speaker.mentionable
        if r not in avoid and (among is None or str(category[r]) in among)
    ]
    if not rows:
        return None
    return rows[speaker.draw([interest(speaker, r) for r in rows])]


def interest(speaker: Speaker, row: int) -> float:
    """Weight with which an object is talked about."""
    alike = 1.0 + 8.0 * min(speaker.peers(row), 2)
    return (
        alike * (0.4 if speaker.geometry.hung[row] else 1.0) * 0.7 ** min(speaker.failures[row], 4)
    )


def described(
    speaker: Speaker,
    row: int,
    relations: int,
    *,
    avoid: set[int] | None = None,
    predicative: bool = False,
) -> Described | None:
    """Find a noun phrase and this many clauses that together mean the row alone.

    Args:
        speaker: the room.
        row: what to describe.
        relations: 0, 1 or 2 clauses.
        avoid: rows that the clauses should not name.
        predicative: only clauses that can follow "it is".
    """
    avoid = (avoid or set()) | {row}
    if relations == 0:
        phrase = speaker.simple(row)
        return Described(row, phrase, ()) if phrase else None
    for phrase in speaker.phrases(row)[:4]:
        if phrase.size is not None:
            continue
        alone = speaker.is_unique(speaker.truth(phrase), row)
        if alone and speaker.peers(row) and speaker.rng.random() < 0.6:
            continue  # a relation that is needed teaches more
        found = _narrowed(speaker, row, phrase, relations, avoid, predicative)
        if found is not None:
            return Described(row, phrase, found)
    speaker.failures[row] += 1
    return None


def _narrowed(
    speaker: Speaker,
    row: int,
    phrase: NounPhrase,
    relations: int,
    avoid: set[int],
    predicative: bool,
) -> tuple[Clause, ...] | None:
    """Clauses that narrow what a phrase means down to one row."""
    base = speaker.truth(phrase)
    found: list[Clause] = []
    for clause in islice(clauses(speaker, row), _MOST_TRIES):
        if rows_named(clause.parts) & avoid or (predicative and not clause.predicate):
            continue
        if phrase.color and clause.kind in ("colored", "not colored"):
            continue
        if clause.before and phrase.noun.is_mass:
            continue
        if found and not go_together(found[0], clause):
            continue
        truth = clause.selection.holds(base, speaker.visible)
        last = len(found) + 1 == relations
        if truth[row] != YES or (last and not speaker.is_unique(truth, row)):
            continue
        found.append(clause)
        base = truth
        if last:
            return tuple(found)
    return None


def go_together(first: Clause, second: Clause) -> bool:
    """Whether people would join two clauses by "and", and it would be clear what is meant."""
    alone = ("closest", "farthest", "ordinal", "not colored", "colored", "empty", "between")
    if first.kind in alone or second.kind in alone or first.kind == second.kind or first.final:
        return False
    if {first.kind, second.kind} & {"with part", "without part", "carrying"}:
        return False
    for pair in (
        {"corner", "wall"},
        {"on", "floor"},
        {"on wall", "wall"},
        {"at", "facing"},
        {"on", "next to"},
        {"middle", "wall"},
        {"corner", "middle"},
    ):
        if {first.kind, second.kind} == pair:
            return False
    return not rows_named(first.parts) & rows_named(second.parts)
