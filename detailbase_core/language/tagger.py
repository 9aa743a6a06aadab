"""Tags of a sentence's words: their part in a noun phrase, by themselves, then by neighbours."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING

from detailbase_core.language import lexicon
from detailbase_core.language.sayings import idle_words
from detailbase_core.language.words import plain_letters

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

LATIN = re.compile(r"[^\W\d_]*[A-Za-z\u00c0-\u024f]")


class Tag(Enum):
    """Part that a word can have in a noun phrase."""

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

# Words whose tag may depend on their neighbours for what they are; of others only nouns' may.
_SETTLED_BY_NAME = frozenset({"near", "can", "cans", "'"}).union(
    *(lexicon.COMMANDS, lexicon.FIRM_VERBS, lexicon.NOUN_ADJECTIVES, lexicon.NOUN_PLACES),
    *(lexicon.SOFT_VERBS, lexicon.THAT_WORDS, *lexicon.TWO_WORD_NOUNS),
)
NOMINAL = (Tag.NOUN, Tag.ADJECTIVE)
_CLAUSE_STARTS = (Tag.STOP, Tag.JOIN, Tag.MODAL, Tag.ADVERB)
_AFTER_VERB = (Tag.PREPOSITION, Tag.DETERMINER, Tag.ADVERB, Tag.PRONOUN, Tag.SUBJECT, Tag.PLACE)


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


class TaggedWords:
    """One sentence, tagged.

    Args:
        words: lower-case, with straight apostrophes.

    Attributes:
        words: as given.
        idle: whether each word says nothing of any thing, see idle_words.
    """

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.idle = idle_words(words)
        tagged = zip(words, self.idle, strict=True)
        self._tags = [Tag.STOP if is_idle else _tag_alone(word) for word, is_idle in tagged]
        for i, is_idle in enumerate(self.idle):
            if not is_idle:
                self._tags[i] = self._settled(i)

    @classmethod
    def of(cls, words: Iterable[str]) -> TaggedWords:
        """Those of a sentence as it was said."""
        return cls([plain_letters(word) for word in words])

    def tag(self, i: int) -> Tag:
        """The tag of word i; STOP before the first and after the last."""
        return self._tags[i] if 0 <= i < len(self._tags) else Tag.STOP

    def _settled(self, i: int) -> Tag:
        """The tag of word i beside its neighbours."""
        by_name = self._settled_by_name(i) if self.words[i] in _SETTLED_BY_NAME else None
        tag = self._tags[i]
        if by_name is not None or tag is not Tag.NOUN:
            return by_name or tag
        if self._is_subject_verb(i) or self._is_participle_verb(i):
            return Tag.VERB
        than = self.tag(i + 1) is Tag.PREPOSITION and self._next_in(i, ("than",))
        return Tag.ADJECTIVE if than else tag

    def _settled_by_name(self, i: int) -> Tag | None:
        """The same where word i is one of _SETTLED_BY_NAME and that decides; else None."""
        word, tag = self.words[i], self._tags[i]
        before, after = self.tag(i - 1), self.tag(i + 1)
        if tag is Tag.THAT:
            faces = before is Tag.JOIN and self._next_in(i, lexicon.SOFT_VERBS)  # "and that faces"
            return Tag.RELATIVE if faces else _settled_that(before, after)
        if tag is Tag.PREPOSITION and word == "near" and before is Tag.DETERMINER:
            return Tag.PLACE if after in NOMINAL else tag
        if word in ("can", "cans") and i and self.words[i - 1] in lexicon.CAN_NOUNS:
            return Tag.NOUN
        if self._ends_two_words(i) or self._ends_two_words(i + 1):
            return Tag.NOUN
        if word in lexicon.COMMANDS and self._starts_clause(i):
            return Tag.VERB
        if self._is_possessive_mark(i) or self._is_part(i):
            return Tag.NOUN
        if word in lexicon.NOUN_ADJECTIVES and before in NOMINAL and after not in NOMINAL:
            return Tag.NOUN
        if word in lexicon.SOFT_VERBS and before is Tag.NOUN and after in _AFTER_VERB:
            compound = self.words[i - 1] in lexicon.COMPOUNDS_WITH_STAND
            return Tag.NOUN if compound else Tag.VERB
        if word in lexicon.FIRM_VERBS:
            return self._settled_firm_verb(i)
        return None

    def _is_possessive_mark(self, i: int) -> bool:
        """ "The kids' bed": an apostrophe that belongs to a noun before another."""
        if self.words[i] != "'" or self.tag(i - 1) is not Tag.NOUN:
            return False
        return self.words[i - 1].endswith("s") and self.tag(i + 1) in NOMINAL

    def _is_part(self, i: int) -> bool:
        """ "A high back" is a part of a chair, "the back" a place."""
        if self.words[i] not in lexicon.NOUN_PLACES or self.tag(i + 1) in NOMINAL:
            return False
        return self.tag(i - 1) is Tag.ADJECTIVE and self.tag(i - 2) is Tag.DETERMINER

    def _ends_two_words(self, i: int) -> bool:
        """Whether word i ends "chess set" or "watering can"; "the tv stands" may be none."""
        ends = 0 < i < len(self.words) and self.words[i] != "stands"
        return ends and (self.words[i - 1], self.words[i]) in lexicon.TWO_WORD_NOUNS

    def _settled_firm_verb(self, i: int) -> Tag:
        """ "the tv stands" and "a used chair" are the exceptions to the verbs that stay verbs."""
        if self.words[i - 1] in lexicon.COMPOUNDS_WITH_STAND and self.words[i] == "stands":
            return Tag.NOUN if self.tag(i - 1) is Tag.NOUN else Tag.VERB
        participle = self.words[i].endswith("ed") or self.words[i] == "found"
        leads_a_noun = self.tag(i - 1) is Tag.DETERMINER and self.tag(i + 1) in NOMINAL
        return Tag.ADJECTIVE if participle and leads_a_noun else Tag.VERB

    def _next_in(self, i: int, words: Collection[str]) -> bool:
        return i + 1 < len(self.words) and self.words[i + 1] in words

    def _starts_clause(self, i: int) -> bool:
        """Whether a verb would be a command here: at the start, after "and", "please", "to" ..."""
        before = self.tag(i - 1)
        if before is Tag.PREPOSITION and self.words[i - 1] == "to":
            return self.tag(i - 2) is Tag.MODAL
        if before is Tag.SUBJECT:
            return True
        if before is Tag.VERB and self.words[i - 1] in ("go", "come"):
            return True
        commands = before in _CLAUSE_STARTS and not self._next_in(i, ("of",))
        return commands and self.tag(i + 1) not in (Tag.COPULA, Tag.STOP, Tag.VERB)

    def _is_subject_verb(self, i: int) -> bool:
        """An unknown word after "that", "you", "can" or "want to" is a verb."""
        before = self.tag(i - 1)
        if before is Tag.PREPOSITION and self.words[i - 1] == "to":
            return self.tag(i - 2) is Tag.MODAL
        if before in (Tag.SUBJECT, Tag.MODAL):
            return self.words[i - 1] not in ("has", "have", "had", "want", "wants", "need", "needs")
        return before is Tag.RELATIVE and self.words[i - 1] in ("that", "which", "who")

    def _is_participle_verb(self, i: int) -> bool:
        """Whether an -ing or -ed word says what an object does rather than what it is."""
        word = self.words[i]
        shaped = word.endswith(("ing", "ed")) and len(word) > 4
        if not (shaped or word in lexicon.IRREGULAR_PARTICIPLES) or word in lexicon.ING_ED_NOUNS:
            return False
        before, after = self.tag(i - 1), self.tag(i + 1)
        if word.endswith("ed") and before is Tag.NOUN and self.words[i - 1].endswith("s"):
            return True  # "the kids spilled juice"
        if word in lexicon.TRANSITIVE_PARTICIPLES:
            return before not in (Tag.DETERMINER, Tag.ADJECTIVE, Tag.PLACE)
        if after in NOMINAL:
            return False
        return before not in (Tag.DETERMINER, Tag.ADJECTIVE, Tag.NUMBER, Tag.PLACE)
