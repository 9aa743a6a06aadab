"""Whether a noun phrase speaks of one thing or of several, by its form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.phrase_words import MEASURES, NUMBERS, PLURAL_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

_SEVERAL = (NUMBERS - {"one", "zero"}) | MEASURES | PLURAL_WORDS
_SINGULAR_ENDINGS = ("ss", "us", "is")  # the glass, the cactus, the chassis


def means_one(words: Iterable[str], head: str) -> bool:
    """Whether a phrase is plainly singular ("the red chair"); in doubt it may mean several.

    Args:
        words: of the phrase.
        head: the main noun among them.
    """
    noun = head.lower()
    if noun.endswith("s") and not noun.endswith(_SINGULAR_ENDINGS):
        return False
    return not any(word.lower() in _SEVERAL or _counts_several(word) for word in (*words, noun))


def _counts_several(word: str) -> bool:
    return word.isdecimal() and int(word) != 1
