"""Sentences whose phrases are marked with the ids of their objects: "[the chair](4) by [it](7)"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from detailbase_core.errors import BadFileError

_MARKED = re.compile(r"\[([^\]]+)\]\(([\d ]*)\)")


@dataclass(frozen=True)
class MarkedPhrase:
    """A phrase and what it means.

    Attributes:
        begin, end: its characters in the text.
        ids: of its objects; empty where the room holds no such thing.
    """

    begin: int
    end: int
    ids: tuple[int, ...]


@dataclass(frozen=True)
class MarkedSentence:
    """A sentence without its marks, and what they said."""

    text: str
    phrases: tuple[MarkedPhrase, ...]


def read_marked(line: str) -> MarkedSentence:
    """Read "[the chair](4) by [the table](7)".

    Raises:
        BadFileError: no phrase is marked, or a bracket is left over.
    """
    text, phrases, done = "", [], 0
    for match in _MARKED.finditer(line):
        text += line[done : match.start()]
        begin = len(text)
        text += match[1]
        phrases.append(MarkedPhrase(begin, len(text), tuple(map(int, match[2].split()))))
        done = match.end()
    text += line[done:]
    if not phrases or "[" in text or "]" in text:
        raise BadFileError(f"{line!r}: expected phrases marked like [the chair](4)")
    return MarkedSentence(text, tuple(phrases))
