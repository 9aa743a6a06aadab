"""Sentence -> words and noun phrases with character spans, by rules on closed-class words.

A noun phrase is [determiner adjectives noun(s)] without what relates it to others: "the chair
next to the round table" holds "the chair" and "the round table". No model, no download; English.
Sentences in other languages may yield no phrases: the sentence itself is always query 0.
"""

from __future__ import annotations

from typing import Protocol

from detailbase_core.language.chunker import find_chunks
from detailbase_core.language.lexicon import DETERMINERS
from detailbase_core.language.words import checked_words
from detailbase_core.types import Sentence


class PhraseParser(Protocol):
    """Anything that finds the noun phrases of a sentence."""

    def parse(self, text: str) -> Sentence:
        """Words and phrases of `text`; raises BadQueryError where there is nothing to answer."""
        ...


def parse_sentence(text: str, max_words: int = 256) -> Sentence:
    """Words and noun phrases of a sentence.

    Args:
        text: as a person typed or spoke it; punctuation and capitals are optional.
        max_words: longest sentence accepted, words and punctuation marks.

    Raises:
        BadQueryError: no words at all, or more than `max_words`.
    """
    words = checked_words(text, max_words)
    return Sentence.of_words(text, words, find_chunks([word.text for word in words]))


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
