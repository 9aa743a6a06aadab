"""A noun with its adjectives, as it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.sentences.nouns import Noun


@dataclass(frozen=True)
class NounPhrase:
    """Noun and adjectives, without relations.

    Attributes:
        noun: from the vocabulary.
        size: an adjective of size, None = not said; so are
        shape: a shape as a room's objects have it,
        color, material: a colour and a material likewise.
        color_word, material_word: how those are said; "" = by their own names.
    """

    noun: Noun
    size: str | None = None
    shape: str | None = None
    color: str | None = None
    material: str | None = None
    color_word: str = ""
    material_word: str = ""

    @property
    def adjectives(self) -> tuple[str, ...]:
        """As people order them: size, shape, colour, material."""
        color = self.color and (self.color_word or self.color)
        material = self.material and (self.material_word or self.material)
        return tuple(word for word in (self.size, self.shape, color, material) if word)

    @property
    def modifiers(self) -> tuple[str, ...]:
        """Kinds of its adjectives."""
        kinds = ("size", "shape", "color", "material")
        return tuple(kind for kind in kinds if getattr(self, kind))

    def words(self, *, plural: bool = False, before: str = "") -> str:
        """Adjectives and noun as written, without a determiner.

        Args:
            plural: of several things.
            before: an ordinal, said before all adjectives.
        """
        noun = self.noun.plural if plural else self.noun.singular
        return " ".join([*([before] if before else []), *self.adjectives, noun])


def with_article(words: str) -> str:
    """As in: "an armchair", "a chair"."""
    article = "an" if words[0] in "aeiou" and not words.startswith("u-") else "a"
    return f"{article} {words}"
