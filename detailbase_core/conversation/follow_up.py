"""Words of a follow-up -> what they ask for, given what was mentioned last."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detailbase_core.conversation.nouns import plural_of, singular_of
from detailbase_core.language.lexicon import DETERMINERS, PREPOSITIONS
from detailbase_core.language.rule_parser import parse_sentence

if TYPE_CHECKING:
    from detailbase_core.types import Phrase, Sentence

CHOICES = {
    word: choice
    for choice, words in {
        "left": "left leftmost",
        "right": "right rightmost",
        "middle": "middle",
        "nearest": "nearest nearer closest closer",
        "farthest": "farthest farther furthest further",
        "largest": "largest larger biggest bigger",
        "smallest": "smallest smaller",
        "tallest": "tallest taller",
        "highest": "highest higher top",
        "lowest": "lowest lower bottom",
    }.items()
    for word in words.split()
}
_OF_THEM = re.compile(r"^\s*of (them|these|those|the (two|three|four))\b", re.IGNORECASE)
_ON_SIDE = re.compile(r"^\s*(?:on|to|at) the (left|right|top|bottom)\b", re.IGNORECASE)
_OTHER = re.compile(r"\b(the others?|another|not (?:that|this) one)\W*$", re.IGNORECASE)
_CORRECTION = re.compile(
    r"^\s*(?:(?:no|nope|sorry|and|or|but|rather|i mean|i meant|what about|how about)\b[\s,.]*)+",
    re.IGNORECASE,
)
_NEIGHBOURS = re.compile(
    r"^\W*(?:and\s+)?what(?:'s|\s+(?:is|are|stands|lies|do you see))?(?:\s+(?:there|else))*\s+"
    r"(?:right\s+)?(?:next\s+to|near|beside|by|close\s+to|around)\s+(?:it|them|that|this)\W*$",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"^\W*(?:but |and )?why"
    r"(?:\W+(?:not|is|are|was|were|that|this|it|them|these|those|ones?|so))*\W*$",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(it|them)\b", re.IGNORECASE)
_COPULAS = ("is", "are", "was", "were")


@dataclass(frozen=True)
class Mentioned:
    """What the last answer was about.

    Attributes:
        noun: its main noun, singular, in lower case: "chair".
        phrase: all of it, with an article: "the red chair".
    """

    noun: str
    phrase: str


@dataclass(frozen=True)
class Choose:
    """One of those found last, or of its kind: "the left one of them".

    Attributes:
        which: a value of CHOICES.
    """

    which: str


@dataclass(frozen=True)
class Others:
    """Those of the same kind that were not found last: "the other one"."""


@dataclass(frozen=True)
class Neighbours:
    """Whatever is near: "what is next to it?"."""


@dataclass(frozen=True)
class Rewritten:
    """A sentence that can be asked by itself: "no, the red one" -> "the red chair"."""

    sentence: str


@dataclass(frozen=True)
class Why:
    """What decided the last answer: "why?", "why that one?"."""


FollowUp = Choose | Others | Neighbours | Rewritten | Why


def read_follow_up(text: str, mentioned: Mentioned) -> FollowUp | None:
    """What a sentence asks for after another; None where it stands by itself.

    "One", "it" and "them" mean what was mentioned last only where nothing before them in the
    sentence can be meant: not in "the chair next to the red one".

    Raises:
        BadQueryError: the sentence is empty or too long.
    """
    if _NEIGHBOURS.match(text):
        return Neighbours()
    if _WHY.match(text):
        return Why()
    parsed = parse_sentence(text)
    other = _OTHER.search(text)
    if other and not _phrases_before(parsed, other.start()):
        return Others()
    if parsed.phrases and _head(parsed, parsed.phrases[0]) in ("one", "ones"):
        return _one(text, parsed, parsed.phrases[0], mentioned)
    return _pronoun(text, parsed, mentioned)


def _one(text: str, parsed: Sentence, phrase: Phrase, mentioned: Mentioned) -> FollowUp:
    """A sentence that begins with "the ... one"."""
    rest = text[phrase.end :]
    of_them = _OF_THEM.match(rest)
    side = _ON_SIDE.match(rest)
    limit = of_them or side
    behind = rest[limit.end() :] if limit else rest
    alone = not re.search(r"\w", behind)
    words = [word.lower() for word in re.findall(r"\w+", phrase.text)[:-1]]
    content = [word for word in words if word not in DETERMINERS or word in ("other", "another")]
    if alone and content in (["other"], ["another"]):
        return Others()
    if alone and len(content) == 1 and content[0] in CHOICES:
        return Choose(CHOICES[content[0]])
    if alone and not content and side is not None:
        return Choose(CHOICES[side[1].lower()])
    head = parsed.words[phrase.head]
    noun = plural_of(mentioned.noun) if head.text.lower() == "ones" else mentioned.noun
    said = f"{text[: head.begin]}{noun}{behind if of_them else text[head.end :]}"
    return Rewritten(_CORRECTION.sub("", said).strip() or said)


def _pronoun(text: str, parsed: Sentence, mentioned: Mentioned) -> Rewritten | None:
    """ "It" and "them" where they mean what was mentioned last."""
    for found in _PRONOUN.finditer(text):
        before = re.findall(r"\w+", text[: found.start()].lower())
        phrases = _phrases_before(parsed, found.start())
        if not before or before[-1] in _COPULAS:
            continue  # "it is ...", "is it ...?"
        # "A lamp next to it": the lamp cannot be next to itself.
        if not phrases or (len(phrases) == 1 and before[-1] in PREPOSITIONS | {"to", "of"}):
            return Rewritten(f"{text[: found.start()]}{mentioned.phrase}{text[found.end() :]}")
    return None


def _phrases_before(parsed: Sentence, at: int) -> list[Phrase]:
    return [phrase for phrase in parsed.phrases if phrase.end <= at]


def _head(parsed: Sentence, phrase: Phrase) -> str:
    return parsed.words[phrase.head].text.lower()


def mentioned_in(phrase: str) -> Mentioned:
    """What a phrase of an answer mentions, to be referred to later."""
    parsed = parse_sentence(phrase)
    head = parsed.phrases[0].head if parsed.phrases else len(parsed.words) - 1
    words = phrase.split()
    while len(words) > 1 and words[0].lower() in DETERMINERS:
        words.pop(0)
    noun = singular_of(parsed.words[head].text.lower())
    return Mentioned(noun, f"the {' '.join(words)}")
