"""What a noun phrase speaks of, by its form: how many things, or nothing at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.language.described_words import plain_word
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
    PAIRS,
    PLURAL_WORDS,
    POINTING_WORDS,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVES,
    SUBJECTS,
    THAT_WORDS,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.language.phrase_pooling import Spans

# Words that name nothing by themselves.
_GRAMMAR = frozenset().union(
    *(ADVERBS, CONJUNCTIONS, COPULAS, DETERMINERS, EMPTY_WORDS, FILLERS, FIRM_VERBS, MODALS),
    *(NEGATIONS, POINTING_WORDS, PREPOSITIONS, PRONOUNS, RELATIVES, SUBJECTS, THAT_WORDS),
)
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
    said = [plain_word(word) for word in words]
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
        return int(word) if len(word) <= MOST_DIGITS and int(word) > 0 else None  # no year
    return COUNTS.get(word)
