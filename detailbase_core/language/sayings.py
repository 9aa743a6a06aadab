"""Words of a sentence that belong to a saying and name nothing: "any sign of a lamp?".

"Sign" there is no sign to be found, and "the lamp is off" is about no lamp that is called off. The
tables are `sayings` and `closings` of lexicon.yaml.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.language import lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

_ENDS = lexicon.MARKS | lexicon.CONJUNCTIONS  # of a clause: "turn the lamp on and the radio off"


def idle_words(words: Sequence[str]) -> list[bool]:
    """Whether each word says nothing of any thing.

    Args:
        words: of a sentence, in plain letters.
    """
    idle = [False] * len(words)
    start = 0
    while start < len(words):
        length = _saying(words, start) if words[start] in lexicon.SAYINGS else 0
        idle[start : start + length] = [True] * length
        start += max(length, 1)
    _mark_closings(words, idle)
    return idle


def _saying(words: Sequence[str], at: int) -> int:
    """Number of words of the longest saying from a word on; 0 = none."""
    known = lexicon.SAYINGS[words[at]]
    lengths = range(min(lexicon.LONGEST_SAYING, len(words) - at), 0, -1)
    return next((n for n in lengths if tuple(words[at : at + n]) in known), 0)


def _mark_closings(words: Sequence[str], idle: list[bool]) -> None:
    """Mark what follows the last thing of each clause: "the lamp is off", "a lamp handy?".

    Args:
        words: of the sentence.
        idle: of each word, changed in place.
    """
    for end in range(len(words), 0, -1):
        if end < len(words) and words[end] not in _ENDS and not idle[end]:
            continue
        for start in range(max(end - lexicon.LONGEST_CLOSING, 1), end):
            if _closes(words, start, end) and _follows_thing(words, start):
                idle[start:end] = [True] * (end - start)
                break


def _follows_thing(words: Sequence[str], at: int) -> bool:
    """Whether a noun may stand before a word, and they are not one: "the tv stands"."""
    before = next((word for word in reversed(words[:at]) if word not in lexicon.FILLERS), "the")
    return before not in lexicon.NOT_BEFORE_CLOSINGS and not _is_compound(before, words[at])


def _is_compound(first: str, last: str) -> bool:
    """Whether two words are one noun."""
    stands = first in lexicon.COMPOUNDS_WITH_STAND and last == "stands"
    return stands or (first, last) in lexicon.TWO_WORD_NOUNS


def _closes(words: Sequence[str], at: int, end: int) -> bool:
    """Whether the words from one on, up to another, are a closing: of the table, or "closely"."""
    known = lexicon.CLOSINGS.get(words[at])
    if known is not None and tuple(words[at:end]) in known:
        return True
    return at == end - 1 and words[at].endswith("ly") and words[at] not in lexicon.LY_NOUNS
