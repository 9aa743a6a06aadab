"""Which of a sentence's phrases name different things of one kind, by their words."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from detailbase_core.language.lexicon import DETERMINERS, OTHERS, THAT_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

_POINTING = DETERMINERS | THAT_WORDS


def named_apart(phrases: Sequence[tuple[Sequence[str], str]]) -> list[tuple[int, int]]:
    """Pairs of phrases of which neither can mean what the other does.

    "The red table" and "the round table" are two, and so are "the table" and "the other table";
    "the red table" and "the table" may well be one.

    Args:
        phrases: words and head word of each, in their order in the sentence.

    Returns:
        Places (i, j) in `phrases`, i < j.
    """
    said = [({word.lower() for word in words}, head.lower()) for words, head in phrases]
    return [
        (i, j)
        for (i, (one, head)), (j, (two, other_head)) in combinations(enumerate(said), 2)
        if head == other_head and (two & OTHERS or _differ(one - _POINTING, two - _POINTING))
    ]


def _differ(one: set[str], two: set[str]) -> bool:
    """Whether each says something that the other does not."""
    return bool(one - two and two - one)
