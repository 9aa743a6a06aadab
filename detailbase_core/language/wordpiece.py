"""Splitting a word into known pieces, longest match first (WordPiece, Wu et al. 2016).

The vocabulary is a list of pieces; a piece that continues a word begins with "##".
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_WORD_LENGTH = 64  # characters; longer "words" are noise and are cut


class WordPieces:
    """A fixed vocabulary of word pieces.

    Args:
        vocabulary: pieces in the order of their ids; id 0 stands for the unknown.
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.vocabulary = tuple(vocabulary)
        self._first = {p: i for i, p in enumerate(self.vocabulary) if not p.startswith("##")}
        self._further = {
            p[2:]: i for i, p in enumerate(self.vocabulary) if p.startswith("##") and len(p) > 2
        }
        self._ids = lru_cache(maxsize=10_000)(self._split)

    def ids(self, word: str) -> tuple[int, ...]:
        """Ids of the pieces of one word, (0,) where no split exists; none of the empty word.

        What spaces part are words beside each other: "coffee table" has the pieces of both.
        """
        return self._ids(word[:MAX_WORD_LENGTH])  # cut first: the cache keeps what it is given

    def _split(self, word: str) -> tuple[int, ...]:
        if not word:
            return ()
        text = _plain(word)[:MAX_WORD_LENGTH]
        return tuple(i for part in text.split() or [text] for i in self._pieces(part)) or (0,)

    def _pieces(self, text: str) -> tuple[int, ...]:
        ids: list[int] = []
        begin = 0
        while begin < len(text):
            known = self._further if begin else self._first
            end = next((e for e in range(len(text), begin, -1) if text[begin:e] in known), None)
            if end is None:
                return (0,)
            ids.append(known[text[begin:end]])
            begin = end
        return tuple(ids)


def _plain(word: str) -> str:
    """Lower case without accents, as the vocabulary was made."""
    decomposed = unicodedata.normalize("NFD", word.lower())
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
