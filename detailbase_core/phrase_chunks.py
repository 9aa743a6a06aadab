"""Words -> noun phrase chunks: tag each word, settle the ambiguous ones, then gather.

Works on word indices only; phrases.py turns them into character spans.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING

from detailbase_core import phrase_words as lexicon

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

LONGEST_CHUNK = 8  # words; longer runs of unknown words are no English noun phrase
LATIN = re.compile(r"[^\W\d_]*[A-Za-z\u00c0-\u024f]")


class Tag(Enum):
    """What a word can do in a noun phrase."""

    DETERMINER = auto()
    NUMBER = auto()
    ADJECTIVE = auto()
    PLACE = auto()  # modifies a noun, never is one: "left", "closest"
    NOUN = auto()  # any open-class word
    ADVERB = auto()
    PREPOSITION = auto()
    JOIN = auto()  # "and", ","
    COPULA = auto()
    MODAL = auto()
    SUBJECT = auto()
    PRONOUN = auto()
    THAT = auto()
    RELATIVE = auto()
    VERB = auto()
    STOP = auto()  # punctuation and everything else


_CLOSED: dict[str, Tag] = {}
for _tag, _list in (  # later lists win
    (Tag.ADJECTIVE, lexicon.ADJECTIVES),
    (Tag.PLACE, lexicon.PLACE_WORDS),
    (Tag.ADVERB, lexicon.ADVERBS),
    (Tag.VERB, lexicon.FIRM_VERBS),
    (Tag.NUMBER, lexicon.NUMBERS),
    (Tag.PREPOSITION, lexicon.PREPOSITIONS),
    (Tag.JOIN, lexicon.CONJUNCTIONS | {","}),
    (Tag.PRONOUN, lexicon.PRONOUNS),
    (Tag.SUBJECT, lexicon.SUBJECTS),
    (Tag.MODAL, lexicon.MODALS),
    (Tag.COPULA, lexicon.COPULAS),
    (Tag.RELATIVE, lexicon.RELATIVES),
    (Tag.THAT, lexicon.THAT_WORDS),
    (Tag.DETERMINER, lexicon.DETERMINERS),
):
    _CLOSED.update(dict.fromkeys(_list, _tag))

_NOMINAL = (Tag.NOUN, Tag.ADJECTIVE)
_CLAUSE_STARTS = (Tag.STOP, Tag.JOIN, Tag.MODAL, Tag.ADVERB)
_AFTER_VERB = (Tag.PREPOSITION, Tag.DETERMINER, Tag.ADVERB, Tag.PRONOUN, Tag.SUBJECT, Tag.PLACE)


def find_chunks(words: Sequence[str]) -> list[tuple[int, int, int]]:
    """(first word, last word, head word) of every noun phrase, in order, none overlapping."""
    return list(_Chunker([w.lower().replace("\u2019", "'") for w in words]).chunks())


def _tag_alone(word: str) -> Tag:
    """A word's tag without looking at its neighbours."""
    if word in _CLOSED:
        return _CLOSED[word]
    if word[0].isdigit():
        return Tag.NUMBER if word.isdigit() else Tag.ADJECTIVE
    if not LATIN.match(word):
        return Tag.STOP
    if word.endswith("ly") and len(word) > 4 and word not in lexicon.LY_NOUNS:
        return Tag.ADVERB
    if word.endswith(lexicon.ADJECTIVE_ENDINGS) and len(word) > 5:
        return Tag.ADJECTIVE
    return Tag.NOUN


def _settled_that(before: Tag, after: Tag) -> Tag:
    if before is Tag.NOUN or (before is Tag.NUMBER and after not in (Tag.NOUN, Tag.ADJECTIVE)):
        return Tag.RELATIVE
    if after in (Tag.NOUN, Tag.ADJECTIVE, Tag.NUMBER, Tag.PLACE):
        return Tag.DETERMINER
    return Tag.RELATIVE


