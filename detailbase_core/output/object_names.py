"""Short names for the objects of an answer, the same in text, JSON and on TF."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from detailbase_core.errors import BadQueryError
from detailbase_core.language.rule_parser import parse_sentence, phrase_name
from detailbase_core.language.wordpiece import MAX_WORD_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detailbase_core.types import GroundedPhrase


class ObjectName(NamedTuple):
    """Name of an object, unique within its answer: ("chair", 1, "red chair").

    Attributes:
        noun: main noun of the phrase, in lower case.
        number: from 1, counted over all objects of this noun in the answer.
        label: the phrase without its determiners.
    """

    noun: str
    number: int
    label: str

    def __str__(self) -> str:
        return f"{self.label} #{self.number}"

    @property
    def frame(self) -> str:
        """As a frame on TF: "detailbase/chair_1"."""
        return f"detailbase/{_word(self.noun)}_{self.number}"

    @property
    def file_stem(self) -> str:
        """As the name of a file, without its suffix: "red_chair_1"."""
        return f"{_word(self.label)}_{self.number}"


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
        noun, label = head_noun(text), phrase_name(text)
        first = counts[noun] + 1
        counts[noun] += count
        named.append([ObjectName(noun, number, label) for number in range(first, first + count)])
    return named


def phrase_object_names(phrases: Iterable[GroundedPhrase]) -> list[list[ObjectName]]:
    """The same for phrases of an answer."""
    return object_names((phrase.text, len(phrase.instances)) for phrase in phrases)


def target_names(count: int) -> list[ObjectName]:
    """Names for the objects that a sentence as a whole is about: "target #1"."""
    return [ObjectName("target", number, "target") for number in range(1, count + 1)]


def _word(text: str) -> str:
    return re.sub(r"\W+", "_", text.lower()).strip("_")[:MAX_WORD_LENGTH] or "object"
