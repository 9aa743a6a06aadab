"""Short names for the objects of an answer: the phrases' nouns, counted."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from detailbase_core.errors import BadQueryError
from detailbase_core.language.rule_parser import parse_sentence
from detailbase_core.language.wordpiece import MAX_WORD_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterable


class ObjectName(NamedTuple):
    """Name of an object: ("chair", 1)."""

    noun: str
    number: int

    def __str__(self) -> str:
        return f"{self.noun} #{self.number}"

    @property
    def frame(self) -> str:
        """As a frame on TF: "detailbase/chair_1"."""
        word = re.sub(r"\W+", "_", self.noun).strip("_") or "object"
        return f"detailbase/{word}_{self.number}"


def head_noun(phrase: str) -> str:
    """The main noun of a phrase, in lower case: "both the red armchairs" -> "armchairs"."""
    try:
        sentence = parse_sentence(phrase)
    except BadQueryError:
        return "object"
    head = sentence.phrases[0].head if sentence.phrases else len(sentence.words) - 1
    return sentence.words[head].text.lower()[:MAX_WORD_LENGTH]


def object_names(phrases: Iterable[tuple[str, int]]) -> list[list[ObjectName]]:
    """Names for the objects of every phrase, unique within the answer.

    Args:
        phrases: each phrase's text and how many objects it has.
    """
    counts: Counter[str] = Counter()
    named = []
    for text, count in phrases:
        noun = head_noun(text)
        first = counts[noun] + 1
        counts[noun] += count
        named.append([ObjectName(noun, number) for number in range(first, first + count)])
    return named
