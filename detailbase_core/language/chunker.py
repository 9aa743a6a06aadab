"""Words -> noun phrase chunks: tag each word, then gather what belongs together.

Works on word indices only; Sentence.of_words turns them into character spans.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.language import lexicon
from detailbase_core.language.tagger import NOMINAL, Tag, TaggedWords

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONGEST_SEARCH = 32  # words to look ahead for a noun: time stays proportional to the sentence
LONGEST_CHUNK = 8  # words; longer runs of unknown words are no English noun phrase
_MODIFIERS = (Tag.ADJECTIVE, Tag.PLACE, Tag.NUMBER, Tag.ADVERB)


def find_chunks(words: Sequence[str]) -> list[tuple[int, int, int]]:
    """(first word, last word, head word) of every noun phrase, in order, none overlapping."""
    return gathered_chunks(TaggedWords.of(words))


def gathered_chunks(tagged: TaggedWords) -> list[tuple[int, int, int]]:
    """The same of words that are tagged."""
    return list(_Chunker(tagged).chunks())


class _Chunker:
    """Gathers the chunks of one sentence."""

    def __init__(self, tagged: TaggedWords) -> None:
        self._tagged = tagged
        self._words = tagged.words

    def chunks(self) -> Iterator[tuple[int, int, int]]:
        """See find_chunks."""
        i, predicate = 0, False
        while i < len(self._words):
            end, head = self._gather(i)
            if end == i:
                predicate = self._is_predicate_next(i, predicate)
                i += 1
                continue
            end, head = self._with_measure(end, head)
            if self._is_referring(i, end, head, predicate):
                yield i, end - 1, head
            predicate = predicate and self._tagged.tag(i) is not Tag.DETERMINER
            i = end

    def _is_predicate_next(self, i: int, predicate: bool) -> bool:
        """After "it is" bare words describe: "it is brown and round". "there is" names objects."""
        if self._tagged.tag(i) is Tag.COPULA:
            after_there = self._tagged.tag(i - 1) is Tag.PRONOUN
            return not (after_there or self._words[i].startswith("there"))
        return predicate and self._tagged.tag(i) in (Tag.JOIN, Tag.ADVERB)

    def _gather(self, start: int) -> tuple[int, int]:
        """(end, head) of the longest chunk from `start`; end == start where there is none."""
        i, head, has_noun = start, -1, False
        while i < len(self._words) and (head >= 0 or i < start + LONGEST_SEARCH):
            tag = self._tagged.tag(i)
            if tag is Tag.NOUN or (tag is Tag.NUMBER and self._is_one(start, i)):
                head, has_noun = i, True
            elif tag is Tag.ADJECTIVE and not (has_noun and self._tagged.tag(i + 1) not in NOMINAL):
                head = head if has_noun else i
            elif not self._may_modify(start, i, has_noun):
                break
            i += 1
        if head < 0 or (not has_noun and self._tagged.tag(start) is not Tag.DETERMINER):
            return (start, -1) if head < 0 else (head + 1, -1)
        return head + 1, head

    def _is_one(self, start: int, i: int) -> bool:
        """ "the red one": a number word that stands for the noun."""
        return i > start and self._words[i] == "one" and not self._leads_to_noun(i + 1)

    def _may_modify(self, start: int, i: int, has_noun: bool) -> bool:
        """Whether word i can stand inside the chunk that began at `start`."""
        tag, before = self._tagged.tag(i), self._tagged.tag(i - 1)
        if tag is Tag.DETERMINER:
            return i == start or self._words[i - 1] in lexicon.PREDETERMINERS
        if tag is Tag.PLACE:
            relates = has_noun and self._words[i] in lexicon.RELATION_PLACES
            return not relates and self._leads_to_noun(i + 1)
        if has_noun:
            return False
        if tag is Tag.NUMBER:
            return True
        if tag is Tag.ADVERB:
            return i > start and self._leads_to_noun(i + 1)
        coordinates = tag is Tag.JOIN and i > start and before is Tag.ADJECTIVE
        return (
            coordinates and self._tagged.tag(i + 1) is Tag.ADJECTIVE and self._leads_to_noun(i + 1)
        )

    def _leads_to_noun(self, i: int) -> bool:
        """Whether a noun comes next, with nothing but modifiers before it."""
        for k in range(i, i + LONGEST_SEARCH):
            tag = self._tagged.tag(k)
            if tag is Tag.NOUN or (tag in _MODIFIERS and self._words[k] in ("one", "ones")):
                return True
            if tag not in _MODIFIERS:
                return False
        return False

    def _with_measure(self, end: int, head: int) -> tuple[int, int]:
        """ "a pair of chairs" is one phrase about chairs, "a bottle of milk" about a bottle."""
        if head < 0 or end >= len(self._words) or self._words[end] != "of":
            return end, head
        more_end, more_head = self._gather(end + 1)
        if more_head < 0 or self._tagged.tag(end + 1) is Tag.DETERMINER:
            return end, head
        if self._words[head] in lexicon.CONTAINERS:
            return more_end, head
        return (more_end, more_head) if self._words[head] in lexicon.MEASURES else (end, head)

    def _is_referring(self, start: int, end: int, head: int, predicate: bool) -> bool:
        """Whether the chunk names an object that can be pointed at."""
        if head < 0 or end - start > LONGEST_CHUNK or self._words[head] in lexicon.ABSTRACT_NOUNS:
            return False
        if self._tagged.tag(start) is Tag.DETERMINER:
            says_it_again = predicate and self._words[head] == "one"  # "it is the one by the door"
            sits_down = self._words[max(start - 1, 0) : end] == ["have", "a", "seat"]
            return not (says_it_again or sits_down)
        bare = end - start == 1
        if bare and self._words[head] in lexicon.NAMES_OF_US:
            return False
        if bare and self._words[head] in lexicon.MATERIALS and self._words[start - 1] == "of":
            return False
        return not predicate or self._words[head].endswith("s")
