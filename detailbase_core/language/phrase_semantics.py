"""Semantics of noun phrases, by their words: number, distinct reference, reference to nothing."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from detailbase_core.language.lexicon import (
    ADVERBS,
    BUNDLES,
    CONJUNCTIONS,
    COPULAS,
    COUNTS,
    DETERMINERS,
    EMPTY_WORDS,
    FILLERS,
    FIRM_VERBS,
    MEASURES,
    MODALS,
    NEGATIONS,
    OTHERS,
    PAIRS,
    PLURAL_WORDS,
    POINTING_WORDS,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVES,
    SUBJECTS,
    THAT_WORDS,
)
from detailbase_core.language.words import plain_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.types import Spans

# Words that name nothing by themselves.
_GRAMMAR = frozenset().union(
    *(ADVERBS, CONJUNCTIONS, COPULAS, DETERMINERS, EMPTY_WORDS, FILLERS, FIRM_VERBS, MODALS),
    *(NEGATIONS, POINTING_WORDS, PREPOSITIONS, PRONOUNS, RELATIVES, SUBJECTS, THAT_WORDS),
)
MAX_COUNT_DIGITS = 2
_SINGULAR_ENDINGS = ("ss", "us", "is")  # the glass, the cactus, the chassis
_POINTING = DETERMINERS | THAT_WORDS


def grammatical_number(words: Sequence[str], head: str) -> int | None:
    """Number of objects that a phrase refers to; None = several, or perhaps several.

    Args:
        words: of the phrase.
        head: the main noun among them.
    """
    lowered = [word.lower() for word in (*words, head)]
    noun = lowered[-1]
    noun_index = lowered.index(noun)
    counting = lowered[: noun_index + (not noun.isdecimal())]  # other digits are names: "chair 2"
    count = next((n for n in map(_count, counting) if n is not None), None)
    if count is not None and count != 1:  # "one" is also a noun: "the red one"
        return count
    if PLURAL_WORDS.intersection(lowered):
        return None
    if PAIRS.intersection(lowered) and BUNDLES.intersection(lowered):
        return 1  # "the pair of shoes" is one object to fetch
    plural = noun.endswith("s") and not noun.endswith(_SINGULAR_ENDINGS)
    return None if plural or MEASURES.intersection(lowered) else 1


def distinct_references(phrases: Sequence[tuple[Sequence[str], str]]) -> list[tuple[int, int]]:
    """Pairs of phrases that cannot refer to the same object.

    "The red table" and "the round table" are two, and so are "the table" and "the other table";
    "the red table" and "the table" may well be one.

    Args:
        phrases: words and head word of each, in their order in the sentence.

    Returns:
        Indices (i, j) into `phrases`, i < j.
    """
    lowered = [({word.lower() for word in words}, head.lower()) for words, head in phrases]
    return [
        (i, j)
        for (i, (one, head)), (j, (two, other_head)) in combinations(enumerate(lowered), 2)
        if head == other_head and (two & OTHERS or _differ(one - _POINTING, two - _POINTING))
    ]


def _differ(one: set[str], two: set[str]) -> bool:
    """Whether each says something that the other does not."""
    return bool(one - two and two - one)


def named_rows(words: Sequence[str], spans: Spans) -> list[bool]:
    """Whether a sentence, and each of its phrases, names anything to look for.

    "It" names what was named before it, and nothing where nothing was. "No chair" and "without a
    chair" name nothing that could be shown, nor does "something". A sentence names something if
    one of its phrases does; one without phrases if any word of it is more than grammar.

    Args:
        words: of the sentence, or what the decoder reads of them.
        spans: (first, last, head) words of its phrases, in order.

    Returns:
        1 + P.
    """
    said = plain_words(words)
    named: list[bool] = []
    for first, last, _ in spans:
        named.append(_names(said, first, last, any(named)))
    if spans:
        return [any(named), *named]
    return [any(_has_letters(word) and word not in _GRAMMAR for word in said)]


def _names(said: Sequence[str], first: int, last: int, before: bool) -> bool:
    """Whether a phrase names anything, after others that did or did not."""
    phrase = said[first : last + 1]
    if phrase[0] in NEGATIONS or (first and said[first - 1] in NEGATIONS):
        return False
    content = [word for word in phrase if word not in DETERMINERS | FILLERS] or phrase[-1:]
    if not any(map(_has_letters, content)) or EMPTY_WORDS.issuperset(content):
        return False
    if not POINTING_WORDS.issuperset(content):
        return True
    follows = said[last + 1] if last + 1 < len(said) else ""
    return before or (content[-1] in DETERMINERS and follows in COPULAS)  # "this is a chair"


def _has_letters(word: str) -> bool:
    return any(map(str.isalnum, word))


def _count(word: str) -> int | None:
    if word.isdecimal() and word.isascii():
        return int(word) if len(word) <= MAX_COUNT_DIGITS and int(word) > 0 else None  # no year
    return COUNTS.get(word)
