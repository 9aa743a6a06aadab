"""Sentence -> words and noun phrases with character spans, by rules on closed-class words.

A noun phrase is [determiner adjectives noun(s)] without what relates it to others: "the chair
next to the round table" holds "the chair" and "the round table". No model, no download; English.
Sentences in other languages may yield no phrases: the sentence itself is always query 0.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from detailbase_core.errors import BadQueryError
from detailbase_core.language.chunker import find_chunks
from detailbase_core.language.lexicon import DETERMINERS
from detailbase_core.types import MAX_SENTENCE, Phrase, Sentence, Word

if TYPE_CHECKING:
    from collections.abc import Sequence

WORD_PATTERN = re.compile(r"\w+(?:['\u2019-]\w+)*|[^\w\s]")


class PhraseParser(Protocol):
    """Anything that finds the noun phrases of a sentence."""

    def parse(self, text: str) -> Sentence:
        """Words and phrases of `text`; raises BadQueryError where there is nothing to answer."""
        ...


def split_words(text: str) -> tuple[Word, ...]:
    """Cut a sentence into words and punctuation marks; offsets are Unicode code points.

    "wall's" and "u-shaped" are one word each; every other mark stands alone.
    """
    return tuple(Word(m.group(), m.start(), m.end()) for m in WORD_PATTERN.finditer(text))


def checked_words(text: str, max_words: int) -> tuple[Word, ...]:
    """split_words, for a sentence that can be answered.

    Raises:
        BadQueryError: no words at all, or more than `max_words`; more than MAX_SENTENCE characters.
    """
    if len(text) > MAX_SENTENCE:  # before anything that takes time or memory in proportion
        raise BadQueryError(
            f"the sentence has {len(text)} characters, at most {MAX_SENTENCE} are accepted; "
            "ask for fewer things at once"
        )
    words = split_words(text)
    if not words:
        raise BadQueryError('the sentence is empty; ask for something, e.g. "the chair"')
    if len(words) > max_words:
        raise BadQueryError(
            f"the sentence has {len(words)} words, at most {max_words} are accepted; "
            f"ask for fewer things at once or raise max_words"
        )
    return words


def phrase_of_words(text: str, words: Sequence[Word], first: int, last: int, head: int) -> Phrase:
    """The phrase from word `first` to word `last` of a sentence's words."""
    begin, end = words[first].begin, words[last].end
    return Phrase(text[begin:end], begin, end, head)


def parse_sentence(text: str, max_words: int = 256) -> Sentence:
    """Words and noun phrases of a sentence.

    Args:
        text: as a person typed or spoke it; punctuation and capitals are optional.
        max_words: longest sentence accepted, words and punctuation marks.

    Raises:
        BadQueryError: no words at all, or more than `max_words`.
    """
    words = checked_words(text, max_words)
    chunks = find_chunks([word.text for word in words])
    return Sentence(text, words, tuple(phrase_of_words(text, words, *chunk) for chunk in chunks))


def phrase_name(text: str) -> str:
    """A phrase without its determiners, on one line: "both the red chairs" -> "red chairs"."""
    words = text.split()
    while len(words) > 1 and words[0].lower() in DETERMINERS:
        words.pop(0)
    return " ".join(words)


class RuleParser:
    """The built-in parser behind the PhraseParser protocol."""

    def __init__(self, max_words: int = 256) -> None:
        self.max_words = max_words

    def parse(self, text: str) -> Sentence:
        """See parse_sentence."""
        return parse_sentence(text, self.max_words)
