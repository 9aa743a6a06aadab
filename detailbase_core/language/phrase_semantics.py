"""How many things a noun phrase speaks of, by its form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.language.lexicon import BUNDLES, COUNTS, MEASURES, PAIRS, PLURAL_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_DIGITS = 2
_SINGULAR_ENDINGS = ("ss", "us", "is")  # the glass, the cactus, the chassis


def number_of(words: Sequence[str], head: str) -> int | None:
    """How many things a phrase means; None = several, or perhaps several.

    Args:
        words: of the phrase.
        head: the main noun among them.
    """
    said = [word.lower() for word in (*words, head)]
    place = said.index(said[-1])
    counting = said[: place + (not said[-1].isdecimal())]  # other numbers are names: "chair 2"
    counted = next((n for n in map(_count, counting) if n is not None), None)
    if counted is not None and counted != 1:  # "one" is also a noun: "the red one"
        return counted
    if PLURAL_WORDS.intersection(said):
        return None
    if PAIRS.intersection(said) and BUNDLES.intersection(said):
        return 1  # "the pair of shoes" is one thing to fetch
    noun = said[-1]
    plural = noun.endswith("s") and not noun.endswith(_SINGULAR_ENDINGS)
    return None if plural or MEASURES.intersection(said) else 1


def _count(word: str) -> int | None:
    if word.isdecimal() and word.isascii():
        return int(word) if len(word) <= MOST_DIGITS and int(word) > 0 else None  # no year
    return COUNTS.get(word)
