"""A sentence's words, and those of them that the decoder reads: they describe objects.

"Where is the sofa?", "bring me a sofa." and "The sofa" all read "sofa": what a phrase names is
encoded apart from what the sentence wants of it, so no answer can depend on how it is asked.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from detailbase_core.errors import BadQueryError
from detailbase_core.language.lexicon import (
    COPULAS,
    DETERMINERS,
    FILLERS,
    GLUED,
    LEADING_DETERMINERS,
    LEARNED_PAIRS,
    LEARNED_WORDS,
    PREPOSITIONS,
)
from detailbase_core.language.wordpiece import MAX_WORD_LENGTH
from detailbase_core.types import MAX_SENTENCE, Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from detailbase_core.types import Spans

# Soft hyphens and spaces without width say where a word may be broken, and are no part of it.
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_CURLY = "\u2018\u2019\u02bc\u00b4\u0060\u2032\uff07"  # apostrophes
# Hyphens of print and full-width ones join as those of keyboards do; dashes do not.
_JOINS = f"'{_CURLY}\u2010\u2011\u2212\ufe63\uff0d-"
_LETTERS = rf"\w[\w{_INVISIBLE}]*"
WORD_PATTERN = re.compile(rf"{_LETTERS}(?:[{_JOINS}]{_LETTERS})*|[^\w\s{_INVISIBLE}]")
SEPARATOR = ""  # a word without pieces: here the sentence said something that describes nothing
# Between describing words they part nothing: "the chair that is next to the table".
_NO_BREAKS = DETERMINERS | COPULAS | FILLERS | {"that", "which", "who"}
# Words that describe together or not at all, outside of phrases.
_COMPOUNDS = {
    ("next", "to"),
    ("close", "to"),
    ("closest", "to"),
    ("nearest", "to"),
    ("farthest", "from"),
    ("furthest", "from"),
    ("across", "from"),
    ("front", "of"),
    ("top", "of"),
    ("left", "of"),
    ("right", "of"),
}
_PLAIN = str.maketrans(dict.fromkeys(_CURLY, "'") | dict.fromkeys(_INVISIBLE, ""))
_HYPHENS = re.compile(r"[\s_\u2010-\u2015\u2212-]+")


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


class DescribedWords(NamedTuple):
    """Words of a sentence as a text encoder reads them for the decoder.

    Attributes:
        words: the describing words, in order and normalised; SEPARATOR where others were between
            them. Word k stands in text row k + 1.
        rows: text row of each of the sentence's words, 0 for a hidden one.
    """

    words: tuple[str, ...]
    rows: tuple[int, ...]

    def spans(self, spans: Spans) -> list[tuple[int, int, int]]:
        """(first, last, head) words of the sentence's phrases, as indices into `words`."""
        moved = []
        for first, last, head in spans:
            seen = [row - 1 for row in self.rows[first : last + 1] if row]
            moved.append((seen[0], seen[-1], self.rows[head] - 1))
        return moved

    def without_separators(self, dropped: Sequence[bool]) -> DescribedWords:
        """The same where some words, counted as in `words`, are left out if they are separators."""
        gone = [drop and word == SEPARATOR for word, drop in zip(self.words, dropped, strict=True)]
        words = tuple(word for word, out in zip(self.words, gone, strict=True) if not out)
        return DescribedWords(words, tuple(row - sum(gone[: max(row - 1, 0)]) for row in self.rows))


def described_words(
    words: Sequence[str], spans: Spans, describes: Sequence[bool] | None
) -> DescribedWords:
    """Hide what does not describe.

    Words of a phrase always describe, except for determiners at its beginning; punctuation and
    fillers never do, unless they head a phrase, nor does a preposition before the only phrase: a
    relation needs two things. Where words that break off stand between two
    describing ones, or where one phrase follows another, there is a SEPARATOR. A hyphenated word
    is several.

    Args:
        words: of the sentence.
        spans: (first, last, head) words of its phrases.
        describes: whether each word outside the phrases describes; None = nothing is hidden and
            nothing changed, as published networks read sentences.
    """
    if describes is None:
        return DescribedWords(tuple(words), tuple(range(1, len(words) + 1)))
    phrase, plain = _phrase_of_words(len(words), spans), plain_words(words)
    shown = _shown(words, plain, spans, phrase, describes)
    nothing = [word in _NO_BREAKS for word in plain]
    words = _learned_pairs(words, plain, phrase)
    read: list[str] = []
    rows = [0] * len(words)
    last = -1
    for index in (k for k, seen in enumerate(shown) if seen):
        if last >= 0 and _parted(words, nothing, phrase, last, index):
            read.append(SEPARATOR)
        read += word_parts(words[index])
        rows[index] = len(read)  # a hyphenated head is its last part
        last = index
    return DescribedWords(tuple(read), tuple(rows))


