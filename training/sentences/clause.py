"""Pieces of a sentence: mentions of things, and the clauses that relate things to others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from detailbase_core.synthetic.room import FIRST_OBJECT_ID
from training.sentences.noun_phrase import with_article

if TYPE_CHECKING:
    from collections.abc import Iterable

    from training.sentences.noun_phrase import NounPhrase
    from training.sentences.selection import Selection


@dataclass(frozen=True)
class Mention:
    """A noun phrase inside a sentence; its last word is its head.

    Attributes:
        text: as written, determiner included.
        ids: what it means; empty = nothing in the room, or a structure without an object.
        structure: floor, wall, ceiling, corner or the room itself.
        hard: nothing fits, though the room holds something that the noun alone would fit.
        modifiers: kinds of its adjectives, "number", "order" and "ellipsis" included.
        phrase: noun and adjectives, where it is made of them.
    """

    text: str
    ids: tuple[int, ...]
    structure: bool = False
    hard: bool = False
    modifiers: tuple[str, ...] = ()
    phrase: NounPhrase | None = None

    @property
    def absent(self) -> bool:
        """Whether it asks for something that is not there."""
        return not self.ids and not self.structure


class Telling(str):
    """Words that matter to what a phrase means: "it" in "behind it", "when you face it".

    Plain strings are all other words: what the speaker wants, links, copulas.
    """

    __slots__ = ()


class Related(Telling):
    """Words that say how one thing is to another.

    Attributes:
        relation: its name.
    """

    __slots__ = ("relation",)
    relation: str

    def __new__(cls, text: str, relation: str) -> Related:
        """Mark some words."""
        words = super().__new__(cls, text)
        words.relation = relation
        return words


Parts = tuple["str | Mention", ...]


@dataclass(frozen=True)
class Clause:
    """Clause that sets an object apart from those that the same noun phrase could mean.

    Attributes:
        kind: name of the relation.
        selection: which things it holds for.
        parts: text and anchors after the noun, without the space before: "next to ", the sofa.
        predicate: the same after "it is"; empty where it cannot be said so.
        rows: rows of the anchors (structure has none).
        before: what goes before the adjectives: "second" of "the second chair from the left".
        final: whether no other clause may follow.
    """

    kind: str
    selection: Selection
    parts: Parts
    predicate: Parts = ()
    rows: tuple[int, ...] = ()
    before: str = ""
    final: bool = False


def reworded(part: str | Mention, text: str) -> str | Mention:
    """Other text for a part, of the part's kind."""
    if isinstance(part, Mention):
        return replace(part, text=text)
    if isinstance(part, Related):
        return Related(text, part.relation)
    return Telling(text) if isinstance(part, Telling) else text


def describes(part: str | Mention) -> bool:
    """Whether a part says something of a thing, rather than what the speaker wants."""
    return isinstance(part, Mention | Telling)


def joined(*parts: str | Mention | Parts) -> Parts:
    """Parts and tuples of parts as one, without empty strings."""
    flat: list[str | Mention] = []
    for part in parts:
        flat.extend(part if isinstance(part, tuple) else (part,))
    return tuple(part for part in flat if part != "")


def rows_named(parts: Iterable[str | Mention]) -> set[int]:
    """Rows of all furniture that some parts of a sentence mention."""
    ids = {i for p in parts if isinstance(p, Mention) for i in p.ids}
    return {i - FIRST_OBJECT_ID for i in ids if i >= FIRST_OBJECT_ID}


def named(
    phrase: NounPhrase,
    ids: tuple[int, ...],
    determiner: str = "the",
    *,
    before: str = "",
    hard: bool = False,
) -> Mention:
    """A mention of one thing by a noun phrase; "a" becomes "an" where it must.

    Args:
        phrase: noun and adjectives.
        ids: see Mention.
        determiner: "the", "a", "my" ...; "" = none.
        before: an ordinal.
        hard: see Mention.
    """
    words = phrase.words(before=before)
    text = with_article(words) if determiner == "a" else f"{determiner} {words}".lstrip()
    modifiers = (*(("order",) if before else ()), *phrase.modifiers)
    return Mention(text, ids, hard=hard, modifiers=modifiers, phrase=phrase)


def the_one(phrase: NounPhrase, ids: tuple[int, ...], *, hard: bool = False) -> Mention:
    """As in: "the red one", "the one"; the noun was said before."""
    words = " ".join(("the", *phrase.adjectives, "one"))
    return Mention(words, ids, hard=hard, modifiers=(*phrase.modifiers, "ellipsis"), phrase=phrase)
