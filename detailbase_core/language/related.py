"""Phrases that are only named to tell others apart: "the desk" of "the lamp on the desk".

The words between two phrases tell, whatever their nouns are. The phrase head tells it well of nouns
that it learned from; of others it takes a sentence to ask for both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from detailbase_core.language import lexicon

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detailbase_core.types import Spans

_DEEDS = (lexicon.FIRM_VERBS | lexicon.COMMANDS) - lexicon.BEFORE_RELATIONS
_NEW_CLAUSE = _DEEDS | lexicon.CONJUNCTIONS
_SAYS_NOTHING = lexicon.FILLERS | lexicon.MARKS
_JOINING = _SAYS_NOTHING | lexicon.CONJUNCTIONS
_WHO_DID = frozenset({"i", "we", "they", "he", "she"})  # "where I put the cup" tells where it is
_LONGEST = 5  # words of a table's entry


class Between(NamedTuple):
    """What stands between the phrases of a sentence.

    Attributes:
        aside: of each phrase, whether the sentence is about another.
        relates: of each word, whether it belongs to a relation between two phrases.
        leads: of each word, whether it says where a thing is to be put or taken.
    """

    aside: list[bool]
    relates: list[bool]
    leads: list[bool]


def read_between(words: Sequence[str], spans: Spans) -> Between:
    """Read what stands between the phrases of a sentence.

    Args:
        words: of the sentence, in plain letters.
        spans: (first, last, head) words of its phrases, in order.
    """
    found = Between([False] * len(spans), [False] * len(words), [False] * len(words))
    before, end = 0, 0  # the words of the last phrase
    for k, (first, last, _) in enumerate(spans):
        between = words[end:first]
        found.aside[k] = _tail(lexicon.DISMISSALS, between) > 0
        if k:
            pair = list(between) == ["and"] and words[before - 1] == "between"
            found.aside[k] |= pair or _sets_apart(between)
            length = _tail(lexicon.RELATIONS, between)
            if length and lexicon.BEFORE_RELATIONS.issuperset(between[:-length]):
                if _is_put(words, before):
                    found.leads[end:first] = [True] * (first - end)
                else:
                    found.relates[first - length : first] = [True] * length
            elif not lexicon.RELATION_PLACES.intersection(words[before:end]):  # "nearest X to"
                length = _tail(lexicon.WAYS, between)
                if _JOINING.issuperset(between[: len(between) - length]):
                    found.leads[first - length : first] = [True] * length
            if _corrects(between):
                found.aside[:k] = [True] * k
        before, end = first, last + 1
    return found


def _tail(table: Mapping[str, frozenset[tuple[str, ...]]], words: Sequence[str]) -> int:
    """Number of words of a table's longest entry that these words end with; 0 = none."""
    for start in range(max(len(words) - _LONGEST, 0), len(words)):
        if tuple(words[start:]) in table.get(words[start], ()):
            return len(words) - start
    return 0


def _sets_apart(between: Sequence[str]) -> bool:
    """Whether these words say where what was named is: ", probably on", "that is next to"."""
    length = _tail(lexicon.RELATIONS, between)
    return length > 0 and not _NEW_CLAUSE.intersection(between[:-length])


def _is_put(words: Sequence[str], first: int) -> bool:
    """Whether what is named from a word on is to be put somewhere: "put the cup on the table"."""
    if not first or words[first - 1] not in lexicon.PLACING_VERBS:
        return False
    return first == 1 or words[first - 2] not in _WHO_DID


def _corrects(between: Sequence[str]) -> bool:
    """Whether these words take back what was named before them."""
    said = [word for word in between if word not in _SAYS_NOTHING]
    for start, first in enumerate(said):
        corrections = lexicon.CORRECTIONS.get(first)
        if corrections is None or (start and said[start - 1] in ("what", "not", "never")):
            continue
        for end in range(start + 1, min(start + _LONGEST, len(said)) + 1):
            if tuple(said[start:end]) in corrections:
                return True
    return False