def word_parts(word: str) -> tuple[str, ...]:
    """A word in plain letters, cut at hyphens and into the two words of a noun that is written as
    one: "Coffee-Table" and "coffeetable" -> coffee, table; never empty. For some words those that
    training sentences have: "longest" -> widest.
    """
    return _parts(word[:MAX_WORD_LENGTH])  # cut first: the cache keeps what it is given


def plain_word(word: str) -> str:
    """The same as one word, for where each word has one row."""
    return " ".join(word_parts(word))


def plain_words(words: Iterable[str]) -> list[str]:
    """plain_word of each."""
    return [plain_word(word) for word in words]


def plain_letters(word: str) -> str:
    """A word in small letters, without ligatures, full-width ones, or curly apostrophes."""
    if word.isascii():  # the same, sooner
        return word.lower().replace("`", "'")
    # First what NFKC would take apart: an acute accent becomes a space and a mark.
    return unicodedata.normalize("NFKC", word.translate(_PLAIN)).casefold() or word


@lru_cache(maxsize=10_000)
def _parts(word: str) -> tuple[str, ...]:
    cut = filter(None, _HYPHENS.split(plain_letters(word)))
    parts = (part for letters in cut for part in GLUED.get(letters, (letters,)))
    return tuple(known for part in parts for known in LEARNED_WORDS.get(part, (part,))) or (word,)


def _learned_pairs(words: Sequence[str], plain: list[str], phrase: Sequence[int]) -> list[str]:
    """Words, those of a phrase's nouns of two words as training has them: "football table"."""
    learned = list(words)
    for index, pair in enumerate(itertools.pairwise(plain)):
        if pair in LEARNED_PAIRS and phrase[index] == phrase[index + 1] >= 0:
            learned[index : index + 2] = LEARNED_PAIRS[pair]
    return learned


def _phrase_of_words(count: int, spans: Spans) -> list[int]:
    """Index of each word's phrase, -1 outside."""
    phrase = [-1] * count
    for index, (first, last, _) in enumerate(spans):
        phrase[first : last + 1] = [index] * (last + 1 - first)
    return phrase


def _shown(
    words: Sequence[str],
    plain: list[str],
    spans: Spans,
    phrase: Sequence[int],
    describes: Sequence[bool],
) -> list[bool]:
    shown = [
        (inside >= 0 or tagged) and known not in FILLERS and any(map(str.isalnum, word))
        for word, known, inside, tagged in zip(words, plain, phrase, describes, strict=True)
    ]
    for index, pair in enumerate(itertools.pairwise(plain)):
        if pair in _COMPOUNDS and phrase[index] < 0 and phrase[index + 1] < 0:
            shown[index] = shown[index + 1] = shown[index] or shown[index + 1]
    for first, _, head in spans:
        for index in range(first, head):
            if shown[index] and plain[index] not in LEADING_DETERMINERS:
                break
            shown[index] = False
        shown[head] = True
    if len(spans) == 1:
        _hide_relation_to_nothing(plain, spans[0][0], shown)
    return shown


def _hide_relation_to_nothing(plain: list[str], first: int, shown: list[bool]) -> None:
    """Hide a preposition before a sentence's only phrase: "stop beside the lamp" names the lamp.

    Args:
        plain: words of the sentence.
        first: of the phrase.
        shown: of each word, changed in place.
    """
    if not first or plain[first - 1] not in PREPOSITIONS:
        return
    for index in range(first - 1, -1, -1):
        if not shown[index]:
            return
        shown[index] = False


def _parted(
    words: Sequence[str], nothing: list[bool], phrase: Sequence[int], last: int, index: int
) -> bool:
    """Whether a separator belongs between two neighbours among the describing words.

    Args:
        words: of the sentence.
        nothing: of each word, whether it parts nothing.
        phrase: index of each word's, -1 outside.
        last, index: the neighbours.
    """
    if phrase[last] >= 0 and phrase[index] >= 0:
        return phrase[last] != phrase[index]
    between = range(last + 1, index)
    return not all(nothing[word] or _HYPHENS.fullmatch(words[word]) for word in between)