class _Chunker:
    """One sentence's words and tags."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.tags = [_tag_alone(word) for word in words]
        for i in range(len(words)):
            self.tags[i] = self._settled(i)

    def _tag(self, i: int) -> Tag:
        return self.tags[i] if 0 <= i < len(self.tags) else Tag.STOP

    # -- settling ambiguous words -------------------------------------------------------------

    def _settled(self, i: int) -> Tag:
        word, tag = self.words[i], self.tags[i]
        before, after = self._tag(i - 1), self._tag(i + 1)
        if tag is Tag.THAT:
            faces = before is Tag.JOIN and self._next_in(i, lexicon.SOFT_VERBS)  # "and that faces"
            return Tag.RELATIVE if faces else _settled_that(before, after)
        if tag is Tag.PREPOSITION and word == "near" and before is Tag.DETERMINER:
            return Tag.PLACE if after in _NOMINAL else tag
        if word in ("can", "cans") and i and self.words[i - 1] in lexicon.CAN_NOUNS:
            return Tag.NOUN
        if word in lexicon.COMMANDS and self._starts_clause(i):
            return Tag.VERB
        if word in lexicon.NOUN_ADJECTIVES and before in _NOMINAL and after not in _NOMINAL:
            return Tag.NOUN
        if word in lexicon.SOFT_VERBS and before is Tag.NOUN and after in _AFTER_VERB:
            compound = self.words[i - 1] in lexicon.COMPOUNDS_WITH_STAND
            return Tag.NOUN if compound else Tag.VERB
        if word in lexicon.FIRM_VERBS:
            return self._settled_firm_verb(i)
        if tag is not Tag.NOUN:
            return tag
        if self._is_subject_verb(i) or self._is_participle_verb(i):
            return Tag.VERB
        return Tag.ADJECTIVE if after is Tag.PREPOSITION and self._next_in(i, ("than",)) else tag

    def _settled_firm_verb(self, i: int) -> Tag:
        """ "the tv stands" and "a used chair" are the exceptions to the verbs that stay verbs."""
        if self.words[i - 1] in lexicon.COMPOUNDS_WITH_STAND and self.words[i] == "stands":
            return Tag.NOUN if self._tag(i - 1) is Tag.NOUN else Tag.VERB
        participle = self.words[i].endswith("ed") or self.words[i] == "found"
        leads_a_noun = self._tag(i - 1) is Tag.DETERMINER and self._tag(i + 1) in _NOMINAL
        return Tag.ADJECTIVE if participle and leads_a_noun else Tag.VERB

    def _next_in(self, i: int, words: Collection[str]) -> bool:
        return i + 1 < len(self.words) and self.words[i + 1] in words

    def _starts_clause(self, i: int) -> bool:
        """Whether a verb would be a command here: at the start, after "and", "please", "to" ..."""
        before = self._tag(i - 1)
        if before is Tag.PREPOSITION and self.words[i - 1] == "to":
            return self._tag(i - 2) is Tag.MODAL
        if before is Tag.SUBJECT:
            return True
        if before is Tag.VERB and self.words[i - 1] in ("go", "come"):
            return True
        commands = before in _CLAUSE_STARTS and not self._next_in(i, ("of",))
        return commands and self._tag(i + 1) not in (Tag.COPULA, Tag.STOP, Tag.VERB)

    def _is_subject_verb(self, i: int) -> bool:
        """An unknown word after "that", "you", "can" or "want to" is a verb."""
        before = self._tag(i - 1)
        if before is Tag.PREPOSITION and self.words[i - 1] == "to":
            return self._tag(i - 2) is Tag.MODAL
        if before in (Tag.SUBJECT, Tag.MODAL):
            return self.words[i - 1] not in ("has", "have", "had", "want", "wants", "need", "needs")
        return before is Tag.RELATIVE and self.words[i - 1] in ("that", "which", "who")

    def _is_participle_verb(self, i: int) -> bool:
        """Whether an -ing or -ed word says what a thing does rather than what it is."""
        word = self.words[i]
        shaped = word.endswith(("ing", "ed")) and len(word) > 4
        if not (shaped or word in lexicon.IRREGULAR_PARTICIPLES) or word in lexicon.ING_ED_NOUNS:
            return False
        before, after = self._tag(i - 1), self._tag(i + 1)
        if word in lexicon.TRANSITIVE_PARTICIPLES:
            return before not in (Tag.DETERMINER, Tag.ADJECTIVE, Tag.PLACE)
        if after in _NOMINAL:
            return False
        return before not in (Tag.DETERMINER, Tag.ADJECTIVE, Tag.NUMBER, Tag.PLACE)

    # -- gathering ----------------------------------------------------------------------------

    def chunks(self) -> Iterator[tuple[int, int, int]]:
        """See find_chunks."""
        i, predicate = 0, False
        while i < len(self.words):
            end, head = self._gather(i)
            if end == i:
                predicate = self._is_predicate_next(i, predicate)
                i += 1
                continue
            end, head = self._with_measure(end, head)
            if self._is_referring(i, end, head, predicate):
                yield i, end - 1, head
            predicate = predicate and self._tag(i) is not Tag.DETERMINER
            i = end

    def _is_predicate_next(self, i: int, predicate: bool) -> bool:
        """After "it is" bare words describe: "it is brown and round". "there is" names things."""
        if self._tag(i) is Tag.COPULA:
            existential = self._tag(i - 1) is Tag.PRONOUN or self.words[i].startswith("there")
            return not existential
        return predicate and self._tag(i) in (Tag.JOIN, Tag.ADVERB)

    def _gather(self, start: int) -> tuple[int, int]:
        """(end, head) of the longest chunk from `start`; end == start where there is none."""
        i, head, has_noun = start, -1, False
        while i < len(self.words):
            tag = self._tag(i)
            if tag is Tag.NOUN or (tag is Tag.NUMBER and self._is_one(start, i)):
                head, has_noun = i, True
            elif tag is Tag.ADJECTIVE and not (has_noun and self._tag(i + 1) not in _NOMINAL):
                head = head if has_noun else i
            elif not self._may_modify(start, i, has_noun):
                break
            i += 1
        if head < 0 or (not has_noun and self._tag(start) is not Tag.DETERMINER):
            return (start, -1) if head < 0 else (head + 1, -1)
        return head + 1, head

    def _is_one(self, start: int, i: int) -> bool:
        """ "the red one": a number word that stands for the noun."""
        return i > start and self.words[i] == "one" and not self._leads_to_noun(i + 1)

    def _may_modify(self, start: int, i: int, has_noun: bool) -> bool:
        """Whether word i can stand inside the chunk that began at `start`."""
        tag, before = self._tag(i), self._tag(i - 1)
        if tag is Tag.DETERMINER:
            return i == start or self.words[i - 1] in lexicon.PREDETERMINERS
        if tag is Tag.PLACE:
            relates = has_noun and self.words[i] in lexicon.RELATION_PLACES
            return not relates and self._leads_to_noun(i + 1)
        if has_noun:
            return False
        if tag is Tag.NUMBER:
            return True
        if tag is Tag.ADVERB:
            return i > start and self._leads_to_noun(i + 1)
        coordinates = tag is Tag.JOIN and i > start and before is Tag.ADJECTIVE
        return coordinates and self._tag(i + 1) is Tag.ADJECTIVE and self._leads_to_noun(i + 1)

    def _leads_to_noun(self, i: int) -> bool:
        """Whether a noun comes next, with nothing but modifiers before it."""
        while self._tag(i) in (Tag.ADJECTIVE, Tag.PLACE, Tag.NUMBER, Tag.ADVERB):
            if i < len(self.words) and self.words[i] in ("one", "ones"):
                return True
            i += 1
        return self._tag(i) is Tag.NOUN

    def _with_measure(self, end: int, head: int) -> tuple[int, int]:
        """ "a pair of chairs" is one phrase about chairs, "a chest of drawers" about a chest."""
        if head < 0 or end >= len(self.words) or self.words[end] != "of":
            return end, head
        more_end, more_head = self._gather(end + 1)
        if more_head < 0 or self._tag(end + 1) is Tag.DETERMINER:
            return end, head
        if self.words[head] == "chest":
            return more_end, head
        return (more_end, more_head) if self.words[head] in lexicon.MEASURES else (end, head)

    def _is_referring(self, start: int, end: int, head: int, predicate: bool) -> bool:
        """Whether the chunk names a thing that can be pointed at."""
        if head < 0 or end - start > LONGEST_CHUNK or self.words[head] in lexicon.ABSTRACT_NOUNS:
            return False
        if self._tag(start) is Tag.DETERMINER:
            says_it_again = predicate and self.words[head] == "one"  # "it is the one by the door"
            sits_down = self.words[max(start - 1, 0) : end] == ["have", "a", "seat"]
            return not (says_it_again or sits_down)
        bare = end - start == 1
        if bare and self.words[head] in lexicon.NAMES_OF_US:
            return False
        if bare and self.words[head] in lexicon.MATERIALS and self.words[start - 1] == "of":
            return False
        return not predicate or self.words[head].endswith("s")
